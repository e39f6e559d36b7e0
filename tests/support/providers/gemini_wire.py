"""How Gemini says it: contents. Its `candidatesTokenCount` leaves thoughts out."""

import json

_STATUSES = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED"}


class _Wire:
    is_scripted = True
    is_stream = False

    def __init__(self, path, request):
        self.request = request
        self._path = path

    def model(self, answer):
        return answer.model or self._path.rpartition("/")[2].partition(":")[0]

    def error(self, fault):
        status = _STATUSES.get(fault.status, "INTERNAL")
        return {"error": {"code": fault.status, "message": fault.message, "status": status}}


class Generate(_Wire):
    """:generateContent and :streamGenerateContent?alt=sse."""

    def __init__(self, path, request):
        super().__init__(path, request)
        self.is_stream = path.endswith(":streamGenerateContent")

    def whole(self, answer):
        return self._response(answer, [*_thoughts(answer), *_texts([answer.text]), *_calls(answer)], "STOP")

    def events(self, answer):
        if answer.reasoning:
            yield False, _data(self._response(answer, _thoughts(answer)))
        for word in answer.words:
            yield True, _data(self._response(answer, _texts([word])))
        yield True, _data(self._response(answer, _calls(answer), "STOP"))

    def _response(self, answer, parts, finish=None):
        candidate = {"content": {"role": "model", "parts": parts}, "index": 0}
        tokens = answer.tokens
        usage = {
            "promptTokenCount": tokens.input,
            "candidatesTokenCount": tokens.output - tokens.reasoning,
            "totalTokenCount": tokens.input + tokens.output,
        }
        if tokens.cached:
            usage["cachedContentTokenCount"] = tokens.cached
        if tokens.reasoning:
            usage["thoughtsTokenCount"] = tokens.reasoning
        return {
            "candidates": [candidate | ({"finishReason": finish} if finish else {})],
            "usageMetadata": usage,
            "modelVersion": self.model(answer),
            "responseId": "response_1",
        }


class Embed(_Wire):
    """:embedContent: a text becomes three numbers."""

    is_scripted = False

    def whole(self, answer):
        return {"embedding": {"values": [1.0, 0.5, -0.25]}}


class BatchEmbed(_Wire):
    """:batchEmbedContents, likewise."""

    is_scripted = False

    def whole(self, answer):
        return {"embeddings": [{"values": [1.0, 0.5, -0.25]} for _ in self.request["requests"]]}


def _thoughts(answer):
    return [{"text": answer.reasoning, "thought": True}] if answer.reasoning else []


def _texts(texts):
    return [{"text": text} for text in texts if text]


def _calls(answer):
    return [
        {"functionCall": {"id": call.call_id, "name": call.name, "args": call.arguments}} for call in answer.tool_calls
    ]


def _data(body):
    return f"data: {json.dumps(body)}\n\n".encode()
