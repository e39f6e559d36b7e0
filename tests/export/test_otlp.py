"""OTLP as JSON is what the protocol's own definitions accept, and says of a run what the conventions have words for."""

import base64
import json

import pytest
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from gradient.export.content import without_content
from gradient.export.formats import FORMATS
from gradient.sdk import step

_IDS = ("traceId", "spanId", "parentSpanId")


def parsed(*runs):
    """Return what protobuf makes of an export; only ids differ between OTLP's JSON and protobuf's own."""
    request = json.loads(b"".join(FORMATS["otlp-json"].write(runs)))
    for resource in request["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                for one in (span, *span.get("links", ())):
                    one |= {name: base64.b64encode(bytes.fromhex(one[name])).decode() for name in _IDS if name in one}
    return json_format.ParseDict(request, ExportTraceServiceRequest())


def spans_of(run):
    return list(parsed(run).resource_spans[0].scope_spans[0].spans)


def attributes(one):
    """Return attributes as plain values."""
    told = {}
    for pair in one.attributes:
        kind = pair.value.WhichOneof("value")
        value = getattr(pair.value, kind)
        told[pair.key] = [each.string_value for each in value.values] if kind == "array_value" else value
    return told


def by_name(run):
    return {span.name: span for span in spans_of(run)}


def test_a_run_is_a_trace_with_the_request_at_its_root(studio):
    run = studio.shop()

    root, *others = spans_of(run)

    assert root.name == "invoke_workflow shop_agent"
    assert (root.trace_id.hex(), root.span_id.hex()) == (run["trace_id"], run["span_id"])
    assert root.parent_span_id == b""
    assert {span.trace_id for span in others} == {root.trace_id}
    parents = {each["execution_id"]: each["parent_id"] or run["span_id"] for each in run["executions"]}
    assert {span.span_id.hex(): span.parent_span_id.hex() for span in others} == parents


def test_an_execution_whose_parent_is_lost_hangs_below_the_root(studio):
    run = studio.shop()
    del run["executions"][0]

    root, *others = spans_of(run)

    assert root.span_id in {span.parent_span_id for span in others}


def test_times_are_nanoseconds_since_the_epoch(studio):
    run = studio.shop()

    root, _, planner, *_ = spans_of(run)

    new_year_ns = 1_767_225_600 * 10**9
    assert (root.start_time_unix_nano, root.end_time_unix_nano) == (new_year_ns, new_year_ns + 10**9)
    assert planner.end_time_unix_nano - planner.start_time_unix_nano == 800_000_000


def test_what_still_runs_ends_where_its_run_was_last_heard_of(studio):
    run = studio.shop()
    run["duration_ms"] = run["executions"][0]["duration_ms"] = run["executions"][-1]["duration_ms"] = None

    root, shop, *_, writer = spans_of(run)

    assert root.end_time_unix_nano - root.start_time_unix_nano == 840_000_000
    assert shop.end_time_unix_nano == writer.end_time_unix_nano == root.end_time_unix_nano


def test_a_model_call_has_the_names_of_the_conventions(studio):
    span = by_name(studio.shop())["chat gpt-4o"]
    told = attributes(span)

    assert span.kind == Span.SPAN_KIND_CLIENT
    assert told["gen_ai.operation.name"] == "chat"
    assert told["gen_ai.request.model"] == told["gen_ai.response.model"] == "gpt-4o"
    assert (told["gen_ai.usage.input_tokens"], told["gen_ai.usage.output_tokens"]) == (1_204, 311)
    assert told["gradient.cost_usd"] == 0.0041
    assert told["gen_ai.input.messages"] == '[{"role":"user","parts":[{"type":"text","content":"a lamp"}]}]'
    assert json.loads(told["gen_ai.output.messages"])[0]["parts"][0]["name"] == "search"


def test_a_model_call_has_the_names_of_open_inference_too(studio):
    told = attributes(by_name(studio.shop())["chat gpt-4o"])

    assert told["openinference.span.kind"] == "LLM"
    assert told["llm.model_name"] == "gpt-4o"
    assert (told["llm.token_count.prompt"], told["llm.token_count.total"]) == (1_204, 1_515)
    assert told["llm.input_messages.0.message.role"] == "user"
    assert told["llm.input_messages.0.message.content"] == "a lamp"
    call = "llm.output_messages.0.message.tool_calls.0.tool_call"
    assert (told[f"{call}.function.name"], told[f"{call}.function.arguments"]) == ("search", '{"q":"a lamp"}')
    assert told["input.mime_type"] == "application/json"


def test_a_tool_call_has_its_name_arguments_and_result(studio):
    span = by_name(studio.shop())["execute_tool search"]
    told = attributes(span)

    assert span.kind == Span.SPAN_KIND_INTERNAL
    assert (told["gen_ai.operation.name"], told["gen_ai.tool.name"]) == ("execute_tool", "search")
    assert (told["gen_ai.tool.call.arguments"], told["gen_ai.tool.call.result"]) == ('{"q":"a lamp"}', "a green lamp")
    assert (told["openinference.span.kind"], told["output.mime_type"]) == ("TOOL", "text/plain")


def test_a_node_is_a_plain_span_of_its_own_name(studio):
    told = attributes(by_name(studio.shop())["planner"])

    assert "gen_ai.operation.name" not in told
    assert (told["gradient.kind"], told["gradient.node_id"]) == ("node", "node_planner")
    assert (told["openinference.span.kind"], told["graph.node.name"]) == ("CHAIN", "planner")


def test_parameters_of_a_call_are_numbers_of_the_right_kind(studio):
    params = {"temperature": 1, "max_tokens": 5, "top_p": "high", "stop": ["\n"], "seed": None}

    def agent():
        studio.work("gpt", kind="llm", inputs={"messages": [], "params": params})

    told = attributes(spans_of(studio.record(agent))[1])

    assert isinstance(told["gen_ai.request.temperature"], float)
    assert told["gen_ai.request.max_tokens"] == 5
    assert told["gen_ai.request.stop_sequences"] == ["\n"]
    assert not {"gen_ai.request.top_p", "gen_ai.request.seed"} & set(told)


def test_a_failure_is_a_status_and_an_event(studio):
    root, *_, writer = spans_of(studio.shop(fails=True))

    assert (root.status.code, root.status.message) == (Status.STATUS_CODE_ERROR, "no stock")
    (event,) = writer.events
    assert event.name == "exception"
    assert attributes(event)["exception.type"] == "ValueError"
    assert attributes(writer)["error.type"] == "ValueError"
    assert event.time_unix_nano == writer.end_time_unix_nano


def test_what_did_not_fail_has_no_status_of_its_own(studio):
    assert {span.status.code for span in spans_of(studio.shop())} == {Status.STATUS_CODE_UNSET}


def test_a_session_is_told_on_every_span_and_never_made_up(studio):
    known = studio.record(lambda: studio.work("a"), session_id="chat-17", user_id="ada")
    unknown = studio.steps("a")

    for span in spans_of(known):
        told = attributes(span)
        assert (told["gen_ai.conversation.id"], told["session.id"], told["user.id"]) == ("chat-17", "chat-17", "ada")
    assert not any({"session.id", "gen_ai.conversation.id"} & set(attributes(span)) for span in spans_of(unknown))


def test_events_and_links_are_told(studio):
    def agent():
        with step("a") as handle:
            handle.event("cache miss", shard=3, keys=["x"])

    run = studio.record(agent)
    run["links"] = [{"request_id": "00000000-0000-4000-8000-000000000009", "relation": "resumes"}]

    root, only = spans_of(run)

    assert only.events[0].name == "cache miss"
    assert attributes(only.events[0]) == {"shard": 3, "keys": '["x"]'}
    assert root.links[0].trace_id.hex() == "00000000000040008000000000000009"
    assert attributes(root.links[0]) == {"gradient.relation": "resumes"}


def test_each_run_has_its_own_resource(studio):
    first, second = parsed(studio.steps("a"), studio.steps("b")).resource_spans

    told = attributes(first.resource)
    assert told["service.name"] == told["openinference.project.name"]
    assert attributes(second.resource) == told


def test_without_content_nobody_reads_what_was_said(studio):
    exported = str(parsed(without_content(studio.shop("a secret lamp", fails=True))))

    assert "secret" not in exported
    assert "no stock" not in exported
    assert "gpt-4o" in exported


@pytest.mark.parametrize("number", [2**70, -(2**63), True, 0.5])
def test_numbers_of_any_size_are_accepted(studio, number):
    run = studio.steps("a")
    run["executions"][0]["events"] = [{"name": "counted", "offset_ms": 0, "attributes": {"number": number}}]

    (_, only) = spans_of(run)

    assert attributes(only.events[0])["number"] == (str(number) if number == 2**70 else number)


def test_a_run_that_lost_something_says_so_at_its_root(studio):
    whole, short = studio.shop(), studio.shop()
    short["loss"] = {"dropped": 0, "truncated": 2, "process": 7}

    told = [
        {name: number for name, number in attributes(spans_of(run)[0]).items() if "loss" in name}
        for run in (whole, short)
    ]

    assert told == [{}, {"gradient.loss.truncated": 2, "gradient.loss.process": 7}]
