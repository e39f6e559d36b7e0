"""What Gemini's models are asked, and contents as chat messages: {"role", "parts"}, parts named as in `messages`."""

from __future__ import annotations

from typing import Any

from gradient.instrumentors.messages import ProviderMessage
from gradient.instrumentors.providers.parts import (
    blob_part,
    call_part,
    picture_part,
    reasoning_part,
    result_part,
    text_part,
    uri_part,
)
from gradient.instrumentors.wire import fields_of, held
from gradient.runtime.calls.functions import name_of

# Of anything, for type checkers.
_DICT: type[Any] = dict
_LISTS: tuple[type[Any], ...] = (list, tuple)
_PARAMS = (
    *("temperature", "top_p", "top_k", "candidate_count", "max_output_tokens", "stop_sequences", "seed"),
    *(
        "presence_penalty",
        "frequency_penalty",
        "response_mime_type",
        "thinking_config",
        "tool_config",
        "cached_content",
    ),
)


def gemini_inputs(contents: Any, config: Any) -> dict[str, Any]:
    """Return what is recorded of a request: messages, tools, params."""
    given = fields_of(config)
    told = {
        "messages": gemini_messages(contents, given.get("system_instruction")),
        "tools": [described for tool in given.get("tools") or () for described in _declarations(tool)],
        "params": {
            name: _known(fields_of(given[name])) or given[name] for name in _PARAMS if given.get(name) is not None
        },
    }
    return {name: value for name, value in told.items() if value}


def gemini_messages(contents: Any, system: Any = None) -> list[ProviderMessage]:
    """Return what a model was given: a system instruction, and one content or part or a list of them."""
    told: list[Any] = [] if system is None else [{**content, "role": "system"} for content in _contents(system)]
    told += _contents(contents)
    return [ProviderMessage(message, _as_it_is) for message in told]


def _contents(given: Any) -> list[dict[str, Any]]:
    """Describe contents; parts that are in none are together one of the user's."""
    described: list[dict[str, Any]] = []
    is_loose = False
    for each in given if isinstance(given, _LISTS) else [given]:
        was_loose, is_loose = is_loose, "parts" not in fields_of(each)
        if not is_loose:
            described.append(gemini_content(each))
        elif was_loose:
            described[-1]["parts"] += _loose_part(each)
        else:
            described.append({"role": "user", "parts": _loose_part(each)})
    return described


def gemini_content(content: Any) -> dict[str, Any]:
    """Describe a content, given or received; one that is all results of tools is the tools'."""
    if isinstance(content, str):
        return {"role": "user", "parts": [text_part(content)]}
    fields = fields_of(content)
    parts = [_part(part) for part in fields.get("parts") or ()]
    if parts and all(part.get("type") == "tool_call_response" for part in parts):
        return {"role": "tool", "parts": parts}
    role = fields.get("role") or "user"
    return {"role": "assistant" if role == "model" else role, "parts": parts}


def _as_it_is(message: Any) -> dict[str, Any]:
    described: dict[str, Any] = message
    return described


def _loose_part(part: Any) -> list[dict[str, Any]]:
    if isinstance(part, str):
        return [text_part(part)]
    if isinstance(part, _LISTS):
        return [described for each in part for described in _loose_part(each)]
    fields = fields_of(part)
    if "uri" in fields and "mime_type" in fields:  # a file that was uploaded
        return [_uri(fields["mime_type"], fields["uri"])]
    if isinstance(part, _DICT) or hasattr(part, "model_dump"):
        return [_part(part)]
    is_picture = hasattr(part, "tobytes") and hasattr(part, "mode")  # of Pillow
    return [picture_part(part) if is_picture else {"type": part.__class__.__name__}]


def _declarations(tool: Any) -> list[dict[str, Any]]:
    """Describe the functions that a tool declares, a function that is one, or a tool of the provider's."""
    if callable(tool):
        return [{"name": name_of(tool), "description": getattr(tool, "__doc__", None)}]
    given = _known(fields_of(tool))
    declared = given.pop("function_declarations", ())
    return [*(_known(fields_of(each)) for each in declared), *({"type": name} for name in given)]


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _part(part: Any) -> dict[str, Any]:
    fields = _known(fields_of(part))
    if "text" in fields:
        return reasoning_part(fields["text"]) if fields.get("thought") else text_part(fields["text"])
    if "function_call" in fields:
        call = fields_of(fields["function_call"])
        return call_part(call.get("id"), call.get("name"), call.get("args"))
    if "function_response" in fields:
        result = fields_of(fields["function_response"])
        media = [_part(part) for part in result.get("parts") or ()]
        return result_part(result.get("id"), result.get("response")) | ({"parts": media} if media else {})
    if "file_data" in fields:
        file = fields_of(fields["file_data"])
        return _uri(file.get("mime_type"), file.get("file_uri"))
    if "inline_data" in fields:
        blob = fields_of(fields["inline_data"])
        return blob_part(blob.get("mime_type"), blob.get("data"))
    kind = next(iter(fields), "unknown")  # code to be executed, its result, or what is yet to come
    return {"type": kind, kind: held(fields.get(kind))}


def _uri(mime_type: Any, uri: Any) -> dict[str, Any]:
    return uri_part(str(mime_type or "application").partition("/")[0], uri, mime_type)
