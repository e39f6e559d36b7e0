"""Chat messages that a span tells in its events, as OpenTelemetry's older conventions have it, and Strands has still.

    gen_ai.user.message {content}               one message asked; also of `system`, `assistant` and `tool`
    gen_ai.choice {message, finish_reason}      one message answered; of a tool, its result
    gen_ai.client.inference.operation.details   attributes of the newer conventions, in an event

A message is a text or a list of the blocks that Amazon Bedrock knows, as JSON.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from gradient.analysis.json_text import decoded
from gradient.analysis.values import is_list, is_mapping
from gradient.journal.vocabulary import ROLES

Event = tuple[str, Mapping[str, Any]]
"""Name and attributes of an event."""

_DETAILS = "gen_ai.client.inference.operation.details"
_CHOICE = "gen_ai.choice"
_ASKED = {f"gen_ai.{role}.message": role for role in ROLES}


def told_in_events(events: Iterable[Event]) -> dict[str, Any]:
    """Return what the events of a span say, as the attributes that say the same today."""
    asked: list[dict[str, Any]] = []
    answered: list[dict[str, Any]] = []
    told: dict[str, Any] = {}
    for name, attributes in events:
        if name == _DETAILS:
            told.update(attributes)
        elif name in _ASKED:
            content = decoded(attributes.get("content"))
            asked.append({"role": _ASKED[name], "parts": _parts(content)})
            told.setdefault("gen_ai.tool.call.arguments", content)
        elif name == _CHOICE:
            content = decoded(attributes.get("message"))
            reason = attributes.get("finish_reason")
            end = {} if reason is None else {"finish_reason": reason}
            answered.append({"role": "assistant", "parts": _parts(content), **end})
            told["gen_ai.tool.call.result"] = content
    messages = {"gen_ai.input.messages": asked, "gen_ai.output.messages": answered}
    return {**{name: said for name, said in messages.items() if said}, **told}


def _parts(content: Any) -> list[Any]:
    blocks = content if is_list(content) else [{"text": content}]
    return [_part(block) if is_mapping(block) else block for block in blocks]


def _part(block: Mapping[str, Any]) -> Mapping[str, Any]:
    if "text" in block:
        return {"type": "text", "content": block["text"]}
    if is_mapping(call := block.get("toolUse")):
        called = {"id": call.get("toolUseId"), "name": call.get("name"), "arguments": call.get("input")}
        return {"type": "tool_call", **called}
    if is_mapping(result := block.get("toolResult")):
        return {"type": "tool_call_response", "id": result.get("toolUseId"), "response": result.get("content")}
    return block
