"""With a provider of the program's own, executions are real spans: same ids, others nest below them."""

import threading

import pytest
from opentelemetry import context as context_api
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from support.patience import PATIENCE_S

from gradient.sdk import annotate, configure, continued_trace, entrypoint, set_metadata, step

_TRACE, _SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def exporter(monkeypatch):
    """What the program's own provider exported; the provider is there in this test only."""
    provider = TracerProvider()
    kept = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    return kept


@pytest.fixture
def live(runtime, exporter):
    """The manager, with executions as spans."""
    configure(otlp_live=True)
    return runtime


def tracer():
    return trace.get_tracer_provider().get_tracer("theirs")


def tree(exporter):
    """Return the name of each span's parent, by name."""
    spans = {span.context.span_id: span for span in exporter.get_finished_spans()}
    return {span.name: spans[span.parent.span_id].name if span.parent else None for span in spans.values()}


def test_spans_have_the_ids_of_the_request_and_its_executions(live, exporter, read_runs):
    @entrypoint
    def agent():
        with step("work"):
            pass

    agent()

    (run,) = read_runs()
    ids = {span.name: f"{span.context.span_id:016x}" for span in exporter.get_finished_spans()}
    assert ids == {"invoke_workflow agent": run["span_id"], "work": run["executions"][0]["execution_id"]}
    assert {f"{span.context.trace_id:032x}" for span in exporter.get_finished_spans()} == {run["trace_id"]}


def test_spans_of_others_nest_below_the_node_that_runs_and_ours_below_theirs(live, exporter):
    @entrypoint
    def agent():
        with step("node"), tracer().start_as_current_span("http"), step("inner"), tracer().start_as_current_span("db"):
            pass
        with tracer().start_as_current_span("after"):
            pass

    with tracer().start_as_current_span("server"):
        agent()

    assert tree(exporter) == {
        "server": None,
        "invoke_workflow agent": "server",
        "node": "invoke_workflow agent",
        "http": "node",
        "inner": "http",
        "db": "inner",
        "after": "invoke_workflow agent",
    }


def test_a_request_under_a_span_of_the_program_takes_over_its_trace(live, exporter, read_runs):
    with tracer().start_as_current_span("server") as server:
        entrypoint(lambda: 1)()

    (run,) = read_runs()
    assert run["trace_id"] == f"{server.get_span_context().trace_id:032x}"
    assert run["remote_parent"] == f"{server.get_span_context().span_id:016x}"


def test_a_request_from_another_process_is_below_its_caller(live, exporter):
    with continued_trace({"traceparent": f"00-{_TRACE}-{_SPAN}-01"}):
        entrypoint(lambda: 1)()

    (span,) = exporter.get_finished_spans()
    assert (f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}") == (_TRACE, _SPAN)


def test_nothing_is_current_between_two_items_of_a_stream(live, exporter):
    @entrypoint
    def agent():
        with tracer().start_as_current_span("inside"):
            pass
        yield 1
        yield 2

    stream = agent()
    next(stream)
    with tracer().start_as_current_span("consumer"):
        list(stream)

    assert tree(exporter) == {"inside": "invoke_workflow agent", "consumer": None, "invoke_workflow agent": None}


def test_spans_in_threads_nest_too(live, exporter):
    def work():
        with tracer().start_as_current_span("in a thread"):
            pass

    @entrypoint
    def agent():
        with step("node"):
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()

    agent()

    assert tree(exporter)["in a thread"] == "node"


def test_what_is_known_at_the_end_is_on_the_span(live, exporter):
    @entrypoint(tags=["beta"])
    def agent(question):
        with step("ask", kind="llm", inputs={"messages": [{"role": "user", "parts": []}]}) as call:
            call.set_usage(input_tokens=9, output_tokens=4, model="gpt-4o")
            annotate("cached", shard=3, api_key="sk-secret")
            set_metadata(version=2, password="hush")
        raise KeyError("gone")

    with pytest.raises(KeyError):
        agent("why")

    ask, root = exporter.get_finished_spans()
    assert (ask.attributes["gen_ai.usage.input_tokens"], ask.attributes["gen_ai.request.model"]) == (9, "gpt-4o")
    assert [(event.name, event.attributes["shard"]) for event in ask.events] == [("cached", 3)]
    assert root.attributes["gradient.tags"] == ("beta",)
    assert root.attributes["input.value"] == '{"question":"why"}'
    assert (root.status.status_code.name, root.events[0].attributes["exception.type"]) == ("ERROR", "KeyError")
    assert "hush" not in ask.to_json()
    assert "sk-secret" not in ask.to_json()


def test_content_is_left_out_where_open_telemetrys_variable_says_so(runtime, exporter, monkeypatch):
    monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "NO_CONTENT")
    configure(otlp_live=True)

    entrypoint(lambda question: "because")("why")

    (span,) = exporter.get_finished_spans()
    assert "why" not in span.to_json()
    assert "because" not in span.to_json()


def test_without_a_provider_nothing_happens_and_none_is_set(runtime):
    before, runtime_context = trace.get_tracer_provider(), context_api._RUNTIME_CONTEXT
    configure(otlp_live=True)

    assert entrypoint(lambda: 1)() == 1

    assert trace.get_tracer_provider() is before
    assert context_api._RUNTIME_CONTEXT is runtime_context


def test_once_shut_down_the_program_has_its_own_back(live, exporter):
    original = context_api._RUNTIME_CONTEXT
    entrypoint(lambda: 1)()
    replaced = context_api._RUNTIME_CONTEXT

    live.shutdown()

    assert replaced is not original
    assert context_api._RUNTIME_CONTEXT is original
    with tracer().start_as_current_span("theirs"):
        pass
    assert [span.name for span in exporter.get_finished_spans()] == ["invoke_workflow <lambda>", "theirs"]


def test_nothing_is_shipped_beside_the_provider(live, receiver, monkeypatch, home):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
    configure(otlp_exit_s=PATIENCE_S)

    entrypoint(lambda: 1)()
    live.shutdown()

    assert receiver.attempts == 0
    assert not (home / "otlp").exists()
