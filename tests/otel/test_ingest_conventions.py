"""What a span says is understood alike, whichever convention its attributes are of."""

import json

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from support.sent import PROTOBUF, body, runs_of, span

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


def told(name, **attributes):
    """Return an event of a span."""
    made = Span.Event(name=name)
    for key, value in attributes.items():
        made.attributes.add(key=key).value.string_value = value
    return made


def test_messages_in_events_are_read_as_messages(ingest, other):
    asked = span("chat", **{"gen_ai.operation.name": "chat", "gen_ai.request.model": "nova", "gen_ai.system": "acme"})
    use = '[{"toolUse": {"toolUseId": "7", "name": "search", "input": {"q": "x"}}}]'
    asked.events.extend(
        [
            told("gen_ai.system.message", content='[{"text": "be brief"}]'),
            told("gen_ai.user.message", content="why"),
            told("gen_ai.choice", message=use, finish_reason="tool_use"),
        ]
    )

    ingest.take(body(asked), PROTOBUF)

    ((call,),) = [run["executions"] for run in runs_of(other)]
    system = {"role": "system", "parts": [{"type": "text", "content": "be brief"}]}
    assert (call["kind"], call["name"]) == ("llm", "nova")
    assert call["inputs"] == {"messages": [system, *ASKED["messages"]]}
    assert call["outputs"] == {"messages": [{**CALLED["messages"][0], "finish_reason": "tool_use"}]}


def test_what_a_tool_tells_in_events_is_its_inputs_and_outputs(ingest, other):
    used = span("execute_tool search", **{"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search"})
    used.events.extend(
        [told("gen_ai.tool.message", content='{"q":"x"}'), told("gen_ai.choice", message='[{"text": "found"}]')]
    )

    ingest.take(body(used), PROTOBUF)

    ((call,),) = [run["executions"] for run in runs_of(other)]
    assert (call["inputs"], call["outputs"]) == ({"q": "x"}, [{"text": "found"}])


def test_attributes_in_an_event_count_as_attributes(ingest, other):
    asked = span("chat", **{"gen_ai.operation.name": "chat"})
    asked.events.append(told("gen_ai.client.inference.operation.details", **{"gen_ai.input.messages": MESSAGES}))

    ingest.take(body(asked), PROTOBUF)

    ((call,),) = [run["executions"] for run in runs_of(other)]
    assert call["inputs"] == ASKED


def test_instructions_told_apart_are_the_first_message(ingest, other):
    told = {"gen_ai.operation.name": "chat", "gen_ai.input.messages": MESSAGES}

    ingest.take(body(span(**told, **{"gen_ai.system_instructions": '[{"type":"text","content":"hm"}]'})), PROTOBUF)

    ((call,),) = [run["executions"] for run in runs_of(other)]
    system = {"role": "system", "parts": [{"type": "text", "content": "hm"}]}
    assert call["inputs"] == {"messages": [system, *ASKED["messages"]]}


@pytest.mark.parametrize(
    ("name", "attributes", "read"),
    [
        ("workflow.run", {"workflow.name": "travel"}, ("workflow", "travel")),
        ("executor.process find", {"executor.id": "find"}, ("node", "find")),
        ("invoke_graph", {"gen_ai.operation.name": "invoke_graph"}, ("workflow", "invoke_graph")),
        ("memory", {"gen_ai.operation.name": "memory.search"}, ("memory", "memory")),
    ],
)
def test_frameworks_that_name_their_spans_in_their_own_way_are_understood(ingest, other, name, attributes, read):
    ingest.take(body(span(name, **attributes)), PROTOBUF)

    ((call,),) = [run["executions"] for run in runs_of(other)]
    assert (call["kind"], call["name"]) == read


def test_a_cancellation_is_told_as_one(ingest, other):
    ingest.take(body(span("chat", **{"strands.cancellation.type": "CancelledError"})), PROTOBUF)

    ((call,),) = [run["executions"] for run in runs_of(other)]
    assert call["status"] == "cancelled"
