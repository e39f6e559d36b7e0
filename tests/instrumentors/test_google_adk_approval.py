"""Google ADK: a run that asks somebody is interrupted, and a tool that was not allowed to run did not."""

import pytest

pytest.importorskip("google.adk")

from google.adk.agents import LlmAgent, SequentialAgent
from google.adk.tools import FunctionTool, LongRunningFunctionTool
from support.adk_agents import agent, ask, calls

from gradient.sdk import entrypoint

paid = []


def pay(word: str) -> str:
    """Pay."""
    paid.append(word)
    return "paid"


@pytest.fixture(autouse=True)
def nothing_is_paid():
    paid.clear()


def order(word: str) -> None:
    """Ask somebody who answers another day."""


def requires_confirmation():
    try:
        return FunctionTool(pay, require_confirmation=True)
    except TypeError:
        pytest.skip("this release confirms no tools")


def statuses(run, kind):
    return [each["status"] for each in run["executions"] if each["kind"] == kind]


async def test_a_run_that_asks_for_a_confirmation_is_interrupted(runtime, read_runs):
    payer = agent("payer", calls("pay"), "Asked.", tools=[requires_confirmation()])

    @entrypoint
    async def request():
        await ask(payer)

    await request()

    (run,) = read_runs()
    assert not paid
    assert (run["status"], statuses(run, "workflow"), statuses(run, "agent")) == (
        "interrupted",
        ["interrupted"],
        ["interrupted"],
    )
    assert "completed" not in statuses(run, "tool")


async def test_a_tool_whose_answer_comes_another_day_interrupts_the_run(runtime, read_runs):
    @entrypoint
    async def request():
        await ask(agent("buyer", calls("order"), "Ordered.", tools=[LongRunningFunctionTool(order)]))

    await request()

    assert read_runs()[0]["status"] == "interrupted"


async def test_an_agent_beside_one_that_asks_is_done(runtime, read_runs):
    asks = agent("buyer", calls("order"), "Ordered.", tools=[LongRunningFunctionTool(order)])
    both = SequentialAgent(name="both", sub_agents=[agent("first", "one"), asks])

    await ask(both)

    named = {each["name"]: each["status"] for each in read_runs()[0]["executions"] if each["kind"] == "agent"}
    assert named == {"both": "interrupted", "first": "completed", "buyer": "interrupted"}


async def test_a_run_that_asks_nobody_is_completed(runtime, read_runs):
    payer = agent("payer", calls("pay"), "Paid.", tools=[pay])
    assert type(payer) is LlmAgent

    @entrypoint
    async def request():
        await ask(payer)

    await request()

    assert read_runs()[0]["status"] == "completed"
