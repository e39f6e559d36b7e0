"""Pydantic AI: what else is there (clients, other tracers), what is put back, and what is missing."""

from contextlib import asynccontextmanager

import pytest

pytest.importorskip("pydantic_ai")

from opentelemetry.trace import NoOpTracerProvider
from pydantic_ai import Agent
from pydantic_ai.messages import ModelRequest, ModelResponse, TextPart
from pydantic_ai.models import Model, StreamedResponse
from pydantic_ai.models.function import FunctionModel
from pydantic_ai.models.instrumented import InstrumentationSettings
from pydantic_ai.models.test import TestModel
from pydantic_ai.run import AgentRun
from pydantic_ai.toolsets import AbstractToolset
from support.outlines import outline
from support.providers.fixture import provider  # noqa: F401 - a fixture

from gradient.instrumentors.plumbing.overrides import family
from gradient.instrumentors.pydantic_ai.instrumentor import PydanticAIInstrumentor
from gradient.testing import record

OWNERS = (Agent, AgentRun, Model, StreamedResponse, AbstractToolset)


def attributes():
    return {member: dict(vars(member)) for owner in OWNERS for member in family(owner)}


def test_every_class_is_left_as_it_was():
    before = attributes()

    with record(PydanticAIInstrumentor()):
        assert TestModel.request is not before[TestModel]["request"]

    assert {member: dict(vars(member)) for member in before} == before


async def test_a_model_that_was_defined_while_we_listened_is_recorded_and_left_as_it_was():
    with record(PydanticAIInstrumentor()) as recorded:

        class Mine(TestModel):
            async def request(self, *args):
                return ModelResponse([TextPart("mine")])

        assert (await Agent(Mine(), name="solo").run("What?")).output == "mine"
        assert [each.kind for each in recorded.executions] == ["agent", "llm"]

    assert (await Agent(Mine(), name="solo").run("What?")).output == "mine"
    assert len(recorded.executions) == 2


async def test_a_model_that_calls_what_it_overrides_is_one_request(runtime, read_runs):
    class Polite(TestModel):
        async def request(self, *args):
            return await super().request(*args)

        @asynccontextmanager
        async def request_stream(self, *args):
            async with super().request_stream(*args) as stream:
                yield stream

    agent = Agent(Polite(), name="solo")
    await agent.run("What?")
    async with agent.run_stream("What?") as result:
        await result.get_output()

    assert [outline(run).split("\n")[1:] for run in read_runs()] == [["  agent solo", "    llm test"]] * 2


async def test_embeddings_are_recorded_by_number_and_size(runtime, read_runs):
    embeddings = pytest.importorskip("pydantic_ai.embeddings")
    models = pytest.importorskip("pydantic_ai.embeddings.test")

    await embeddings.Embedder(models.TestEmbeddingModel(dimensions=3)).embed_documents(["a", "b"])

    (model,) = read_runs()[0]["executions"]
    assert (model["kind"], model["name"]) == ("embedding", "test")
    assert (model["inputs"]["input"], model["outputs"]) == (["a", "b"], {"count": 2, "dimensions": 3})


async def test_a_seam_that_is_missing_costs_itself_and_one_warning(monkeypatch, capsys):
    monkeypatch.delattr(AbstractToolset, "call_tool")
    instrumentor = PydanticAIInstrumentor()
    agent = Agent(TestModel(), name="solo")

    @agent.tool_plain
    def look_up(word: str) -> str:
        return word

    with record(instrumentor) as recorded:
        instrumentor.install(recorded.manager.get_tracker())
        await agent.run("What?")

    assert instrumentor.missing == ["AbstractToolset.call_tool"]
    assert capsys.readouterr().err.count("Cannot trace AbstractToolset.call_tool") == 1
    assert [each.kind for each in recorded.executions] == ["agent", "llm", "llm"]


async def test_the_users_own_instrumentation_stays_and_changes_nothing(runtime, read_runs):
    settings = InstrumentationSettings(tracer_provider=NoOpTracerProvider())
    Agent.instrument_all(settings)
    try:
        await Agent(TestModel(), name="solo").run("What?")
        assert Agent._instrument_default is settings
    finally:
        Agent.instrument_all(False)

    assert outline(read_runs()[0]).split("\n")[1:] == ["  agent solo", "    llm test"]


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
async def test_a_call_of_the_providers_client_is_the_request_it_serves(runtime, read_runs, provider, streamed):  # noqa: F811
    openai = pytest.importorskip("openai")
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    provider.script("very fine")
    async with openai.AsyncOpenAI(base_url=provider.openai_url, api_key="none", max_retries=0) as client:
        agent = Agent(OpenAIChatModel("gpt-5", provider=OpenAIProvider(openai_client=client)), name="solo")
        if streamed:
            async with agent.run_stream("How?") as result:
                assert await result.get_output() == "very fine"
        else:
            assert (await agent.run("How?")).output == "very fine"

    run = read_runs()[0]
    assert outline(run).split("\n")[1:] == ["  agent solo", "    llm gpt-5"]
    model = run["executions"][1]
    assert (model["framework"], model["provider"]) == ("pydantic-ai", "openai")
    if not streamed:  # before 2.0, Pydantic AI does not ask for the tokens of a stream
        assert (model["usage"]["input_tokens"], model["usage"]["output_tokens"]) == (9, 2)
    assert model["outputs"]["messages"][0]["parts"] == [{"type": "text", "content": "very fine"}]


async def test_a_growing_conversation_is_written_once(runtime, read_runs, home):
    def answer(messages, info):
        return ModelResponse([TextPart("short")])

    agent = Agent(FunctionModel(answer, model_name="scripted"), name="solo", instructions="Be brief.")
    result = await agent.run("What?")

    history = [ModelRequest.user_text_prompt(f"{number} " + "x" * 2_000) for number in range(10)]
    for _ in range(10):
        result = await agent.run("And?", message_history=history)
        history = result.all_messages()

    models = [run["executions"][1] for run in read_runs()]
    assert [len(model["inputs"]["messages"]) for model in models] == [2, *range(12, 32, 2)]
    assert models[-1]["inputs"]["messages"][1]["parts"][0]["content"].startswith("0 xxx")
    written = b"".join(path.read_bytes() for path in home.rglob("*.seg")).rstrip(b"\0")
    assert written.count(b"x" * 2_000) == 10
