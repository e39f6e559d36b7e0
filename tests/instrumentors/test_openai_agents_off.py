"""The OpenAI Agents SDK with its own tracing off: we are told, and the user sees what they see without us."""

import asyncio
import gc
from contextlib import nullcontext

import pytest

pytest.importorskip("agents.tracing.provider")

import agents
from agents import Agent, RunConfig, Runner, function_tool, set_trace_processors
from agents.tracing import custom_span, get_current_span, get_current_trace, setup, trace
from support.openai_agents_models import LLM, calls, model, says
from support.outlines import outline, tree

from gradient.instrumentors.openai_agents.instrumentor import OpenAIAgentsInstrumentor
from gradient.sdk import entrypoint
from gradient.testing import record

OFF = ["by a call", "by the environment", "by the run"]


@pytest.fixture
def told(monkeypatch):
    """What a processor of the user's is told of; the SDK's own tracing is for each test as it was."""
    heard = []

    class Mine(agents.TracingProcessor):
        on_trace_start = on_trace_end = on_span_start = on_span_end = lambda self, each: heard.append(each)
        shutdown = force_flush = lambda self: None

    monkeypatch.setattr(setup, "GLOBAL_TRACE_PROVIDER", agents.tracing.provider.DefaultTraceProvider())
    set_trace_processors([Mine()])
    return heard


def shown(thing):
    """Return what a trace or span shows of itself; ids are made anew each time, but the one that says it is off."""
    if thing is None:
        return None
    names = [name for name in dir(thing) if not name.startswith("_") or name == "__dict__"]
    values = {name: getattr(thing, name) for name in names}
    plain = {name: value for name, value in values.items() if isinstance(value, str | bool | None)}
    return type(thing), thing.export(), plain, sorted(values["__dict__"])


async def seen_by_the_user(off, *, fails=False):
    """Run an agent with tracing off, and return what its tool and its caller see of it."""
    seen = []

    @function_tool
    def look_up(word: str) -> str:
        """Look a word up."""
        seen.append((shown(get_current_trace()), shown(get_current_span())))
        with custom_span("mine") as span:
            seen.append(shown(span))
        if fails:
            raise LookupError("no such word")
        return word.upper()

    if off == "by a call":
        agents.set_tracing_disabled(True)
    agent = Agent("solo", model=model(calls("look_up", word="a"), says("It is A.")), tools=[look_up])
    config = RunConfig(tracing_disabled=off == "by the run")
    result = await Runner.run(agent, "What is a?", run_config=config)
    with trace("mine", disabled=off == "by the run") as own:
        seen.append(shown(own))
    state = result.to_state().to_json()
    seen.append((result.final_output, state.get("trace"), sorted(state)))
    return seen


@pytest.fixture(params=OFF)
def off(request, monkeypatch, told):
    if request.param == "by the environment":
        monkeypatch.setenv("OPENAI_AGENTS_DISABLE_TRACING", "1")
    return request.param


@pytest.mark.parametrize("fails", [False, True])
async def test_the_user_sees_what_they_see_without_us(off, told, fails):
    came = []
    for traced in (False, True):
        with record(OpenAIAgentsInstrumentor()) if traced else nullcontext():
            came.append(await seen_by_the_user(off, fails=fails))

    assert came[1] == came[0]
    assert "no-op" in str(came)
    assert told == []


async def test_a_run_is_recorded_as_with_tracing_on(runtime, read_runs, off, told):
    @entrypoint
    async def ask():
        return await seen_by_the_user(off)

    await ask()

    assert outline(read_runs()[0]) == tree(
        f"""
        request ask
          workflow Agent workflow
            agent solo
              llm {LLM}
              tool look_up
                step mine
              llm {LLM}
          workflow mine
        """
    )


async def test_what_a_tool_raised_is_known(runtime, read_runs, off, told):
    await seen_by_the_user(off, fails=True)

    (tool,) = [each for each in read_runs()[0]["executions"] if each["kind"] == "tool"]
    assert tool["status"] == "error"


async def test_once_we_have_left_nothing_is_followed(told):
    agents.set_tracing_disabled(True)
    with record(OpenAIAgentsInstrumentor()) as recorded:
        pass
    await seen_by_the_user("by a call")

    assert recorded.executions == []


async def test_a_span_outside_of_any_trace_is_nothing(told):
    agents.set_tracing_disabled(True)
    with record(OpenAIAgentsInstrumentor()) as recorded, custom_span("alone"):
        pass

    assert recorded.executions == []


async def streamed(agent, config):
    result = Runner.run_streamed(agent, "What is a?", run_config=config)
    async for _ in result.stream_events():
        pass


async def ran(agent, config):
    await Runner.run(agent, "What is a?", run_config=config)


async def within_another(agent, config):
    with trace("Agent workflow", disabled=config.tracing_disabled):
        await streamed(agent, config)


async def handed_to_as_a_tool(agent, config):
    inner = agent.as_tool("ask_solo", "Asks.", run_config=config)
    await ran(Agent("outer", model=model(calls("ask_solo", input="a"), says("A.")), tools=[inner]), config)


@pytest.mark.parametrize("run", [ran, streamed, within_another, handed_to_as_a_tool])
async def test_a_run_that_is_off_has_the_tree_of_one_that_is_on(runtime, read_runs, told, run):
    def solo():
        @function_tool
        def look_up(word: str) -> str:
            """Look a word up."""
            return word

        return Agent("solo", model=model(calls("look_up", word="a"), says("It is A.")), tools=[look_up])

    @entrypoint
    async def ask(off):
        await run(solo(), RunConfig(tracing_disabled=off))

    for off in (False, True):
        await ask(off)

    one, other = (outline(each) for each in read_runs())
    assert one == other
    assert {each["status"] for each in read_runs()[1]["executions"]} == {"completed"}


async def test_a_streamed_run_that_is_cancelled_at_once_leaves_nothing_open(runtime, read_runs, told):
    @entrypoint
    async def ask():
        agent = Agent("solo", model=model(says("A.")))
        Runner.run_streamed(agent, "What is a?", run_config=RunConfig(tracing_disabled=True)).cancel()

    await ask()
    await asyncio.sleep(0)  # a turn of the loop, in which its task ends
    gc.collect()

    assert "running" not in {each["status"] for each in read_runs()[0]["executions"]}
