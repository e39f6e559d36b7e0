"""What a span says is understood alike, whichever convention its attributes are of."""

import json

import pytest
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
