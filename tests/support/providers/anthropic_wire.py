"""How Anthropic says it: messages. Its `input_tokens` leave cached ones out."""

import json

_ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    404: "not_found_error",
    429: "rate_limit_error",
    529: "overloaded_error",
}


class CountTokens:
    """/v1/messages/count_tokens."""

    is_scripted = False
    is_stream = False

    def __init__(self, path, request):
        self.request = request

    def whole(self, answer):
        return {"input_tokens": answer.tokens.input}


class Messages:
    """/v1/messages."""

    is_scripted = True

    def __init__(self, path, request):
        self.request = request
        self.is_stream = bool(request.get("stream"))

    def error(self, fault):
        kind = _ERROR_TYPES.get(fault.status, "api_error")
        return {"type": "error", "error": {"type": kind, "message": fault.message}, "request_id": "req_1"}

    def whole(self, answer):
        return self._message(answer, _blocks(answer), _stop_reason(answer), answer.tokens.output)

    def events(self, answer):
        yield False, _event("message_start", message=self._message(answer, [], None, 1))
        yield False, _event("ping")
        for index, block in enumerate(_blocks(answer)):
            yield False, _event("content_block_start", index=index, content_block=_begun(block))
            for is_word, delta in _deltas(block, answer):
                yield is_word, _event("content_block_delta", index=index, delta=delta)
            yield False, _event("content_block_stop", index=index)
        delta = {"stop_reason": _stop_reason(answer), "stop_sequence": None}
        yield True, _event("message_delta", delta=delta, usage={"output_tokens": answer.tokens.output})
        yield False, _event("message_stop")

    def _message(self, answer, content, stop_reason, output_tokens):
        tokens = answer.tokens
        usage = {
            "input_tokens": tokens.input - tokens.cached - tokens.cache_write,
            "cache_creation_input_tokens": tokens.cache_write,
            "cache_read_input_tokens": tokens.cached,
            "output_tokens": output_tokens,
        }
        return {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": answer.model or self.request["model"],
            "content": content,
            "stop_reason": stop_reason,
            "stop_sequence": None,
            "usage": usage,
        }


def _blocks(answer):
    blocks = []
    if answer.reasoning:
        blocks.append({"type": "thinking", "thinking": answer.reasoning, "signature": "sig"})
    if answer.text:
        blocks.append({"type": "text", "text": answer.text})
    blocks += [
        {"type": "tool_use", "id": call.call_id, "name": call.name, "input": call.arguments}
        for call in answer.tool_calls
    ]
    return blocks


def _begun(block):
    empty = {"thinking": {"thinking": "", "signature": ""}, "text": {"text": ""}, "tool_use": {"input": {}}}
    return {**block, **empty[block["type"]]}


def _deltas(block, answer):
    if block["type"] == "thinking":
        yield False, {"type": "thinking_delta", "thinking": block["thinking"]}
        yield False, {"type": "signature_delta", "signature": "sig"}
    elif block["type"] == "text":
        for word in answer.words:
            yield True, {"type": "text_delta", "text": word}
    else:
        arguments = json.dumps(block["input"])
        for part in (arguments[:5], arguments[5:]):
            yield True, {"type": "input_json_delta", "partial_json": part}


def _stop_reason(answer):
    return "tool_use" if answer.tool_calls else "end_turn"


def _event(kind, **fields):
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()
