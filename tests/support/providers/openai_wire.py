"""How OpenAI says it: chat completions, responses, embeddings."""

import base64
import json
import struct

_CREATED = 1_767_225_600  # 2026-01-01
_ERROR_TYPES = {401: "invalid_request_error", 429: "rate_limit_exceeded"}
_ERROR_CODES = {401: "invalid_api_key", 429: "rate_limit_exceeded"}


class _Wire:
    is_scripted = True

    def __init__(self, path, request):
        self.request = request
        self.is_stream = bool(request.get("stream"))

    def model(self, answer):
        return answer.model or self.request.get("model") or "deployed-1"

    def error(self, fault):
        kind = _ERROR_TYPES.get(fault.status, "server_error")
        code = _ERROR_CODES.get(fault.status)
        return {"error": {"message": fault.message, "type": kind, "param": None, "code": code}}


class Chat(_Wire):
    """/chat/completions."""

    def whole(self, answer):
        message = {"role": "assistant", "content": answer.text or None, "refusal": None}
        if answer.reasoning:
            message["reasoning_content"] = answer.reasoning
        if answer.tool_calls:
            message["tool_calls"] = [_function_call(call) for call in answer.tool_calls]
        choice = {"index": 0, "message": message, "finish_reason": _finish(answer), "logprobs": None}
        return {**self._head(answer, "chat.completion"), "choices": [choice], "usage": _usage(answer.tokens)}

    def events(self, answer):
        yield False, self._chunk(answer, {"role": "assistant", "content": ""})
        if answer.reasoning:
            yield False, self._chunk(answer, {"reasoning_content": answer.reasoning})
        for word in answer.words:
            yield True, self._chunk(answer, {"content": word})
        for index, call in enumerate(answer.tool_calls):
            started = {**_function_call(call), "index": index}
            started["function"] = {"name": call.name, "arguments": ""}
            yield False, self._chunk(answer, {"tool_calls": [started]})
            for part in (call.json[:5], call.json[5:]):
                added = {"index": index, "function": {"arguments": part}}
                yield True, self._chunk(answer, {"tool_calls": [added]})
        yield True, self._chunk(answer, {}, finish=_finish(answer))
        if (self.request.get("stream_options") or {}).get("include_usage"):
            last = {**self._head(answer, "chat.completion.chunk"), "choices": [], "usage": _usage(answer.tokens)}
            yield False, _data(last)
        yield False, b"data: [DONE]\n\n"

    def _head(self, answer, kind):
        return {"id": "chatcmpl-1", "object": kind, "created": _CREATED, "model": self.model(answer)}

    def _chunk(self, answer, delta, finish=None):
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return _data({**self._head(answer, "chat.completion.chunk"), "choices": [choice]})


class Responses(_Wire):
    """/responses."""

    def whole(self, answer):
        return self._response(answer, "completed", _items(answer), _response_usage(answer.tokens))

    def events(self, answer):
        number = iter(range(1_000_000))

        def event(kind, **fields):
            return _data({"type": kind, "sequence_number": next(number), **fields}, kind)

        yield False, event("response.created", response=self._response(answer, "in_progress", [], None))
        for index, item in enumerate(_items(answer)):
            place = {"output_index": index, "item_id": item["id"]}
            yield False, event("response.output_item.added", output_index=index, item=_begun(item))
            if item["type"] == "message":
                place["content_index"] = 0
                part = {"type": "output_text", "text": "", "annotations": []}
                yield False, event("response.content_part.added", **place, part=part)
                for word in answer.words:
                    yield True, event("response.output_text.delta", **place, delta=word, logprobs=[])
                yield False, event("response.output_text.done", **place, text=answer.text, logprobs=[])
                yield False, event("response.content_part.done", **place, part=item["content"][0])
            elif item["type"] == "function_call":
                for part in (item["arguments"][:5], item["arguments"][5:]):
                    yield True, event("response.function_call_arguments.delta", **place, delta=part)
                done = {"name": item["name"], "arguments": item["arguments"]}
                yield False, event("response.function_call_arguments.done", **place, **done)
            yield False, event("response.output_item.done", output_index=index, item=item)
        yield True, event("response.completed", response=self.whole(answer))

    def _response(self, answer, status, output, usage):
        return {
            "id": "resp_1",
            "object": "response",
            "created_at": _CREATED,
            "status": status,
            "model": self.model(answer),
            "output": output,
            "usage": usage,
            "error": None,
            "incomplete_details": None,
            "instructions": self.request.get("instructions"),
            "metadata": {},
            "parallel_tool_calls": True,
            "temperature": 1.0,
            "tool_choice": "auto",
            "tools": self.request.get("tools") or [],
            "top_p": 1.0,
        }


class Embeddings(_Wire):
    """/embeddings: each text becomes three numbers."""

    is_scripted = False

    def __init__(self, path, request):
        super().__init__(path, request)
        self.is_stream = False

    def whole(self, answer):
        asked = self.request["input"]
        texts = asked if isinstance(asked, list) and asked and isinstance(asked[0], str | list) else [asked]
        data = [
            {"object": "embedding", "index": index, "embedding": self._encoded([float(len(text)), 0.5, -0.25])}
            for index, text in enumerate(texts)
        ]
        tokens = sum(map(len, texts))
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return {"object": "list", "data": data, "model": self.model(answer), "usage": usage}

    def _encoded(self, numbers):
        if self.request.get("encoding_format") != "base64":
            return numbers
        return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()


def _function_call(call):
    return {"id": call.call_id, "type": "function", "function": {"name": call.name, "arguments": call.json}}


def _finish(answer):
    return "tool_calls" if answer.tool_calls else "stop"


def _usage(tokens):
    return {
        "prompt_tokens": tokens.input,
        "completion_tokens": tokens.output,
        "total_tokens": tokens.input + tokens.output,
        "prompt_tokens_details": {"cached_tokens": tokens.cached, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": tokens.reasoning, "audio_tokens": 0},
    }


def _response_usage(tokens):
    return {
        "input_tokens": tokens.input,
        "input_tokens_details": {"cached_tokens": tokens.cached, "cache_write_tokens": tokens.cache_write},
        "output_tokens": tokens.output,
        "output_tokens_details": {"reasoning_tokens": tokens.reasoning},
        "total_tokens": tokens.input + tokens.output,
    }


def _items(answer):
    items = []
    if answer.reasoning:
        summary = [{"type": "summary_text", "text": answer.reasoning}]
        items.append({"type": "reasoning", "id": "rs_1", "summary": summary})
    if answer.text:
        content = [{"type": "output_text", "text": answer.text, "annotations": [], "logprobs": []}]
        message = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": content}
        items.append(message)
    for call in answer.tool_calls:
        called = {"type": "function_call", "id": f"fc_{call.call_id}", "call_id": call.call_id, "name": call.name}
        items.append({**called, "arguments": call.json, "status": "completed"})
    return items


def _begun(item):
    empty = {"message": {"content": []}, "function_call": {"arguments": ""}}.get(item["type"], {"summary": []})
    return {**item, **empty} | ({"status": "in_progress"} if "status" in item else {})


def _data(body, event=None):
    head = f"event: {event}\n" if event else ""
    return f"{head}data: {json.dumps(body)}\n\n".encode()
