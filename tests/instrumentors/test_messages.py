"""Messages of all providers have one shape."""

import pytest
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from gradient.instrumentors.messages import (
    ProviderMessage,
    anthropic_message,
    chat_message,
    describe_message,
    provider_messages,
    response_item,
)

PNG = "data:image/png;base64,iVBORw0KGgo="


@pytest.mark.parametrize(
    ("message", "role"),
    [
        (HumanMessage("a"), "user"),
        (AIMessage("a"), "assistant"),
        (AIMessageChunk(content="a"), "assistant"),
        (SystemMessage("a"), "system"),
        (ChatMessage(role="critic", content="a"), "critic"),
        (FunctionMessage(name="look", content="a"), "function"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_message_has_a_role_and_its_text(message, role):
    described = describe_message(message)

    assert described["role"] == role
    assert described["parts"] == [{"type": "text", "content": "a"}]


@pytest.mark.parametrize(
    ("block", "part"),
    [
        ("plain", {"type": "text", "content": "plain"}),
        ({"type": "text", "text": "plain"}, {"type": "text", "content": "plain"}),
        ({"type": "thinking", "thinking": "hm", "signature": "x"}, {"type": "reasoning", "content": "hm"}),
        ({"type": "reasoning", "reasoning": "hm"}, {"type": "reasoning", "content": "hm"}),
        (
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
            {"type": "reasoning", "content": "hm"},
        ),
        (
            {"type": "image_url", "image_url": {"url": "https://example.org/cat.png"}},
            {"type": "uri", "modality": "image", "uri": "https://example.org/cat.png"},
        ),
        (
            {"type": "image_url", "image_url": {"url": PNG}},
            {"type": "blob", "modality": "image", "mime_type": "image/png", "content": PNG},
        ),
        ({"type": "unheard_of", "x": 1}, {"type": "unheard_of", "x": 1}),
    ],
    ids=["text", "text block", "thinking", "reasoning", "reasoning summary", "image", "image bytes", "unknown"],
)
def test_blocks_of_content_become_parts(block, part):
    assert describe_message(HumanMessage([block]))["parts"] == [part]


def test_tool_calls_are_told_once_in_one_shape_for_all_providers():
    message = AIMessage(
        content=[{"type": "tool_use", "id": "call_1", "name": "look", "input": {"word": "a"}}],
        tool_calls=[{"id": "call_1", "name": "look", "args": {"word": "a"}}],
    )

    assert describe_message(message)["parts"] == [
        {"type": "tool_call", "id": "call_1", "name": "look", "arguments": {"word": "a"}},
    ]


def test_a_tools_answer_tells_which_call_it_answers_and_whether_it_failed():
    described = describe_message(ToolMessage("no", tool_call_id="call_1", name="look", status="error"))

    assert described["parts"] == [{"type": "tool_call_response", "id": "call_1", "response": "no"}]
    assert (described["role"], described["name"], described["status"]) == ("tool", "look", "error")


def test_usage_and_what_the_provider_said_are_kept():
    usage = {"input_tokens": 5, "output_tokens": 3, "total_tokens": 8}
    described = describe_message(AIMessage("a", usage_metadata=usage, response_metadata={"finish_reason": "stop"}))

    assert described["usage_metadata"] == usage
    assert described["response_metadata"] == {"finish_reason": "stop"}


CALL = {"type": "tool_call", "id": "call_1", "name": "look", "arguments": {"word": "a"}}
RESULT = {"type": "tool_call_response", "id": "call_1", "response": "found"}


def text(content):
    return {"type": "text", "content": content}


def chat_call(arguments):
    return {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": arguments}}


@pytest.mark.parametrize(
    ("message", "described"),
    [
        ({"role": "user", "content": "a"}, {"role": "user", "parts": [text("a")]}),
        ({"role": "assistant", "content": ""}, {"role": "assistant", "parts": []}),
        ({"role": "user", "content": "a", "name": "Ada"}, {"role": "user", "parts": [text("a")], "name": "Ada"}),
        (
            {"role": "developer", "content": [{"type": "text", "text": "a"}]},
            {"role": "developer", "parts": [text("a")]},
        ),
        (
            {"role": "assistant", "content": None, "tool_calls": [chat_call('{"word":"a"}')]},
            {"role": "assistant", "parts": [CALL]},
        ),
        (
            {"role": "assistant", "content": None, "tool_calls": [chat_call("{broken")]},
            {"role": "assistant", "parts": [CALL | {"arguments": "{broken"}]},
        ),
        ({"role": "tool", "tool_call_id": "call_1", "content": "found"}, {"role": "tool", "parts": [RESULT]}),
        (
            {"role": "assistant", "content": "a", "reasoning_content": "hm"},
            {"role": "assistant", "parts": [{"type": "reasoning", "content": "hm"}, text("a")]},
        ),
        (
            {"role": "assistant", "content": None, "refusal": "no"},
            {"role": "assistant", "parts": [{"type": "refusal", "content": "no"}]},
        ),
    ],
    ids=["text", "nothing", "name", "blocks", "tool call", "broken tool call", "tool result", "reasoning", "refusal"],
)
def test_openais_chat_messages(message, described):
    assert chat_message(message) == described


@pytest.mark.parametrize(
    ("item", "described"),
    [
        ("a", {"role": "user", "parts": [text("a")]}),
        ({"role": "user", "content": "a"}, {"role": "user", "parts": [text("a")]}),
        (
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "a"}]},
            {"role": "assistant", "parts": [text("a")]},
        ),
        (
            {"type": "function_call", "call_id": "call_1", "name": "look", "arguments": '{"word":"a"}'},
            {"role": "assistant", "parts": [CALL]},
        ),
        (
            {"type": "function_call_output", "call_id": "call_1", "output": "found"},
            {"role": "tool", "parts": [RESULT]},
        ),
        (
            {"type": "web_search_call", "id": "ws_1", "status": "completed"},
            {"role": "assistant", "parts": [{"type": "web_search_call", "id": "ws_1", "status": "completed"}]},
        ),
        (
            {"role": "user", "content": [{"type": "input_image", "image_url": PNG}]},
            {
                "role": "user",
                "parts": [{"type": "blob", "modality": "image", "mime_type": "image/png", "content": PNG}],
            },
        ),
    ],
    ids=["text", "given", "received", "tool call", "tool result", "the provider's own", "image"],
)
def test_items_of_openais_responses(item, described):
    assert response_item(item) == described


@pytest.mark.parametrize(
    ("blocks", "described"),
    [
        ("a", {"role": "user", "parts": [text("a")]}),
        ([{"type": "text", "text": "a"}], {"role": "user", "parts": [text("a")]}),
        (
            [{"type": "tool_use", "id": "call_1", "name": "look", "input": {"word": "a"}}],
            {"role": "user", "parts": [CALL]},
        ),
        (
            [{"type": "tool_result", "tool_use_id": "call_1", "content": "found"}],
            {"role": "tool", "parts": [RESULT]},
        ),
        (
            [{"type": "tool_result", "tool_use_id": "call_1", "content": "found"}, {"type": "text", "text": "a"}],
            {"role": "user", "parts": [RESULT, text("a")]},
        ),
        (
            [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBO"}}],
            {
                "role": "user",
                "parts": [{"type": "blob", "modality": "image", "mime_type": "image/png", "content": "iVBO"}],
            },
        ),
        (
            [{"type": "document", "source": {"type": "url", "url": "https://example.org/a.pdf"}}],
            {"role": "user", "parts": [{"type": "uri", "modality": "document", "uri": "https://example.org/a.pdf"}]},
        ),
        (
            [{"type": "redacted_thinking", "data": "x"}],
            {"role": "user", "parts": [{"type": "redacted_thinking", "data": "x"}]},
        ),
    ],
    ids=["text", "block", "tool call", "tool result", "result and text", "image", "document", "the provider's own"],
)
def test_anthropics_messages(blocks, described):
    assert anthropic_message({"role": "user", "content": blocks}) == described


def test_a_short_conversation_is_plain_data_and_a_long_one_is_described_when_it_is_written():
    short = [{"role": "user", "content": "a"}]
    long = [{"role": "user", "content": "a" * 5_000}]

    assert provider_messages(short, chat_message) == [{"role": "user", "parts": [text("a")]}]
    (message,) = provider_messages(long, chat_message)
    assert (type(message), message.fields) == (ProviderMessage, long[0])
