"""The OpenAI Agents SDK: what is registered and wrapped, what is put back, and the clients behind its models."""

import pytest

pytest.importorskip("agents.tracing.provider")

import agents
from agents import (
    Agent,
    ModelSettings,
    OpenAIChatCompletionsModel,
    OpenAIResponsesModel,
    Runner,
    set_trace_processors,
)
from agents.tracing import setup
from agents.tracing.processor_interface import TracingProcessor
from agents.tracing.provider import DefaultTraceProvider
from openai import AsyncOpenAI
from support.openai_agents_models import model, says
from support.outlines import found
from support.providers import ProviderServer, Tokens, fail, say

from gradient.instrumentors.openai_agents.instrumentor import OpenAIAgentsInstrumentor
from gradient.testing import record


@pytest.fixture(autouse=True)
def untouched_tracing():
    """The SDK's own tracing is for each test as it was."""
    yield
    agents.set_tracing_disabled(False)
    set_trace_processors([])


class Mine(TracingProcessor):
    """A processor of the user's, which notes the kinds of spans that it is told of."""

    def __init__(self):
        self.kinds = []

    def on_trace_start(self, trace):
        pass

    def on_trace_end(self, trace):
        pass

    def on_span_start(self, span):
        self.kinds.append(span.span_data.type)

    def on_span_end(self, span):
        pass

    def shutdown(self):
        pass

    def force_flush(self):
        pass


async def run(*script):
    return (await Runner.run(Agent("solo", model=model(*script)), "task")).final_output


def processors():
    return setup.GLOBAL_TRACE_PROVIDER._multi_processor._processors


async def test_the_users_processors_are_theirs_alone():
    mine = Mine()
    set_trace_processors([mine])

    with record(OpenAIAgentsInstrumentor()) as recorded:
        await run(says("Fine."))
        assert processors() == (mine,)
    await run(says("Fine."))

    assert processors() == (mine,)
    assert mine.kinds == ["task", "agent", "turn"] * 2
    assert [each.kind for each in recorded.executions] == ["workflow", "agent", "llm"]


def replaced(mine):
    set_trace_processors([mine])


def replaced_within(mine):
    setup.GLOBAL_TRACE_PROVIDER._multi_processor._processors = (mine,)


@pytest.mark.parametrize("replace", [replaced, replaced_within])
async def test_a_user_who_replaces_processors_does_not_lose_us(replace):
    mine = Mine()
    with record(OpenAIAgentsInstrumentor()) as recorded:
        replace(mine)
        await run(says("Fine."))

    assert [each.kind for each in recorded.executions] == ["workflow", "agent", "llm"]
    assert processors() == (mine,)


async def test_a_provider_that_is_made_while_we_listen_tells_us(monkeypatch):
    with record(OpenAIAgentsInstrumentor()) as recorded:
        provider = DefaultTraceProvider()
        monkeypatch.setattr(setup, "GLOBAL_TRACE_PROVIDER", provider)
        await run(says("Fine."))

    assert [each.kind for each in recorded.executions] == ["workflow", "agent", "llm"]
    assert provider._multi_processor._processors == ()


async def test_a_seam_that_is_missing_costs_itself_and_one_warning(monkeypatch, capsys):
    monkeypatch.delattr(agents.Model, "get_response")
    instrumentor = OpenAIAgentsInstrumentor()

    with record(instrumentor) as recorded:
        await run(says("Fine."))

    assert "Model.get_response" in instrumentor.missing
    assert capsys.readouterr().err.count("Cannot trace Model.get_response") == 1
    assert [each.kind for each in recorded.executions] == ["workflow", "agent"]


@pytest.mark.parametrize("kind", [OpenAIResponsesModel, OpenAIChatCompletionsModel])
@pytest.mark.parametrize("streams", [False, True])
async def test_a_call_that_framework_and_client_both_tell_of_is_one(runtime, read_runs, kind, streams):
    with ProviderServer() as provider:
        provider.script(say("It is A.", tokens=Tokens(9, 2, cached=4)))
        async with AsyncOpenAI(base_url=provider.openai_url, api_key="none", max_retries=0) as client:
            agent = Agent("solo", model=kind("gpt-5", client), model_settings=ModelSettings(include_usage=True))
            if streams:
                result = Runner.run_streamed(agent, "What is a?")
                assert len([event async for event in result.stream_events()]) > 3
            else:
                assert (await Runner.run(agent, "What is a?")).final_output == "It is A."

    (_, _, llm) = read_runs()[0]["executions"]
    assert (llm["framework"], llm["kind"], llm["provider"], llm["status"]) == (
        "openai-agents",
        "llm",
        "openai",
        "completed",
    )
    assert llm["usage"]["input_tokens"] == 9
    assert llm["usage"]["cache_read_tokens"] == 4
    assert llm["outputs"]["messages"][0]["parts"] == [{"type": "text", "content": "It is A."}]
    assert (llm["time_to_first_token_ms"] is not None) is streams


async def test_a_provider_that_refuses_is_an_error_of_the_call_the_agent_and_the_run(runtime, read_runs):
    with ProviderServer() as provider:
        provider.script(fail(401))
        async with AsyncOpenAI(base_url=provider.openai_url, api_key="none", max_retries=0) as client:
            with pytest.raises(Exception, match="401"):
                await Runner.run(Agent("solo", model=OpenAIResponsesModel("gpt-5", client)), "What is a?")

    run_ = read_runs()[0]
    assert {each["error"]["type"].rpartition(".")[2] for each in run_["executions"]} == {"AuthenticationError"}
    assert found(run_, "gpt-5")["status"] == "error"
