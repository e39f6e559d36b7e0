"""The parts of chat messages, named as OpenTelemetry names them, whatever their provider calls them.

text{content} reasoning{content} tool_call{id, name, arguments} tool_call_response{id, response}
uri{modality, uri} blob{modality, mime_type, content} or whatever else a provider has, as it came

Where a provider tells more of one, such as who is cited, it stands beside these fields.
"""

from __future__ import annotations

from typing import Any

import msgspec

from gradient.instrumentors.wire import fields_of, held

_TEXT_TYPES = ("text", "input_text", "output_text")
_MEDIA_TYPES = {"image": "image", "document": "document", "input_image": "image", "image_url": "image"}
_TOLD_OF_MEDIA = ("title", "context", "filename", "file_id")
_CITED = ("annotations", "citations")
_DATA_URL = "data:"
_MAX_TYPE_CHARS = 100  # of a data URL's beginning
# Of anything, for type checkers.
_DICT: type[Any] = dict
_LISTS: tuple[type[Any], ...] = (list, tuple)


def content_parts(content: Any) -> list[Any]:
    """Return the parts of a message's content: a text, or a list of texts and blocks."""
    if content is None or content == "":
        return []
    if isinstance(content, str):
        return [text_part(content)]
    if isinstance(content, _LISTS):
        return [block_part(block) for block in content if not _is_tool_call(block)]
    return [content]


def block_part(block: Any) -> Any:
    """Return the part for a block of content, as providers and LangChain have them."""
    if isinstance(block, str):
        return text_part(block)
    fields = fields_of(block)
    kind = fields.get("type")
    if kind in _TEXT_TYPES and isinstance(fields.get("text"), str):
        cited = {name: held(fields[name]) for name in _CITED if fields.get(name)}
        return {**text_part(fields["text"]), **cited} if cited else text_part(fields["text"])
    if kind in ("thinking", "reasoning"):
        return reasoning_part(fields.get("thinking") or fields.get("reasoning") or _reasons(fields))
    media = _media(_MEDIA_TYPES[kind], fields) if kind in _MEDIA_TYPES else None
    return held(block) if media is None else media


def text_part(text: str) -> dict[str, Any]:
    """Return the part for a text."""
    return {"type": "text", "content": text}


def reasoning_part(content: Any) -> dict[str, Any]:
    """Return the part for what a model thought."""
    return {"type": "reasoning", "content": content}


def call_part(call_id: Any, name: Any, arguments: Any) -> dict[str, Any]:
    """Return the part for a tool call."""
    return {"type": "tool_call", "id": call_id, "name": name, "arguments": arguments}


def result_part(call_id: Any, response: Any) -> dict[str, Any]:
    """Return the part for what a tool gave."""
    return {"type": "tool_call_response", "id": call_id, "response": held(response)}


def uri_part(modality: str, uri: Any, mime_type: Any = None) -> dict[str, Any]:
    """Return the part for a medium that lies somewhere else."""
    part = {"type": "uri", "modality": modality, "uri": uri}
    return part if mime_type is None else {**part, "mime_type": mime_type}


def blob_part(mime_type: Any, content: Any, modality: str | None = None) -> dict[str, Any]:
    """Return the part for a medium: the one way of all instrumentors.

    Args:
        mime_type: Its type, or None where nobody tells.
        content: Its bytes, base64 or a data URL. Who records it tells its size and digest in their place.
        modality: What it is, where that is not what its type begins with.
    """
    modality = modality or str(mime_type or "application").partition("/")[0]
    return {"type": "blob", "modality": modality, "mime_type": mime_type, "content": content}


def picture_part(picture: Any) -> dict[str, Any]:
    """Return the part for an image of Pillow's: its pixels, for the file that it was read from is not kept by it."""
    width, height = picture.size
    return {**blob_part(None, picture.tobytes(), "image"), "width": width, "height": height, "mode": picture.mode}


def besides(fields: dict[str, Any], *known: str) -> dict[str, Any]:
    """Return what fields tell besides those that are known; not that something was completed, as nearly all is."""
    return {name: held(value) for name, value in fields.items() if name not in known and not _says_nothing(name, value)}


def _says_nothing(name: str, value: Any) -> bool:
    """Tell whether a field is left out; only exact types are compared, for the rest may be the user's."""
    if type(value) is str:
        return name == "status" and value == "completed"
    return value is None or (type(value) is list and not value)


def parsed(arguments: Any) -> Any:
    """Return a tool call's arguments as data, where they are JSON; models may send anything."""
    if not isinstance(arguments, str):
        return arguments
    try:
        return msgspec.json.decode(arguments)
    except msgspec.DecodeError:
        return arguments


def _is_tool_call(block: Any) -> bool:
    # The provider's own block; the message has it in `tool_calls` too, in one shape for all.
    return isinstance(block, _DICT) and block.get("type") in ("tool_use", "function_call", "tool_call")


def _reasons(fields: dict[str, Any]) -> str:
    """Return what OpenAI tells of a model's reasoning: its summary, and what an open model thought."""
    told = [text for name in ("summary", "content") if isinstance(fields.get(name), _LISTS) for text in fields[name]]
    texts = [fields_of(text).get("text") for text in told]
    return "\n\n".join(text for text in texts if isinstance(text, str))


def _media(modality: str, fields: dict[str, Any]) -> dict[str, Any] | None:
    """Return the part for an image or a document: its address, or what it holds; None where it has neither."""
    told = fields.get("image_url") or fields.get("source") or fields.get("url")
    source = fields_of(told)
    url = told if isinstance(told, str) else source.get("url")
    more = {name: fields[name] for name in _TOLD_OF_MEDIA if fields.get(name)}
    if isinstance(url, str) and url.startswith(_DATA_URL):
        return blob_part(url[len(_DATA_URL) : _MAX_TYPE_CHARS].partition(";")[0], url, modality) | more
    if isinstance(url, str):
        return uri_part(modality, url) | more
    encoded = source.get("data")
    return blob_part(source.get("media_type"), encoded, modality) | more if isinstance(encoded, str) else None
