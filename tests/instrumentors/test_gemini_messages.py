"""Google's contents are described like all other messages."""

import pytest

from gradient.instrumentors.gemini_messages import gemini_content


@pytest.mark.parametrize(
    ("part", "described"),
    [
        ({"text": "hi"}, {"type": "text", "content": "hi"}),
        ({"text": "hm", "thought": True}, {"type": "reasoning", "content": "hm"}),
        (
            {"function_call": {"id": "1", "name": "look", "args": {"word": "a"}}},
            {"type": "tool_call", "id": "1", "name": "look", "arguments": {"word": "a"}},
        ),
        (
            {"file_data": {"mime_type": "image/png", "file_uri": "gs://a"}},
            {"type": "uri", "mime_type": "image/png", "uri": "gs://a", "modality": "image"},
        ),
        (
            {"inline_data": {"mime_type": "image/png", "data": b"1234"}},
            {"type": "blob", "mime_type": "image/png", "modality": "image", "content": b"1234"},
        ),
        ({"executable_code": {"code": "1"}}, {"type": "executable_code", "executable_code": {"code": "1"}}),
        ({}, {"type": "unknown", "unknown": None}),
    ],
)
def test_each_kind_of_part_has_the_name_it_has_everywhere(part, described):
    assert gemini_content({"role": "model", "parts": [part]}) == {"role": "assistant", "parts": [described]}


def test_results_of_tools_are_the_tools():
    part = {"function_response": {"id": "1", "name": "look", "response": {"result": "a"}}}

    assert gemini_content({"role": "user", "parts": [part]}) == {
        "role": "tool",
        "parts": [{"type": "tool_call_response", "id": "1", "response": {"result": "a"}}],
    }


def test_a_text_is_a_message_of_the_users():
    assert gemini_content("hi") == {"role": "user", "parts": [{"type": "text", "content": "hi"}]}
