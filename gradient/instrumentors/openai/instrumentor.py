"""Trace OpenAI's client: completions, responses, embeddings, images, sound; of OpenAI and of all who speak like it."""

from __future__ import annotations

from typing import Any, ClassVar

from gradient.instrumentors.assembly import ChatAssembly, ResponsesAssembly, TextAssembly
from gradient.instrumentors.client_calls import Endpoint
from gradient.instrumentors.clients import ClientInstrumentor
from gradient.instrumentors.messages import chat_message, provider_messages, response_item
from gradient.instrumentors.openai.media import ENDPOINTS
from gradient.instrumentors.wire import fields_of, inputs_of

_NO_PARAMS = frozenset({"model", "messages", "prompt", "input", "instructions", "tools", "stream", "stream_options"})
_LIST: type[Any] = list  # of anything, for type checkers
# Who answers under an address, as LangChain names them; others are taken for OpenAI.
_HOSTS = {
    "api.cerebras.ai": "cerebras",
    "api.deepseek.com": "deepseek",
    "api.fireworks.ai": "fireworks",
    "api.groq.com": "groq",
    "api.mistral.ai": "mistralai",
    "api.perplexity.ai": "perplexity",
    "api.together.xyz": "together",
    "api.x.ai": "xai",
    "generativelanguage.googleapis.com": "google_genai",
    "openrouter.ai": "openrouter",
}


def _chat_inputs(body: dict[str, Any]) -> dict[str, Any]:
    messages = provider_messages(body.get("messages") or (), chat_message)
    return inputs_of(body, {"messages": messages}, _NO_PARAMS)


def _chat_outputs(response: dict[str, Any]) -> Any:
    choices = map(fields_of, response.get("choices") or ())
    return {"messages": [_answer(response, choice.get("message"), choice.get("finish_reason")) for choice in choices]}


def _answer(response: dict[str, Any], message: Any, finish_reason: Any) -> dict[str, Any]:
    told = {"id": response.get("id"), "finish_reason": finish_reason}
    return {**chat_message(message), "response_metadata": told}


def _text_inputs(body: dict[str, Any]) -> dict[str, Any]:
    given = body.get("prompt")
    prompts: list[Any] = given if type(given) is _LIST and given and isinstance(given[0], str) else [given]
    asked = [{"role": "user", "content": prompt if isinstance(prompt, str) else str(prompt)} for prompt in prompts]
    return inputs_of(body, {"messages": provider_messages(asked, chat_message)}, _NO_PARAMS)


def _text_outputs(response: dict[str, Any]) -> Any:
    # The assembly of a stream has messages already.
    told = map(fields_of, response.get("choices") or ())
    choices = [{"message": {"role": "assistant", "content": each.get("text")}, **each} for each in told]
    return _chat_outputs({**response, "choices": choices})


def _responses_inputs(body: dict[str, Any]) -> dict[str, Any]:
    given = body.get("input")
    items: list[Any] = [given] if isinstance(given, str) else list(given or ())
    if body.get("instructions"):
        items.insert(0, {"role": "system", "content": body["instructions"]})
    return inputs_of(body, {"messages": provider_messages(items, response_item)}, _NO_PARAMS)


def _responses_outputs(response: dict[str, Any]) -> Any:
    """Return one message: its items are what the model did in one turn."""
    parts = [part for item in response.get("output") or () for part in response_item(item)["parts"]]
    cut = fields_of(response.get("incomplete_details")).get("reason")
    told = {"id": response.get("id"), "finish_reason": cut or response.get("status")}
    return {"messages": [{"role": "assistant", "parts": parts, "response_metadata": told}]}


def _embedding_inputs(body: dict[str, Any]) -> dict[str, Any]:
    return inputs_of(body, {"input": body.get("input")}, _NO_PARAMS)


def _embedding_outputs(response: dict[str, Any]) -> Any:
    vectors = [fields_of(item).get("embedding") for item in response.get("data") or ()]
    first: Any = vectors[0] if vectors else None
    return {"count": len(vectors), "dimensions": len(first) if type(first) is _LIST else None}


class OpenAIInstrumentor(ClientInstrumentor):
    """Records the calls of `OpenAI`, `AsyncOpenAI`, `AzureOpenAI` and `AsyncAzureOpenAI`."""

    name: ClassVar[str] = "openai"
    modules: ClassVar[tuple[str, ...]] = (
        "openai._base_client",
        "openai.lib.streaming.chat._completions",
        "openai.lib.streaming.responses._responses",
    )
    helpers: ClassVar[dict[str, tuple[str, ...]]] = {
        "openai.lib.streaming.chat._completions": ("ChatCompletionStream", "AsyncChatCompletionStream"),
        "openai.lib.streaming.responses._responses": ("ResponseStream", "AsyncResponseStream"),
    }
    endpoints: ClassVar[dict[str, Endpoint]] = {
        "/chat/completions": Endpoint("llm", _chat_inputs, _chat_outputs, ChatAssembly),
        "/completions": Endpoint("llm", _text_inputs, _text_outputs, TextAssembly),
        "/responses/compact": Endpoint("llm", _responses_inputs, _responses_outputs),
        "/responses": Endpoint("llm", _responses_inputs, _responses_outputs, ResponsesAssembly),
        "/embeddings": Endpoint("embedding", _embedding_inputs, _embedding_outputs),
        **ENDPOINTS,
    }

    def provider_of(self, client: Any) -> str:
        """Return who serves a client, by its class and its address."""
        if "Azure" in type(client).__name__:
            return "azure"
        host = str(client.base_url.host)
        return "azure" if host.endswith(".azure.com") else _HOSTS.get(host, self.name)
