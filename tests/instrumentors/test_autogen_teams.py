"""AutoGen: teams, handoffs, teams inside teams, and runtimes that teams share."""

import asyncio

import pytest

pytest.importorskip("autogen_agentchat")

from autogen_agentchat.agents import SocietyOfMindAgent
from autogen_agentchat.conditions import MaxMessageTermination, TextMentionTermination
from autogen_agentchat.teams import RoundRobinGroupChat, SelectorGroupChat, Swarm
from autogen_core import SingleThreadedAgentRuntime
from support.autogen_agents import LLM, agent, calls, look_up, model, says
from support.outlines import found, outline, tree

from gradient.runtime.context import running_scope
from gradient.sdk import entrypoint


def pair(name_of_first="ann", **options):
    members = [agent(name_of_first, "one", "three"), agent("bob", "two", "four", model_client_stream=True)]
    return RoundRobinGroupChat(members, termination_condition=MaxMessageTermination(4), **options)


async def run(team, task="talk"):
    return (await team.run(task=task)).messages[-1].content


async def run_stream(team, task="talk"):
    return [item async for item in team.run_stream(task=task)][-1].messages[-1].content


@pytest.mark.parametrize("way", [run, run_stream])
async def test_a_team_is_a_tree_of_turns(runtime, read_runs, way):
    @entrypoint
    async def ask():
        return await way(pair())

    assert await ask() == "three"

    assert outline(read_runs()[0]) == tree(
        f"""
        request ask
          workflow RoundRobinGroupChat
            agent ann
              llm {LLM} [cached]
            agent bob
              llm {LLM} [cached]
            agent ann
              llm {LLM} [cached]
        """
    )


async def test_a_team_tells_its_task_members_messages_and_why_it_stopped(runtime, read_runs):
    await run(pair())

    team = found(read_runs()[0], "RoundRobinGroupChat")
    assert team["inputs"] == {"task": "talk"}
    assert team["metadata"] == {"type": "RoundRobinGroupChat", "participants": ["ann", "bob"]}
    assert [message["name"] for message in team["outputs"]["messages"]] == ["user", "ann", "bob", "ann"]
    assert "Maximum number of messages" in team["outputs"]["stop_reason"]


async def test_a_handoff_says_from_whom_to_whom(runtime, read_runs):
    ann = agent("ann", calls("transfer_to_bob"), handoffs=["bob"])
    bob = agent("bob", "DONE")

    await run(Swarm([ann, bob], termination_condition=TextMentionTermination("DONE")))

    run_ = read_runs()[0]
    assert outline(run_).split("\n", 1)[1] == tree(
        f"""
          workflow Swarm
            agent ann
              llm {LLM}
              handoff transfer_to_bob
            agent bob
              llm {LLM} [cached]
        """
    ).replace("\n  ", "\n    ").replace("workflow", "  workflow", 1)
    (event,) = found(run_, "ann")["events"]
    assert (event["name"], event["attributes"]) == ("handoff", {"from": "ann", "to": "bob"})
    (message,) = found(run_, "ann")["outputs"]["messages"]
    assert (message["type"], message["target"]) == ("HandoffMessage", "bob")


async def test_a_selector_asks_its_model_in_the_team(runtime, read_runs):
    team = SelectorGroupChat(
        [agent("ann", "one"), agent("bob", "two")], model("ann", "bob"), termination_condition=MaxMessageTermination(2)
    )

    await run(team)

    assert outline(read_runs()[0]).split("\n")[1:] == [
        "  workflow SelectorGroupChat",
        f"    llm {LLM} [cached]",
        "    agent ann",
        f"      llm {LLM} [cached]",
    ]


async def test_a_team_inside_an_agent_is_below_it(runtime, read_runs):
    society = SocietyOfMindAgent("society", pair(), model("In short: three."))

    await run(RoundRobinGroupChat([society], max_turns=1))

    lines = outline(read_runs()[0]).split("\n")
    assert lines[1:5] == [
        "  workflow RoundRobinGroupChat",
        "    agent society",
        "      workflow RoundRobinGroupChat",
        "        agent ann",
    ]
    assert lines[-1] == f"      llm {LLM} [cached]"


async def test_a_model_that_fails_is_told_where_it_failed_and_what_its_caller_saw(runtime, read_runs):
    with pytest.raises((RuntimeError, ValueError), match="No more mock responses") as raised:
        await run(RoundRobinGroupChat([agent("ann")], max_turns=1))

    team, ann, llm = read_runs()[0]["executions"]
    assert (team["status"], ann["status"], llm["status"]) == ("error", "error", "error")
    assert team["error"]["type"] == raised.type.__name__  # from 0.5 on AutoGen raises a RuntimeError with its text
    assert ann["error"]["type"] == llm["error"]["type"] == "ValueError"


async def test_a_stream_of_a_team_that_is_closed_early_is_abandoned(runtime, read_runs):
    @entrypoint
    async def ask():
        stream = pair().run_stream(task="talk")
        await stream.__anext__()
        await stream.aclose()
        return running_scope()

    assert (await ask()).execution_id == 0

    team = found(read_runs()[0], "RoundRobinGroupChat")
    assert team["status"] == "abandoned"


async def test_nothing_is_current_between_two_messages_of_a_team(runtime, read_runs):
    @entrypoint
    async def ask():
        request = running_scope()
        return [running_scope() is request async for _ in pair().run_stream(task="talk")]

    assert set(await ask()) == {True}


async def test_a_tool_in_a_team_belongs_to_the_agent_that_called_it(runtime, read_runs):
    ann = agent("ann", calls("look_up", '{"word": "a"}'), says("A"), tools=[look_up], reflect_on_tool_use=True)

    await run(RoundRobinGroupChat([ann], max_turns=1))

    assert outline(read_runs()[0]).split("\n")[2:] == [
        "    agent ann",
        f"      llm {LLM}",
        "      tool look_up",
        f"      llm {LLM}",
    ]


async def test_teams_that_share_a_runtime_keep_their_requests_apart(runtime, read_runs):
    shared = SingleThreadedAgentRuntime()
    shared.start()  # outside of any request

    @entrypoint
    async def ask(name):
        return await run(pair(name, runtime=shared))

    await asyncio.gather(ask("ann"), ask("amy"))
    await shared.stop()

    outlines = sorted(outline(run_) for run_ in read_runs())
    assert outlines == [
        tree(
            f"""
            request ask
              workflow RoundRobinGroupChat
                agent {name}
                  llm {LLM} [cached]
                agent bob
                  llm {LLM} [cached]
                agent {name}
                  llm {LLM} [cached]
            """
        )
        for name in ("amy", "ann")
    ]
