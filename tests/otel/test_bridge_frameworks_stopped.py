"""Agents that are listened to through their spans, when they are stopped or wait: nothing stays open."""

import asyncio
from contextlib import suppress

import anyio
import pytest
from support.bridged_agents import FRAMEWORKS, set_up
from support.patience import PATIENCE_S
from support.providers import call_tool, say
from support.providers.fixture import provider  # noqa: F401 - a fixture

from gradient.sdk import entrypoint


@pytest.fixture(params=FRAMEWORKS, ids=lambda kind: kind.name)
def framework(request, monkeypatch):
    """A framework as its user sets it up."""
    with set_up(request.param(), monkeypatch) as framework:
        yield framework


async def by_its_task(asking, moment):
    """Stop it as somebody does who holds its task."""
    task = asyncio.ensure_future(asking)
    await moment
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def within_its_task(asking, moment):
    """Stop it as a timeout does around it: what follows runs in the same task."""
    with anyio.CancelScope() as scope:
        waiting = asyncio.ensure_future(moment)
        waiting.add_done_callback(lambda _: scope.cancel())
        await asking


@pytest.mark.parametrize("stop", [by_its_task, within_its_task])
async def test_what_is_stopped_in_a_models_answer_is_cancelled(framework, runtime, provider, read_runs, stop):  # noqa: F811
    provider.script(say("one two", stalls_after=1))

    @entrypoint
    async def ask():
        await stop(framework.asked(provider.openai_url, "What?"), asyncio.to_thread(provider.stalled.wait, PATIENCE_S))

    await ask()

    (run,) = read_runs()
    assert run["status"] == "completed"
    assert {each["status"] for each in run["executions"]} == {"cancelled"}
    assert {"helper", "gpt-4o"} <= {each["name"] for each in run["executions"]}


@pytest.mark.parametrize("stop", [by_its_task, within_its_task])
async def test_what_is_stopped_in_a_tool_is_cancelled(framework, runtime, provider, read_runs, stop):  # noqa: F811
    provider.script(call_tool(framework.tool, word="a"))
    begun = asyncio.Event()

    async def look(word: str) -> str:
        """Look a word up."""
        begun.set()
        await asyncio.Event().wait()

    @entrypoint
    async def ask():
        await stop(framework.asked(provider.openai_url, "What?", look), begun.wait())

    await ask()

    (run,) = read_runs()
    told = {each["status"] for each in run["executions"] if each["kind"] != "llm"}
    assert told == {"cancelled"}, [(each["name"], each["status"]) for each in run["executions"]]


async def test_an_agent_that_waits_for_an_approval_is_interrupted_and_its_tool_did_not_run(
    framework, runtime, provider, read_runs  # noqa: F811
):  # fmt: skip
    if not hasattr(framework, "asked_to_pay"):
        pytest.skip(f"{framework.name} asks nobody")
    provider.script(call_tool("pay", to="Ann"))

    @entrypoint
    async def ask():
        return await framework.asked_to_pay(provider.openai_url)

    assert await ask()

    (run,) = read_runs()
    assert run["status"] == "interrupted"
    assert {each["status"] for each in run["executions"] if each["kind"] in ("agent", "tool")} == {"interrupted"}
