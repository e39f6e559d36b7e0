"""OpenAI's calls for images and sound: the words that they are asked with and give, and media as parts of a message."""

from __future__ import annotations

from typing import Any

from gradient.instrumentors.client_calls import Endpoint
from gradient.instrumentors.providers.parts import blob_part, text_part
from gradient.instrumentors.wire import fields_of, inputs_of

_ASKED = frozenset({"model", "prompt", "input", "stream"})
_LASTS = (".completed", ".done")


class _MediaAssembly:
    """A stream whose last event holds all, but for the words of a transcript, which come before it, too."""

    def __init__(self) -> None:
        self.has_token = False
        self.is_finished = False
        self._whole: dict[str, Any] = {}
        self._texts: list[str] = []

    def add(self, event: Any) -> None:
        """Take an event in."""
        fields = fields_of(event)
        self.has_token = True
        if str(fields.get("type")).endswith(_LASTS):
            self._whole, self.is_finished = fields, True
        elif isinstance(fields.get("delta"), str):
            self._texts.append(fields["delta"])

    @property
    def response(self) -> dict[str, Any]:
        """The response so far."""
        return self._whole or {"text": "".join(self._texts)}


def _inputs(body: dict[str, Any]) -> dict[str, Any]:
    """Return what was asked in words. What is uploaded beside them is no part of the body."""
    words = [{"role": "system", "parts": [text_part(body["instructions"])]}] if body.get("instructions") else []
    asked = body.get("input") or body.get("prompt")
    words += [{"role": "user", "parts": [text_part(asked)]}] if isinstance(asked, str) else []
    return inputs_of(body, {"messages": words} if words else {}, _ASKED | {"instructions"})


def _outputs(response: dict[str, Any]) -> Any:
    """Return one message; of what plain bytes came as, as speech does, there is nothing but their end to tell."""
    told = [fields_of(image) for image in response.get("data") or ()] or [response]
    parts = [part for each in told for part in _parts(each)]
    return {"messages": [{"role": "assistant", "parts": parts}]} if parts else None


def _parts(told: dict[str, Any]) -> list[dict[str, Any]]:
    parts = [text_part(told[name]) for name in ("revised_prompt", "text") if isinstance(told.get(name), str)]
    if told.get("b64_json"):
        kind = told.get("output_format")
        parts.append(blob_part(f"image/{kind}" if isinstance(kind, str) else None, told["b64_json"], "image"))
    elif isinstance(told.get("url"), str):
        parts.append({"type": "uri", "modality": "image", "uri": told["url"]})
    return parts


_MEDIA = Endpoint("llm", _inputs, _outputs, _MediaAssembly)

ENDPOINTS: dict[str, Endpoint] = dict.fromkeys(
    (
        *("/images/generations", "/images/edits", "/images/variations"),
        *("/audio/transcriptions", "/audio/translations", "/audio/speech"),
    ),
    _MEDIA,
)
