"""AutoGen: what is wrapped, what is put back, and what is missing in a version that has it no more."""

import pytest

pytest.importorskip("autogen_agentchat")

from autogen_agentchat.agents import BaseChatAgent
from autogen_agentchat.teams import BaseGroupChat, RoundRobinGroupChat
from autogen_core.models import ChatCompletionClient, UserMessage
from autogen_core.tools import BaseTool
from autogen_ext.models.replay import ReplayChatCompletionClient
from support.autogen_agents import LLM, MODEL_INFO, agent, model
from support.outlines import outline

from gradient.instrumentors.autogen.instrumentor import AutoGenInstrumentor
from gradient.instrumentors.plumbing.overrides import family
from gradient.testing import record

OWNERS = (BaseChatAgent, BaseGroupChat, BaseTool, ChatCompletionClient)


def attributes():
    return {member: dict(vars(member)) for owner in OWNERS for member in family(owner)}


def test_every_class_is_left_as_it_was():
    before = attributes()

    with record(AutoGenInstrumentor()):
        assert ReplayChatCompletionClient.create is not before[ReplayChatCompletionClient]["create"]

    assert {member: dict(vars(member)) for member in before} == before


async def test_a_class_that_was_defined_while_we_listened_is_left_as_it_was_written():
    async def create(self, *args, **options):
        return "mine"

    with record(AutoGenInstrumentor()) as recorded:
        mine = type("Mine", (ReplayChatCompletionClient,), {"create": create})
        assert await mine([], model_info=MODEL_INFO).create([]) == "mine"
        assert [each.node_name for each in recorded.executions] == ["Mine"]

    assert vars(mine)["create"] is create
    assert await mine([], model_info=MODEL_INFO).create([]) == "mine"
    assert len(recorded.executions) == 1


def test_what_a_subclass_says_about_its_own_subclasses_still_counts():
    seen = []

    class Registering(ReplayChatCompletionClient):
        def __init_subclass__(cls, **options):
            super().__init_subclass__(**options)
            seen.append(cls.__name__)

    with record(AutoGenInstrumentor()):
        type("Registered", (Registering,), {})

    assert seen == ["Registered"]


async def test_a_seam_that_is_missing_costs_itself_and_one_warning(monkeypatch, capsys):
    monkeypatch.delattr(ChatCompletionClient, "create")
    instrumentor = AutoGenInstrumentor()

    with record(instrumentor) as recorded:
        instrumentor.install(recorded.manager.get_tracker())
        await RoundRobinGroupChat([agent("ann", "one")], max_turns=1).run(task="talk")
        async for _ in model("one").create_stream([]):
            pass

    assert instrumentor.missing == ["ChatCompletionClient.create"]
    assert capsys.readouterr().err.count("Cannot trace ChatCompletionClient.create") == 1
    assert [each.kind for each in recorded.executions] == ["workflow", "agent", "llm"]


async def test_installing_after_the_framework_was_imported_and_used_is_early_enough(runtime, read_runs):
    client = model("one")
    runtime.uninstall_instrumentation()
    assert (await client.create([UserMessage(content="a", source="user")])).content == "one"
    runtime.install_instrumentation()
    client.reset()

    await client.create([UserMessage(content="a", source="user")])

    assert [outline(run).split("\n")[1:] for run in read_runs()] == [[f"  llm {LLM} [cached]"]]
