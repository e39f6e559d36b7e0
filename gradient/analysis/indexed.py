"""Chat messages that a span has spread over numbered attributes, as OpenInference and Traceloop do.

llm.input_messages.0.message.role     gen_ai.prompt.0.role      Traceloop
llm.input_messages.0.message.content  gen_ai.prompt.0.content
llm.input_messages.0.message.contents.0.message_content.text
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from gradient.analysis.json_text import decoded

_PREFIXES = {
    "input": ("llm.input_messages.", "gen_ai.prompt."),
    "output": ("llm.output_messages.", "gen_ai.completion."),
}


def indexed_messages(side: str, attributes: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Return the messages of one side as `{role, parts}`, or None where there are none.

    Args:
        side: "input" or "output".
        attributes: All attributes of a span.
    """
    found: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    for name, value in attributes.items():
        prefix = next((prefix for prefix in _PREFIXES[side] if name.startswith(prefix)), None)
        if prefix is None:
            continue
        number, _, rest = name[len(prefix) :].partition(".")
        if number.isdecimal():
            found[int(number)][rest.removeprefix("message.")] = value
    return [_message(found[number], side) for number in sorted(found)] or None


def _message(told: dict[str, Any], side: str) -> dict[str, Any]:
    role = str(told.get("role") or ("user" if side == "input" else "assistant"))
    parts: list[dict[str, Any]] = []
    content = told.get("content")
    if role == "tool" and content is not None:
        parts.append({"type": "tool_call_response", "id": told.get("tool_call_id"), "response": content})
    elif content is not None:
        parts.append({"type": "text", "content": content})
    else:
        parts += [_part(content) for content in _numbered("contents.", told)]
    parts += [_call(call) for call in _numbered("tool_calls.", told)]
    return {"role": role, "parts": parts}


def _numbered(prefix: str, told: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what stands below numbers, by the last word of its name, in order."""
    found: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    for name, value in told.items():
        number, _, rest = name.removeprefix(prefix).partition(".")
        if name.startswith(prefix) and number.isdecimal():
            found[int(number)][rest.rpartition(".")[2]] = value
    return [found[number] for number in sorted(found)]


def _part(told: dict[str, Any]) -> dict[str, Any]:
    """Return one part of a message: a text, or what is shown by its address."""
    if "url" in told:
        return {"type": "uri", "modality": str(told.get("type", "image")), "uri": told["url"]}
    return {"type": "text", "content": told.get("text", "")}


def _call(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "tool_call",
        "id": told.get("id"),
        "name": told.get("name"),
        "arguments": decoded(told.get("arguments")),
    }
