"""LlamaIndex: models, whole and streamed, their clients, and what is left behind."""

import gc

import pytest

pytest.importorskip("llama_index_instrumentation")

from llama_index.core.llms import ChatMessage, MockLLM
from llama_index_instrumentation import get_dispatcher
from support.llamaindex_models import ScriptedLLM, call
from support.outlines import found, outline
from support.patience import PATIENCE_S
from support.providers.fixture import provider  # noqa: F401 - a fixture

from gradient.instrumentors.llamaindex.instrumentor import LlamaIndexInstrumentor
from gradient.sdk import entrypoint, step
from gradient.testing import record

ASKED = [ChatMessage("Be kind.", role="system"), ChatMessage("What?", role="user")]


async def whole(model):
    return model.chat(ASKED).message.content


async def awaited(model):
    return (await model.achat(ASKED)).message.content


async def streamed(model):
    return [each.message.content for each in model.stream_chat(ASKED)][-1]


async def streamed_async(model):
    return [each.message.content async for each in await model.astream_chat(ASKED)][-1]


@pytest.mark.parametrize("way", [whole, awaited, streamed, streamed_async])
async def test_a_model_is_recorded_with_messages_and_tokens(runtime, read_runs, way):
    assert await way(ScriptedLLM(script=["very fine"])) == "very fine"

    (model,) = read_runs()[0]["executions"]
    assert (model["kind"], model["name"], model["model"]) == ("llm", "scripted", "scripted-1")
    assert model["inputs"]["messages"] == [
        {"role": "system", "parts": [{"type": "text", "content": "Be kind."}]},
        {"role": "user", "parts": [{"type": "text", "content": "What?"}]},
    ]
    assert model["outputs"] == {
        "messages": [{"role": "assistant", "parts": [{"type": "text", "content": "very fine"}]}]
    }
    assert (model["usage"]["input_tokens"], model["usage"]["output_tokens"]) == (9, 2)
    assert (model["time_to_first_token_ms"] is not None) == ("stream" in way.__name__)


def test_a_model_that_answers_by_another_of_its_methods_is_one_call(runtime, read_runs):
    MockLLM(max_tokens=2).chat(ASKED)
    list(MockLLM(max_tokens=2).stream_chat(ASKED))

    assert [outline(run).split("\n")[1:] for run in read_runs()] == [["  llm MockLLM"], ["  llm MockLLM"]]


def test_a_stream_lasts_until_it_was_read_and_its_consumer_stays_outside(runtime, read_runs):
    @entrypoint
    def ask():
        for _ in ScriptedLLM(script=["one two"]).stream_chat(ASKED):
            with step("shown"):
                pass

    ask()

    run = read_runs()[0]
    assert outline(run).split("\n")[1:] == ["  llm scripted", "  step shown", "  step shown"]
    model, shown, _ = run["executions"]
    assert model["start_offset_ms"] + model["duration_ms"] > shown["start_offset_ms"]


def test_a_stream_that_is_closed_early_is_abandoned_and_keeps_what_had_come(runtime, read_runs):
    stream = ScriptedLLM(script=["one two three"]).stream_chat(ASKED)
    next(stream)
    next(stream)
    stream.close()

    (model,) = read_runs()[0]["executions"]
    assert model["status"] == "abandoned"
    assert model["outputs"]["messages"][0]["parts"] == [{"type": "text", "content": "one two"}]


def test_a_stream_that_nobody_reads_is_abandoned(runtime, read_runs):
    @entrypoint
    def ask():
        ScriptedLLM(script=["one two three"]).stream_chat(ASKED)
        gc.collect()

    ask()

    assert outline(read_runs()[0]).split("\n")[1:] == ["  llm scripted [abandoned]"]


def test_a_stream_that_breaks_is_an_error(runtime, read_runs):
    with pytest.raises(ConnectionError, match="the line broke"):
        list(ScriptedLLM(script=["one BREAK"]).stream_chat(ASKED))

    (model,) = read_runs()[0]["executions"]
    assert (model["status"], model["error"]["message"]) == ("error", "the line broke")


def test_a_model_that_raises_is_an_error(runtime, read_runs):
    with pytest.raises(RuntimeError, match="overloaded"):
        ScriptedLLM(script=[RuntimeError("overloaded")]).chat(ASKED)

    assert outline(read_runs()[0]).split("\n")[1:] == ["  llm scripted [error]"]


def test_a_stream_of_which_no_event_tells_is_over_when_it_is_returned(runtime, read_runs):
    class Quiet(ScriptedLLM):
        """Its author has left the callbacks out."""

        def stream_chat(self, messages, **kwargs):
            return iter_of(self.script)

    def iter_of(script):
        yield from script

    assert list(Quiet(script=[]).stream_chat(ASKED)) == []
    assert outline(read_runs()[0]).split("\n")[1:] == ["  llm scripted"]


def test_a_call_of_a_tool_is_a_part_of_the_answer(runtime, read_runs):
    ScriptedLLM(script=[call("look_up", word="a")]).chat(ASKED)

    (model,) = read_runs()[0]["executions"]
    wanted = {"type": "tool_call", "id": "call_1", "name": "look_up", "arguments": {"word": "a"}}
    assert model["outputs"]["messages"][0]["parts"] == [wanted]


@pytest.mark.parametrize("way", [whole, awaited, streamed, streamed_async])
async def test_a_call_of_the_providers_client_is_the_call_it_serves(runtime, read_runs, provider, way):  # noqa: F811
    models, httpx = pytest.importorskip("llama_index.llms.openai"), pytest.importorskip("httpx")
    provider.script("very fine")

    @entrypoint
    async def ask():
        with httpx.Client(timeout=PATIENCE_S) as one:
            async with httpx.AsyncClient(timeout=PATIENCE_S) as other:
                clients = {"http_client": one, "async_http_client": other, "max_retries": 0}
                return await way(models.OpenAI("gpt-4o", api_base=provider.openai_url, api_key="none", **clients))

    assert await ask() == "very fine"

    run = read_runs()[0]
    assert outline(run).split("\n")[1:] == ["  llm gpt-4o"]
    model = found(run, "gpt-4o")
    assert (model["framework"], model["provider"]) == ("llamaindex", "openai")
    assert model["outputs"]["messages"][0]["parts"] == [{"type": "text", "content": "very fine"}]
    if way in (whole, awaited):  # of a stream, this one does not ask for its tokens
        assert (model["usage"]["input_tokens"], model["usage"]["output_tokens"]) == (9, 2)


def test_a_growing_conversation_is_written_once(runtime, read_runs, home):
    history = [ChatMessage(f"{number} " + "x" * 2_000) for number in range(10)]

    for turn in range(10):
        history.append(ChatMessage(f"turn {turn}"))
        history.append(ScriptedLLM(script=["fine"]).chat(history).message)

    models = [run["executions"][0] for run in read_runs()]
    assert [len(model["inputs"]["messages"]) for model in models] == list(range(11, 31, 2))
    assert models[-1]["inputs"]["messages"][0]["parts"][0]["content"].startswith("0 xxx")
    written = b"".join(path.read_bytes() for path in home.rglob("*.seg")).rstrip(b"\0")
    assert written.count(b"x" * 2_000) == 10


def test_handlers_are_taken_back_and_those_of_others_stay():
    root = get_dispatcher()
    before = list(root.span_handlers), list(root.event_handlers)

    with record(LlamaIndexInstrumentor()):
        assert len(root.span_handlers) == len(before[0]) + 1

    assert (root.span_handlers, root.event_handlers) == before
    MockLLM(max_tokens=2).chat(ASKED)


def test_a_seam_that_is_missing_costs_itself_and_one_warning(monkeypatch, capsys):
    class Dispatcher:
        """One that tells nobody."""

    monkeypatch.setattr("llama_index_instrumentation.get_dispatcher", Dispatcher)
    instrumentor = LlamaIndexInstrumentor()

    with record(instrumentor) as recorded:
        MockLLM(max_tokens=2).chat(ASKED)

    assert instrumentor.missing == ["Dispatcher.span_handlers"]
    assert capsys.readouterr().err.count("Cannot trace Dispatcher.span_handlers") == 1
    assert recorded.executions == []
