"""What other programs send as OTLP is recorded, and reads like what was recorded here."""

import gzip
import threading
import urllib.error
import urllib.request
import zlib

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from support.patience import PATIENCE_S
from support.sent import JSON, PROTOBUF, body, official_spans, runs_of, span

from gradient.ingest import listening
from gradient.runtime.bearer import token_for
from gradient.store import SqliteStore


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
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
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
    with (
        listening(ingest, 0) as url,
        official_spans(f"{url}/v1/traces") as tracer,
        tracer.start_as_current_span("outer"),
        tracer.start_as_current_span("inner"),
    ):
        pass

    (run,) = runs_of(other)
    assert [(each["name"], each["framework"]) for each in run["executions"]] == [
        ("outer", "theirs"),
        ("inner", "theirs"),
    ]


@pytest.mark.parametrize("began", [0, 1, 2**64 - 1])
def test_spans_with_impossible_times_are_kept_and_spoil_nothing(ingest, other, began):
    wrong = [span(f"wrong {number}", number) for number in range(1, 9)]
    for number, each in enumerate(wrong):
        each.trace_id = bytes([number + 1]) * 16
        each.start_time_unix_nano, each.end_time_unix_nano = began, 2**64 - 1
    wrong[0].events.add(name="odd", time_unix_nano=2**64 - 1)

    ingest.take(body(span("right", 20), *wrong), PROTOBUF)

    assert sorted(run["entrypoint"] for run in runs_of(other)) == ["right", *[each.name for each in wrong]]
    with SqliteStore(other) as store:
        assert store.stats("node")


@pytest.mark.parametrize("first_s", [1e300, float("inf"), float("nan"), -1.0])
def test_a_first_token_at_an_impossible_time_is_unknown(ingest, other, first_s):
    ingest.take(
        body(span(**{"gen_ai.operation.name": "chat", "gen_ai.response.time_to_first_chunk": first_s})), PROTOBUF
    )

    (run,) = runs_of(other)
    assert run["executions"][0].get("time_to_first_token_ms") is None


@pytest.mark.parametrize(
    "told",
    [{"gradient.status": "7"}, {"gradient.status": ""}, {"gradient.status": 7}, {"gradient.attempt": True}],
    ids=str,
)
def test_what_no_program_of_ours_would_say_is_left_out(ingest, other, told):
    ingest.take(body(span(**told)), PROTOBUF)

    (run,) = runs_of(other)
    (execution,) = run["executions"]
    assert (execution["status"], execution["attempt"]) == ("completed", None)


@pytest.mark.parametrize("pid", [True, "7", 1.5])
def test_a_process_without_a_number_is_a_process(ingest, other, pid):
    made = ExportTraceServiceRequest.FromString(body(span()))
    pair = made.resource_spans[0].resource.attributes.add(key="process.pid")
    setattr(pair.value, {bool: "bool_value", str: "string_value", float: "double_value"}[type(pid)], pid)

    ingest.take(made.SerializeToString(), PROTOBUF)

    with SqliteStore(other) as store:
        assert (len(store.all_runs()), store.damaged) == (1, 0)


def test_who_sends_from_another_machine_needs_the_token(ingest, other):
    with listening(ingest, 0, token="of-this-start") as url:
        codes = [
            post(f"{url}/v1/traces", body(span()), **headers)
            for headers in (
                {},
                {"Authorization": "Bearer another"},
                {"Authorization": "of-this-start"},
                {"Authorization": "Bearer of-this-start"},
            )
        ]

    assert codes == [401, 401, 401, 200]
    assert len(runs_of(other)) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_this_machine_alone_needs_no_token(host):
    assert token_for(host) is None


def test_every_start_for_other_machines_has_a_token_of_its_own():
    assert len({token_for("0.0.0.0"), token_for("0.0.0.0"), token_for("box.example.com"), None}) == 4


def test_a_text_told_in_parts_is_in_the_message(ingest, other):
    parts = "llm.{side}_messages.0.message.contents.{number}.message_content.{what}"
    told = {"openinference.span.kind": "LLM", "llm.input_messages.0.message.role": "user"}
    for side, number, what, value in (
        ("input", 0, "type", "text"),
        ("input", 0, "text", "look at this"),
        ("input", 1, "type", "image"),
        ("input", 1, "image.image.url", "https://example.com/a.png"),
        ("output", 0, "text", "a cat"),
    ):
        told[parts.format(side=side, number=number, what=what)] = value

    ingest.take(body(span(**told)), PROTOBUF)

    (llm,) = runs_of(other)[0]["executions"]
    assert "look at this" in str(llm["inputs"])
    assert "https://example.com/a.png" in str(llm["inputs"])
    assert "a cat" in str(llm["outputs"])


def test_secrets_of_every_part_of_a_span_are_withheld(ingest, other):
    secret = "hunter2-of-another-program"
    sent = span(
        f"n sk-proj-{secret}0123456789", **{"db.password": secret, "input.value": f'{{"password": "{secret}"}}'}
    )
    sent.status.code, sent.status.message = 2, f"api_key={secret}"
    for name, key, value in (
        ("exception", "exception.message", f"password='{secret}'"),
        (f"told sk-proj-{secret}0123456789", "password", secret),
    ):
        sent.events.add(name=name).attributes.add(key=key).value.string_value = value
    resource = {"process.command": f"x --api-key={secret}", "deployment.password": secret}

    ingest.take(body(sent, **resource), PROTOBUF)
    ingest.close()

    written = b"".join(path.read_bytes() for path in other.rglob("*") if path.is_file())
    assert b"n sk-[redacted]" in written
    assert secret.encode() not in written
