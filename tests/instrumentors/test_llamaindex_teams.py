"""LlamaIndex: which agent of a workflow does what, and what becomes of workflows that are cancelled or wait."""

import asyncio
from contextlib import suppress

import pytest

pytest.importorskip("llama_index_instrumentation")

from llama_index.core.agent.workflow import AgentWorkflow, FunctionAgent
from llama_index.core.tools import FunctionTool
from llama_index.core.workflow import (
    Context,
    HumanResponseEvent,
    InputRequiredEvent,
    StartEvent,
    StopEvent,
    Workflow,
)
from llama_index.core.workflow import step as workflow_step
from support.llamaindex_models import ScriptedLLM, call
from support.outlines import found, outline, tree

from gradient.sdk import entrypoint


def look_up(word: str) -> str:
    """Look a word up."""
    return word.upper()


def agent(name, *script, **options):
    return FunctionAgent(name=name, description=name, llm=ScriptedLLM(script=list(script)), **options)


def hand_over(to):
    return call("handoff", to_agent=to, reason="knows")


def statuses(run):
    return {each["name"]: each["status"] for each in run["executions"]}


async def test_what_each_agent_does_is_in_its_turn(runtime, read_runs):
    one = agent("one", hand_over("two"), can_handoff_to=["two"])
    two = agent("two", call("look_up", word="a"), "It is A.", tools=[look_up])

    @entrypoint
    async def ask():
        return str(await AgentWorkflow(agents=[one, two], root_agent="one").run("What is a?"))

    assert await ask() == "It is A."

    run = read_runs()[0]
    assert outline(run) == tree(
        """
        request ask
          workflow AgentWorkflow
            agent one
              llm scripted
              tool handoff
            agent two
              llm scripted
              tool look_up
              llm scripted
        """
    )
    first, second = (each for each in run["executions"] if each["kind"] == "agent")
    assert [each["attributes"] for each in first["events"]] == [{"from": "one", "to": "two"}]
    assert first["inputs"]["messages"][0] == {"role": "user", "parts": [{"type": "text", "content": "What is a?"}]}
    assert second["outputs"]["messages"][0]["parts"] == [{"type": "text", "content": "It is A."}]


async def test_an_agent_that_gets_its_turn_back_has_two(runtime, read_runs):
    one = agent("one", hand_over("two"), "Done.", can_handoff_to=["two"])
    two = agent("two", hand_over("one"), can_handoff_to=["one"])

    await AgentWorkflow(agents=[one, two], root_agent="one").run("What?")

    agents = [each["name"] for each in read_runs()[0]["executions"] if each["kind"] == "agent"]
    assert agents == ["one", "two", "one"]


async def test_teams_at_once_do_not_mix(runtime, read_runs):
    def team(name):
        members = [agent(name, hand_over("two"), can_handoff_to=["two"]), agent("two", "Done.")]
        return AgentWorkflow(agents=members, root_agent=name).run("What?")

    @entrypoint
    async def ask():
        await asyncio.gather(team("left"), team("right"))

    await ask()

    workflow = ["  workflow AgentWorkflow", "    agent {}", "      llm scripted", "      tool handoff"]
    workflow += ["    agent two", "      llm scripted"]
    assert sorted(outline(read_runs()[0]).split("\n")[1:]) == sorted(
        line.format(name) for name in ("left", "right") for line in workflow
    )


async def test_a_turn_fails_with_its_model(runtime, read_runs):
    team = AgentWorkflow(agents=[agent("one", RuntimeError("overloaded"))], root_agent="one")

    with pytest.raises(RuntimeError, match="overloaded"):
        await team.run("What?")

    assert outline(read_runs()[0]).split("\n")[1:] == [
        "  workflow AgentWorkflow [error]",
        "    agent one [error]",
        "      llm scripted [error]",
    ]


class Slow(Workflow):
    """Never comes to its end."""

    def __init__(self, begun, **options):
        super().__init__(**options)
        self.begun = begun

    @workflow_step
    async def work(self, event: StartEvent) -> StopEvent:
        self.begun.set()
        await asyncio.Event().wait()


def slow_workflow(begun, **options):
    return Slow(begun, **options).run()


def slow_team(begun, **options):
    async def work() -> str:
        """Work."""
        begun.set()
        await asyncio.Event().wait()

    member = agent("one", call("work"), tools=[FunctionTool.from_defaults(async_fn=work)])
    return AgentWorkflow(agents=[member], root_agent="one", **options).run("What?")


@pytest.mark.parametrize("start", [slow_workflow, slow_team])
async def test_nothing_that_the_user_cancels_is_completed(runtime, read_runs, start):
    begun = asyncio.Event()

    @entrypoint
    async def ask():
        running = start(begun, timeout=None)
        await begun.wait()
        await running.cancel_run()
        with suppress(Exception, asyncio.CancelledError):
            await running

    await ask()

    found_statuses = statuses(read_runs()[0])
    found_statuses.pop("scripted", None)  # the model had answered
    assert set(found_statuses.values()) == {"cancelled"}


@pytest.mark.parametrize("start", [slow_workflow, slow_team])
async def test_what_a_timeout_stops_is_cancelled_and_the_workflow_fails(runtime, read_runs, start):
    with suppress(Exception):
        await start(asyncio.Event(), timeout=0.05)

    workflow, *others = read_runs()[0]["executions"]
    assert workflow["status"] == "error"
    # How far it came in that time depends on the machine.
    assert {each["status"] for each in others if each["kind"] in ("node", "tool")} <= {"cancelled"}
    assert {each["status"] for each in others if each["kind"] == "agent"} <= {"error"}


class Careful(Workflow):
    """Asks somebody before it goes on."""

    @workflow_step
    async def ask(self, ctx: Context, event: StartEvent) -> StopEvent:
        told = await FunctionTool.from_defaults(async_fn=self.wait, name="wait").acall(ctx=ctx)
        return StopEvent(result=told.raw_output)

    async def wait(self, ctx: Context) -> str:
        event = await ctx.wait_for_event(HumanResponseEvent, waiter_event=InputRequiredEvent(prefix="May I?"))
        return event.response


async def test_a_tool_that_waits_for_somebody_is_interrupted_and_then_runs_again(runtime, read_runs):
    running = Careful(timeout=None).run()
    async for event in running.stream_events():
        if isinstance(event, InputRequiredEvent):
            running.ctx.send_event(HumanResponseEvent(response="yes"))

    assert await running == "yes"

    run = read_runs()[0]
    assert [each["status"] for each in run["executions"] if each["name"] == "wait"] == ["interrupted", "completed"]
    assert found(run, "Careful")["status"] == "completed"
