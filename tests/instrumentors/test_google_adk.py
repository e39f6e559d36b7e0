"""Google ADK: runs, agents, tools and models, whatever becomes of them, and what is wrapped and put back."""

import asyncio

import pytest
from support.adk_agents import (
    APP,
    MODEL,
    STREAMED,
    ScriptedModel,
    adk,
    agent,
    ask,
    break_down,
    calls,
    look_up,
    opened,
    types,
)
from support.noise import NOISE
from support.outlines import found, outline, tree
from support.patience import PATIENCE_S

from gradient.instrumentors.google.google_adk import GoogleADKInstrumentor
from gradient.instrumentors.plumbing.overrides import family
from gradient.runtime.context import running_scope
from gradient.sdk import entrypoint
from gradient.testing import record

pytestmark = NOISE
OWNERS = (adk.runners.Runner, adk.agents.BaseAgent, adk.tools.BaseTool, adk.models.BaseLlm)


def text(content):
    return {"type": "text", "content": content}


def below(run):
    """Return the outline of what an app ran, without the request and the run."""
    first, second, *rest = outline(run).split("\n")
    assert (first, second) == (f"request {APP}", f"  workflow {APP}")
    return tree("\n".join(rest))


async def test_an_agent_that_calls_a_tool_is_one_tree(runtime, read_runs):
    await ask(agent("solo", calls("look_up"), "A letter.", tools=[look_up], description="Knows."))

    (run,) = read_runs()
    assert below(run) == tree("""
        agent solo
          llm scripted-1
          tool look_up
            step inside
          llm scripted-1
    """)
    assert (run["session_id"], run["user_id"]) == ("chat-1", "ann")
    question = {"messages": [{"role": "user", "parts": [text("What is a?")]}]}
    answer = {"messages": [{"role": "assistant", "parts": [text("A letter.")]}]}
    assert (found(run, APP)["inputs"], found(run, APP)["outputs"]) == (question, answer)
    assert (found(run, "solo")["inputs"], found(run, "solo")["outputs"]) == (question, answer)
    assert found(run, "solo")["metadata"] == {"type": "LlmAgent", "description": "Knows.", "tools": ["look_up"]}
    tool = found(run, "look_up")
    assert (tool["inputs"], tool["outputs"]) == ({"word": "a"}, "a is a letter")


async def test_a_call_tells_what_was_asked_and_answered(runtime, read_runs):
    config = types.GenerateContentConfig(temperature=0.5)
    root = agent("solo", calls("look_up"), "A letter.", instruction="Be brief.", tools=[look_up])
    root.generate_content_config = config

    await ask(root)

    asked, answered = [each for each in read_runs()[0]["executions"] if each["kind"] == "llm"]
    system, user = asked["inputs"]["messages"]
    assert (system["role"], "Be brief." in system["parts"][0]["content"]) == ("system", True)
    assert user == {"role": "user", "parts": [text("What is a?")]}
    assert [tool["name"] for tool in asked["inputs"]["tools"]] == ["look_up"]
    assert asked["inputs"]["params"] == {"temperature": 0.5}
    (message,) = asked["outputs"]["messages"]
    (part,) = message["parts"]
    assert (part["type"], part["name"], part["arguments"]) == ("tool_call", "look_up", {"word": "a"})
    assert message["response_metadata"] == {"finish_reason": "STOP"}
    assert [each["role"] for each in answered["inputs"]["messages"]] == ["system", "user", "assistant", "tool"]
    assert (answered["framework"], answered["model"], answered["provider"]) == ("google-adk", MODEL, None)
    usage = answered["usage"]
    assert (usage["input_tokens"], usage["output_tokens"], usage["cache_read_tokens"]) == (100, 25, 40)


async def test_a_streamed_answer_is_one_call_and_tells_when_its_first_token_came(runtime, read_runs):
    events = await ask(agent("solo", "one two three"), **STREAMED)

    assert [event.partial for event in events] == [True, True, True, None]
    (run,) = read_runs()
    call = found(run, MODEL)
    assert call["outputs"]["messages"][0]["parts"] == [text("one two three")]
    assert 0 < call["time_to_first_token_ms"] <= call["duration_ms"]
    assert found(run, "solo")["outputs"]["messages"][0]["parts"] == [text("one two three")]


async def test_a_run_that_is_read_no_further_is_abandoned(runtime, read_runs):
    stream = (await opened(agent("solo", "one two three")))(**STREAMED)
    await stream.__anext__()
    await stream.aclose()

    (run,) = read_runs()
    assert found(run, APP)["status"] == "abandoned"
    assert "error" not in {each["status"] for each in run["executions"]}  # the agent runs ahead of who reads


async def test_nothing_is_current_between_two_events(runtime):
    @entrypoint
    async def work():
        request = running_scope()
        run = (await opened(agent("solo", "one two three")))(**STREAMED)
        return [running_scope() is request async for _ in run]

    assert set(await work()) == {True}


async def test_a_handoff_is_told_and_whoever_hands_over_is_done(runtime, read_runs):
    bob = agent("bob", "From Bob.")
    ann = agent("ann", calls("transfer_to_agent", agent_name="bob"), sub_agents=[bob])

    await ask(ann)

    (run,) = read_runs()
    assert {each["status"] for each in run["executions"]} == {"completed"}
    assert found(run, "bob")["outputs"]["messages"][0]["parts"] == [text("From Bob.")]
    events = [event for event in found(run, "ann")["events"] if event["name"] == "handoff"]
    assert [event["attributes"] for event in events] == [{"from": "ann", "to": "bob"}]


async def test_agents_in_a_row_and_in_a_loop_belong_to_the_one_who_leads(runtime, read_runs):
    loop = adk.agents.LoopAgent(name="loop", sub_agents=[agent("ann", "one", "two")], max_iterations=2)

    await ask(adk.agents.SequentialAgent(name="row", sub_agents=[loop, agent("bob", "three")]))

    assert below(read_runs()[0]) == tree("""
        agent row
          agent loop
            agent ann
              llm scripted-1
            agent ann
              llm scripted-1
          agent bob
            llm scripted-1
    """)


async def test_agents_at_the_same_time_have_their_own_calls(runtime, read_runs):
    await ask(adk.agents.ParallelAgent(name="both", sub_agents=[agent("ann", "one"), agent("bob", "two")]))

    (run,) = read_runs()
    assert outline(run, by_name=True) == tree("""
        request study
          workflow study
            agent both
              agent ann
                llm scripted-1
              agent bob
                llm scripted-1
    """)


async def test_an_agent_that_is_a_tool_runs_inside_it(runtime, read_runs):
    helper = adk.tools.AgentTool(agent("helper", "A letter."))

    await ask(agent("solo", calls("helper", request="What is a?"), "Yes.", tools=[helper]))

    assert "          agent helper\n            llm scripted-1" in outline(read_runs()[0])


async def test_a_tool_that_fails_is_an_error_and_the_users_own(runtime, read_runs):
    with pytest.raises(LookupError):
        await ask(agent("solo", calls("break_down"), tools=[break_down]))

    (run,) = read_runs()
    assert (run["status"], found(run, "break_down")["status"]) == ("error", "error")
    assert found(run, "break_down")["error"]["type"].endswith("LookupError")


async def test_an_error_of_a_model_passes_through_as_it_is(runtime, read_runs):
    error = LookupError("no model")

    with pytest.raises(LookupError) as caught:
        await ask(agent("solo", error))

    assert caught.value is error
    assert {each["status"] for each in read_runs()[0]["executions"]} == {"error"}


async def test_an_answer_that_is_refused_is_an_error_of_the_call(runtime, read_runs):
    await ask(agent("solo", adk.models.LlmResponse(error_code="SAFETY", error_message="Not that.")))

    call = found(read_runs()[0], MODEL)
    assert (call["status"], call["error"]["message"]) == ("error", "SAFETY: Not that.")


async def test_a_run_that_is_cancelled_is_cancelled(runtime, read_runs):
    begun = asyncio.Event()

    async def wait():
        begun.set()
        await asyncio.Event().wait()

    running = asyncio.ensure_future(ask(agent("solo", wait)))
    await asyncio.wait_for(begun.wait(), PATIENCE_S)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    (run,) = read_runs()
    assert {each["status"] for each in run["executions"]} == {"cancelled"}


def test_a_run_without_a_loop_is_recorded_alike(runtime, read_runs):
    runner = adk.runners.InMemoryRunner(agent("solo", "one"), app_name=APP)
    asyncio.run(runner.session_service.create_session(app_name=APP, user_id="ann", session_id="chat-1"))
    question = types.UserContent("What is a?")

    @entrypoint
    def work():
        return list(runner.run(user_id="ann", session_id="chat-1", new_message=question))

    assert work()

    assert outline(read_runs()[0]) == tree("""
        request work
          workflow study
            agent solo
              llm scripted-1
    """)


def attributes():
    return {member: dict(vars(member)) for owner in OWNERS for member in family(owner)}


def test_every_class_is_left_as_it_was():
    before = attributes()

    with record(GoogleADKInstrumentor()):
        assert vars(ScriptedModel)["generate_content_async"] is not before[ScriptedModel]["generate_content_async"]

    assert {member: dict(vars(member)) for member in before} == before


async def test_a_seam_that_is_missing_costs_itself_and_one_warning(monkeypatch, capsys):
    monkeypatch.delattr(adk.tools.BaseTool, "run_async")
    instrumentor = GoogleADKInstrumentor()

    with record(instrumentor) as recorded:
        instrumentor.install(recorded.manager.get_tracker())
        await ask(agent("solo", "one"))

    assert instrumentor.missing == ["BaseTool.run_async"]
    assert capsys.readouterr().err.count("Cannot trace BaseTool.run_async") == 1
    assert [each.kind for each in recorded.executions] == ["workflow", "agent", "llm"]
