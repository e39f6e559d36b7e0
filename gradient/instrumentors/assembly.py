"""From the chunks of a stream to the response they add up to, in the provider's own words.

An assembly is given each chunk before the consumer is, and copies what it keeps: clients go on changing theirs.

    has_token       whether anything the model says has come
    is_finished     whether the provider has said that this was all
    response        what a call that is not streamed would have returned, as far as it came
"""

from __future__ import annotations

from binascii import a2b_base64
from contextlib import suppress
from typing import Any, Protocol

from gradient.instrumentors.providers.parts import parsed
from gradient.instrumentors.wire import fields_of

_GEMINI_HEAD = ("model_version", "response_id", "usage_metadata", "prompt_feedback")


class Assembly(Protocol):
    """What has come of a stream."""

    @property
    def has_token(self) -> bool: ...

    @property
    def is_finished(self) -> bool: ...

    def add(self, chunk: Any, /) -> None:
        """Take a chunk in."""

    @property
    def response(self) -> Any: ...


class ChatAssembly:
    """OpenAI's chat completions."""

    def __init__(self) -> None:
        self.has_token = False
        self.is_finished = False
        self._head: dict[str, Any] = {}
        self._usage: Any = None
        self._choices: dict[int, _Choice] = {}

    def add(self, chunk: Any) -> None:
        """Take a chunk in."""
        fields = fields_of(chunk)
        if fields.get("model"):
            self._head |= {"id": fields.get("id"), "model": fields["model"]}
        if fields.get("service_tier"):
            self._head["service_tier"] = fields["service_tier"]
        self._usage = fields.get("usage") or self._usage
        for told in fields.get("choices") or ():
            choice = fields_of(told)
            known = self._choices.setdefault(choice.get("index") or 0, _Choice())
            self.has_token |= known.add(fields_of(choice.get("delta")))
            if choice.get("finish_reason"):
                known.finish_reason = choice["finish_reason"]
                self.is_finished = True

    @property
    def response(self) -> dict[str, Any]:
        """The completion so far."""
        choices = [choice.completed() for _, choice in sorted(self._choices.items())]
        return {**self._head, "choices": choices, "usage": self._usage}


class _Choice:
    """One of the answers of a completion."""

    def __init__(self) -> None:
        self.finish_reason: str | None = None
        self._role = "assistant"
        self._texts: dict[str, list[str]] = {}
        self._calls: dict[int, dict[str, Any]] = {}
        self._lists: dict[str, list[Any]] = {}
        self._audio = Speech()

    def add(self, delta: dict[str, Any]) -> bool:
        """Take a delta in; tell whether the model says something in it."""
        says = False
        self._role = delta.get("role") or self._role
        for name in ("content", "refusal", "reasoning_content", "reasoning"):
            text = delta.get(name)
            if text and isinstance(text, str):
                self._texts.setdefault(name, []).append(text)
                says = True
        for told in delta.get("tool_calls") or ():
            call = fields_of(told)
            function = fields_of(call.get("function"))
            known = self._calls.setdefault(call.get("index") or 0, {"id": None, "name": "", "arguments": []})
            known["id"] = call.get("id") or known["id"]
            known["name"] = function.get("name") or known["name"]
            known["arguments"].append(function.get("arguments") or "")
            says = True
        for name in ("images", "annotations"):
            self._lists.setdefault(name, []).extend(delta.get(name) or ())
        return self._audio.add(fields_of(delta.get("audio"))) or says

    def completed(self) -> dict[str, Any]:
        """Return the choice as a completion has it."""
        message: dict[str, Any] = {"role": self._role}
        message |= {name: "".join(texts) for name, texts in self._texts.items()}
        message |= {**self._lists, "audio": self._audio.completed()}
        message["tool_calls"] = [
            {"id": call["id"], "function": {"name": call["name"], "arguments": "".join(call["arguments"])}}
            for _, call in sorted(self._calls.items())
        ]
        return {"message": message, "finish_reason": self.finish_reason}


class Speech:
    """What a model says aloud: its words and its sound, both in pieces."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._sound = bytearray()

    def add(self, piece: dict[str, Any]) -> bool:
        """Take a piece in; tell whether there was one."""
        self._words.append(piece.get("transcript") or "")
        with suppress(ValueError):  # no base64: what came before is still told
            self._sound += a2b_base64(piece.get("data") or "")
        return bool(piece)

    def completed(self) -> dict[str, Any] | None:
        """Return all of it as a message has it, though as bytes; None where nothing was said."""
        words = "".join(self._words)
        return {"transcript": words, "data": bytes(self._sound)} if words or self._sound else None


class TextAssembly(ChatAssembly):
    """OpenAI's text completions: choices without messages."""

    def add(self, chunk: Any) -> None:
        """Take a chunk in."""
        fields = fields_of(chunk)
        choices = [fields_of(choice) for choice in fields.get("choices") or ()]
        super().add({**fields, "choices": [{**each, "delta": {"content": each.get("text")}} for each in choices]})


class ResponsesAssembly:
    """OpenAI's responses, whose last event holds all of it."""

    def __init__(self) -> None:
        self.has_token = False
        self.is_finished = False
        self._whole: Any = None
        self._head: dict[str, Any] = {}
        self._items: list[Any] = []
        self._texts: list[str] = []

    def add(self, event: Any) -> None:
        """Take an event in."""
        fields = fields_of(event)
        told = fields.get("type")
        kind = str(getattr(told, "value", told))  # LiteLLM has an enumeration of them
        if kind in ("response.completed", "response.incomplete", "response.failed"):
            self._whole = fields.get("response")
            self.is_finished = True
        elif kind == "response.created":
            begun = fields_of(fields.get("response"))
            self._head = {"id": begun.get("id"), "model": begun.get("model")}
        elif kind == "response.output_item.done":
            self._items.append(dict(fields_of(fields.get("item"))))
            self._texts = []
        elif kind.endswith(".delta"):
            self.has_token = True
            if kind == "response.output_text.delta":
                self._texts.append(str(fields.get("delta")))

    @property
    def response(self) -> Any:
        """The response so far."""
        if self._whole is not None:
            return self._whole
        text = "".join(self._texts)
        begun = [{"type": "message", "role": "assistant", "content": text}] if text else []
        return {**self._head, "output": [*self._items, *begun]}


class MessagesAssembly:
    """Anthropic's messages."""

    def __init__(self) -> None:
        self.has_token = False
        self.is_finished = False
        self._message: dict[str, Any] = {}
        self._usage: dict[str, Any] = {}
        self._blocks: dict[int, dict[str, Any]] = {}
        self._pieces: dict[int, list[str]] = {}

    def add(self, event: Any) -> None:
        """Take an event in."""
        fields = fields_of(event)
        kind = fields.get("type")
        if kind == "content_block_delta":
            self.has_token = True
            self._add_delta(fields["index"], fields_of(fields["delta"]))
        elif kind == "content_block_start":
            self._blocks[fields["index"]] = dict(fields_of(fields["content_block"]))
        elif kind == "message_start":
            self._message = dict(fields_of(fields["message"]))
            self._note_usage(self._message.get("usage"))
            self._usage.pop("output_tokens", None)  # those of the first event are a beginning; the last one has all
        elif kind == "message_delta":
            self._message["stop_reason"] = fields_of(fields["delta"]).get("stop_reason")
            self._note_usage(fields.get("usage"))
        elif kind == "message_stop":
            self.is_finished = True

    def _add_delta(self, index: int, delta: dict[str, Any]) -> None:
        if delta.get("citation") is not None:
            block = self._blocks[index]
            block["citations"] = [*(block.get("citations") or ()), delta["citation"]]
        piece = delta.get("text") or delta.get("thinking") or delta.get("partial_json")
        if piece:
            self._pieces.setdefault(index, []).append(piece)

    def _note_usage(self, told: Any) -> None:
        self._usage |= {name: count for name, count in fields_of(told).items() if count is not None}

    @property
    def response(self) -> dict[str, Any]:
        """The message so far."""
        content = [self._block(index) for index in sorted(self._blocks)]
        return {**self._message, "content": content, "usage": self._usage}

    def _block(self, index: int) -> dict[str, Any]:
        block, text = self._blocks[index], "".join(self._pieces.get(index, ()))
        field = {"text": "text", "thinking": "thinking"}.get(str(block.get("type")), "input")
        return {**block, field: parsed(text) if field == "input" else text} if text else block


class GeminiAssembly:
    """Contents of Gemini's models."""

    def __init__(self) -> None:
        self.has_token = False
        self.is_finished = False
        self._head: dict[str, Any] = {}
        self._candidates: dict[int, dict[str, Any]] = {}

    def add(self, chunk: Any) -> None:
        """Take a chunk in; of what each tells of the whole, the last is right."""
        fields = fields_of(chunk)
        self._head |= {name: value for name, value in fields.items() if name in _GEMINI_HEAD and value}
        for told in fields.get("candidates") or ():
            candidate = fields_of(told)
            known = self._candidates.setdefault(candidate.get("index") or 0, {"parts": [], "finish_reason": None})
            known["parts"] += [fields_of(part) for part in fields_of(candidate.get("content")).get("parts") or ()]
            known["finish_reason"] = candidate.get("finish_reason") or known["finish_reason"]
            self.has_token |= bool(known["parts"])
            self.is_finished |= known["finish_reason"] is not None

    @property
    def response(self) -> dict[str, Any]:
        """The response so far."""
        candidates = [
            {"content": {"role": "model", "parts": _joined(known["parts"])}, "finish_reason": known["finish_reason"]}
            for _, known in sorted(self._candidates.items())
        ]
        return {**self._head, "candidates": candidates}


def _joined(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return parts with those texts as one that come one after the other, and thoughts likewise."""
    joined: list[dict[str, Any]] = []
    for part in parts:
        text, is_thought = part.get("text"), bool(part.get("thought"))
        if joined and text is not None and joined[-1].get("text") is not None and joined[-1]["thought"] is is_thought:
            joined[-1]["text"] += text
        elif text is None or text:
            joined.append(part if text is None else {"text": text, "thought": is_thought})
    return joined
