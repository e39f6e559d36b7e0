"""The OpenAI Agents SDK: what waits for a human's approval is interrupted, and is done once that was given."""

import pytest

pytest.importorskip("agents.tracing.provider")

from agents import Agent, RunConfig, Runner, function_tool
from support.openai_agents_models import calls, model, says

from gradient.sdk import entrypoint

pytest.importorskip("agents.run_internal.run_steps")  # before, no tool needed an approval


@function_tool(needs_approval=True)
def pay(to: str) -> str:
    """Pay."""
    return "paid"


@function_tool
def look_up(word: str) -> str:
    """Look a word up."""
    return word.upper()


def payer(*script):
    return Agent("payer", model=model(*script or (calls("pay", to="Graz"), says("Paid."))), tools=[pay, look_up])


async def whole(*asked, **options):
    return await Runner.run(*asked, **options)


async def streamed(*asked, **options):
    result = Runner.run_streamed(*asked, **options)
    async for _ in result.stream_events():
        pass
    return result


def statuses(run, *kinds):
    return {each["status"] for each in run["executions"] if each["kind"] in kinds}


@pytest.mark.parametrize(("ask", "is_off"), [(whole, False), (whole, True), (streamed, False)])
async def test_a_run_that_waits_is_interrupted_and_so_is_the_tool(runtime, read_runs, ask, is_off):
    @entrypoint
    async def request():
        return (await ask(payer(), "hi", run_config=RunConfig(tracing_disabled=is_off))).interruptions

    assert await request()

    (run,) = read_runs()
    assert run["status"] == "interrupted"
    assert statuses(run, "workflow", "agent", "tool") == {"interrupted"}
    assert statuses(run, "llm") == {"completed"}


@pytest.mark.parametrize("ask", [whole, streamed])
async def test_a_run_that_got_its_answer_in_the_same_request_is_completed(runtime, read_runs, ask):
    @entrypoint
    async def request():
        agent = payer()
        state = (await ask(agent, "hi")).to_state()
        for asked in state.get_interruptions():
            state.approve(asked)
        return (await ask(agent, state)).final_output

    assert await request() == "Paid."

    (run,) = read_runs()
    assert run["status"] == "completed"
    assert [each["status"] for each in run["executions"] if each["name"] == "pay"] == ["interrupted", "completed"]


async def test_a_tool_that_needs_no_approval_is_done_beside_one_that_waits(runtime, read_runs):
    both = calls("pay", to="Graz")
    both.output.extend(calls("look_up", word="a").output)

    await Runner.run(payer(both), "hi")

    named = {each["name"]: each["status"] for each in read_runs()[0]["executions"]}
    assert (named["pay"], named["look_up"]) == ("interrupted", "completed")


async def test_an_agent_that_is_a_tool_waits_with_the_one_in_it(runtime, read_runs):
    inner = payer().as_tool("ask_payer", "pays")
    outer = Agent("outer", model=model(calls("ask_payer", input="pay"), says("Done.")), tools=[inner])

    @entrypoint
    async def request():
        return (await Runner.run(outer, "hi")).interruptions

    assert await request()

    (run,) = read_runs()
    assert run["status"] == "interrupted"
    assert statuses(run, "workflow", "agent", "tool") == {"interrupted"}
