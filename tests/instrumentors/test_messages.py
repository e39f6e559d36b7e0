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

from gradient.instrumentors.messages import describe_message

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
            {"type": "blob", "modality": "image", "mime_type": "image/png", "bytes": len(PNG)},
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
