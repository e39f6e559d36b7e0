"""What other programs send as OTLP is recorded, and reads like what was recorded here."""

import gzip
import json
import threading
import urllib.error
import urllib.request
import zlib

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from gradient.export.otlp import otlp_json
from gradient.export.ship.destination import Destination
from gradient.export.ship.shipper import Shipper
from gradient.export.ship.source import Manner
from gradient.ingest import Ingest, listening
from gradient.runtime.config import Settings
from gradient.sdk import annotate, entrypoint, session, set_metadata, step
from gradient.store import SqliteStore

PROTOBUF, JSON = "application/x-protobuf", "application/json"
# What a span does not tell, or tells otherwise.
DIFFERENT = ("loss", "graphs", "process")


@pytest.fixture
def other(tmp_path):
    """The home that is received in."""
    return tmp_path / "other"


@pytest.fixture
def ingest(other):
    ingest = Ingest(other, Settings())
    yield ingest
    ingest.close()


def runs_of(home):
    with SqliteStore(home) as store:
        return [store.run_document(run) for run in reversed(store.all_runs())]


def span(name="work", number=1, parent=0, **attributes):
    made = Span(
        trace_id=b"t" * 16,
        span_id=number.to_bytes(8, "big"),
        parent_span_id=parent.to_bytes(8, "big") if parent else b"",
        name=name,
        start_time_unix_nano=1_700_000_000_000_000_000 + number * 1_000_000,
        end_time_unix_nano=1_700_000_000_000_000_000 + number * 1_000_000 + 500_000,
    )
    for key, value in attributes.items():
        pair = made.attributes.add(key=key)
        kind = {str: "string_value", bool: "bool_value", int: "int_value", float: "double_value"}[type(value)]
        setattr(pair.value, kind, value)
    return made


def body(*spans, scope="acme", **resource):
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    for name, value in {"service.name": "shop", **resource}.items():
        group.resource.attributes.add(key=name).value.string_value = value
    scoped = group.scope_spans.add(spans=spans)
    scoped.scope.name = scope
    return request.SerializeToString()


def record_something():
    @entrypoint(tags=["beta"], metadata={"version": 3})
    def agent(question):
        with step("plan", kind="agent") as plan:
            annotate("thought", depth=2)
            with step("ask", kind="llm", inputs={"messages": [{"role": "user", "parts": []}]}) as call:
                call.outputs = {"messages": [{"role": "assistant", "parts": [{"type": "text", "content": "hi"}]}]}
                call.set_usage(input_tokens=9, output_tokens=4, cost_usd=0.5, model="gpt-4o", provider="house")
                set_metadata(temperature=0.5)
            plan.outputs = ["a", 1, None]
        with pytest.raises(LookupError), step("search", kind="tool", inputs={"q": "x"}):
            raise LookupError("nothing there")
        return {"answer": question}

    with session("chat-17", user_id="ada"):
        agent("why")


def test_a_run_that_was_sent_and_taken_is_the_same_but_for_what_spans_do_not_tell(runtime, read_runs, home, other):
    record_something()
    ingest = Ingest(other, Settings())
    with listening(ingest, 0) as url:
        shipper = Shipper(home, Destination(url=f"{url}/v1/traces", compression="gzip"), Manner())
        shipper.round()
        shipper.close()
    ingest.close()

    (sent,), (taken,) = read_runs(), runs_of(other)
    for one in (sent, taken):
        for field in DIFFERENT:
            del one[field]
        for execution in one["executions"]:
            execution["metadata"].pop("graph_id", None)
    assert taken == sent


def test_json_says_the_same_as_protobuf(runtime, read_runs, ingest, other):
    record_something()
    (sent,) = read_runs()

    answer = ingest.take(b"".join(otlp_json([sent])), JSON)

    (taken,) = runs_of(other)
    assert (answer.code, answer.content_type, answer.body) == (200, JSON, b"{}")
    assert taken["executions"] == sent["executions"]
    assert taken["outputs"] == sent["outputs"]


@pytest.mark.parametrize("encoding", ["", "identity", "gzip", "deflate"])
def test_bodies_may_be_compressed(ingest, other, encoding):
    packed = {"gzip": gzip.compress, "deflate": zlib.compress}.get(encoding, bytes)(body(span()))

    assert ingest.take(packed, PROTOBUF, encoding).code == 200
    assert len(runs_of(other)) == 1


REFUSED = {
    "bytes": (b"\xff\xff\xff", PROTOBUF, "", 400),
    "half a message": (body(span())[:-3], PROTOBUF, "", 400),
    "half of JSON": (b"{", JSON, "", 400),
    "an array": (b"[]", JSON, "", 400),
    "a number": (b'{"resourceSpans": 7}', JSON, "", 400),
    "an id": (b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"xyz"}]}]}]}', JSON, "", 400),
    "deep": (b"[" * 100_000, JSON, "", 400),
    "no gzip": (b"no gzip", PROTOBUF, "gzip", 400),
    "half of gzip": (gzip.compress(body(span()))[:-9], PROTOBUF, "gzip", 400),
    "a bomb": (gzip.compress(bytes(65 * 1024 * 1024)), PROTOBUF, "gzip", 413),
    "text": (body(span()), "text/plain", "", 415),
    "brotli": (body(span()), PROTOBUF, "br", 415),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_taken_is_refused_and_leaves_nothing_behind(ingest, other, what):
    sent, content_type, encoding, code = REFUSED[what]

    answer = ingest.take(sent, content_type, encoding)

    assert answer.code == code
    assert answer.body.endswith(b"\n")
    assert not other.exists()


def test_a_trace_of_others_is_a_request_with_its_spans_below_it(ingest, other):
    ingest.take(body(span("child", 2, parent=1), span("root", 1)), PROTOBUF)

    (run,) = runs_of(other)
    root, child = run["executions"]
    assert (run["entrypoint"], run["project"], run["status"]) == ("root", "shop", "completed")
    assert run["trace_id"] == (b"t" * 16).hex()
    assert (root["name"], root["parent_id"], child["parent_id"]) == ("root", None, root["execution_id"])
    assert (child["framework"], child["duration_ms"]) == ("acme", 0.5)


def test_children_that_come_before_their_root_are_of_the_same_run(ingest, other):
    ingest.take(body(span("child", 2, parent=1)), PROTOBUF)
    before = [run["status"] for run in runs_of(other)]

    ingest.take(body(span("root", 1)), PROTOBUF)

    (run,) = runs_of(other)
    assert before == ["running"]
    assert (run["status"], [each["name"] for each in run["executions"]]) == ("completed", ["root", "child"])


def test_what_comes_twice_is_there_once(ingest, other):
    for _ in range(2):
        ingest.take(body(span("root", 1), span("child", 2, parent=1)), PROTOBUF)

    (run,) = runs_of(other)
    assert len(run["executions"]) == 2


MESSAGES = '[{"role":"user","parts":[{"type":"text","content":"why"}]}]'
ASKED = {"messages": [{"role": "user", "parts": [{"type": "text", "content": "why"}]}]}
CALLED = {
    "messages": [
        {"role": "assistant", "parts": [{"type": "tool_call", "id": "7", "name": "search", "arguments": {"q": "x"}}]}
    ]
}
CONVENTIONS = {
    "gen_ai": {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 9,
        "gen_ai.usage.output_tokens": 4,
        "gen_ai.input.messages": MESSAGES,
        "gen_ai.output.messages": json.dumps(CALLED["messages"]),
    },
    "openinference": {
        "openinference.span.kind": "LLM",
        "llm.provider": "openai",
        "llm.model_name": "gpt-4o",
        "llm.token_count.prompt": 9,
        "llm.token_count.completion": 4,
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": "why",
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.tool_calls.0.tool_call.id": "7",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "search",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"q":"x"}',
    },
    "traceloop": {
        "llm.request.type": "chat",
        "gen_ai.system": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.prompt_tokens": 9,
        "gen_ai.usage.completion_tokens": 4,
        "gen_ai.prompt.0.role": "user",
        "gen_ai.prompt.0.content": "why",
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.tool_calls.0.id": "7",
        "gen_ai.completion.0.tool_calls.0.name": "search",
        "gen_ai.completion.0.tool_calls.0.arguments": '{"q":"x"}',
    },
}


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_a_model_call_reads_alike_whoever_tells_of_it(ingest, other, convention):
    ingest.take(body(span("ChatOpenAI", **CONVENTIONS[convention], mine="kept")), PROTOBUF)

    ((call,),) = [run["executions"] for run in runs_of(other)]
    assert (call["kind"], call["model"], call["provider"]) == ("llm", "gpt-4o", "openai")
    assert (call["usage"]["input_tokens"], call["usage"]["output_tokens"]) == (9, 4)
    assert call["inputs"] == ASKED
    assert call["outputs"] == CALLED
    assert call["metadata"] == {"mine": "kept"}


TOOLS = {
    "gen_ai": {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "search",
        "gen_ai.tool.call.arguments": '{"q":"x"}',
        "gen_ai.tool.call.result": "found",
    },
    "openinference": {
        "openinference.span.kind": "TOOL",
        "tool.name": "search",
        "input.value": '{"q":"x"}',
        "input.mime_type": "application/json",
        "output.value": "found",
    },
    "traceloop": {
        "traceloop.span.kind": "tool",
        "traceloop.entity.name": "search",
        "traceloop.entity.input": '{"q":"x"}',
        "traceloop.entity.output": "found",
    },
}


@pytest.mark.parametrize("convention", TOOLS)
def test_a_tool_call_reads_alike_whoever_tells_of_it(ingest, other, convention):
    ingest.take(body(span("search", **TOOLS[convention])), PROTOBUF)

    ((call,),) = [run["executions"] for run in runs_of(other)]
    assert (call["kind"], call["name"]) == ("tool", "search")
    assert (call["inputs"], call["outputs"]) == ({"q": "x"}, "found")


def test_numbers_that_are_none_are_taken_for_unknown(ingest, other):
    told = {"gen_ai.operation.name": "chat", "gen_ai.response.time_to_first_chunk": float("nan")}

    answer = ingest.take(
        body(span(**told, **{"gradient.cost_usd": float("inf"), "gradient.request_id": "none"})), PROTOBUF
    )

    ((call,),) = [run["executions"] for run in runs_of(other)]
    assert answer.code == 200
    assert (call["time_to_first_token_ms"], call["usage"]) == (None, None)


def test_an_error_is_told_with_its_exception(ingest, other):
    failed = span("root")
    failed.status.code, failed.status.message = 2, "it broke"
    event = failed.events.add(name="exception")
    event.attributes.add(key="exception.type").value.string_value = "ValueError"
    event.attributes.add(key="exception.message").value.string_value = "it broke"

    ingest.take(body(failed), PROTOBUF)

    (run,) = runs_of(other)
    assert (run["status"], run["error"]["type"], run["error"]["message"]) == ("error", "ValueError", "it broke")


def test_secrets_are_redacted_before_they_are_written(ingest, other):
    told = {"openinference.span.kind": "TOOL", "input.value": '{"api_key":"abc","q":"x"}'}
    ingest.take(
        body(span(**told, **{"input.mime_type": "application/json", "http.authorization": "Bearer abc"})), PROTOBUF
    )
    ingest.close()

    written = b"".join(path.read_bytes() for path in other.glob("journal/*/*.seg"))
    assert b'"q":"x"' in written
    assert b"abc" not in written


def test_each_process_that_sends_has_its_own_project(ingest, other):
    ingest.take(body(span("a", 1)), PROTOBUF)
    second = span("b", 2)
    second.trace_id = b"u" * 16
    ingest.take(body(second, **{"service.name": "bank", "host.name": "box"}), PROTOBUF)

    assert {run["entrypoint"]: (run["project"], run["process"]["host"]) for run in runs_of(other)} == {
        "a": ("shop", ""),
        "b": ("bank", "box"),
    }


def post(url, data, **headers):
    """Return the status code of the answer to a request."""
    request = urllib.request.Request(url, data, {"Content-Type": PROTOBUF, **headers}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def test_the_server_takes_many_at_once_and_answers_bad_bytes(ingest, other):
    codes = []
    with listening(ingest, 0) as url:

        def send(number):
            one = span("root", number)
            one.trace_id = number.to_bytes(16, "big")
            codes.append(post(f"{url}/v1/traces", body(one)))

        threads = [threading.Thread(target=send, args=(number,)) for number in range(1, 21)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        bad = [post(f"{url}/v1/traces", b"\xff"), post(f"{url}/elsewhere", body(span()))]

    assert (codes, bad) == ([200] * 20, [400, 404])
    assert len(runs_of(other)) == 20


def test_the_official_exporter_can_send_here(ingest, other):
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    provider = TracerProvider()
    with listening(ingest, 0) as url:
        provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(f"{url}/v1/traces")))
        tracer = provider.get_tracer("theirs")
        with tracer.start_as_current_span("outer"), tracer.start_as_current_span("inner"):
            pass
        provider.shutdown()

    (run,) = runs_of(other)
    assert [(each["name"], each["framework"]) for each in run["executions"]] == [
        ("outer", "theirs"),
        ("inner", "theirs"),
    ]
