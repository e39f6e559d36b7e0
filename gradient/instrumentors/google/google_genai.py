"""Trace Google's client, `google.genai`: contents, streamed or not, embeddings, and the functions it calls by itself.

Models._generate_content, ..._stream    one request to a model: chats, continuations and automatic function calling
                                        come to it, and make several
Models.embed_content                    embeddings
invoke_function_from_dict_args          a function of the user's that a model wants to be called
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from gradient.instrumentors.assembly import GeminiAssembly
from gradient.instrumentors.client_calls import Endpoint, begin_call
from gradient.instrumentors.gemini_messages import gemini_content, gemini_inputs
from gradient.instrumentors.messages import register_provider_messages
from gradient.instrumentors.seams import Call, Seam, SeamInstrumentor
from gradient.instrumentors.wire import fields_of
from gradient.runtime.calls.functions import UNTRACED, CallSite, OpenCall, name_of
from gradient.runtime.step import Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

_MODELS = "google.genai.models"
_FUNCTIONS = "google.genai._extra_utils"


class GoogleGenAIInstrumentor(SeamInstrumentor):
    """Records the calls of `Client` and of `Client.aio`, and what they call."""

    name: ClassVar[str] = "google-genai"
    modules: ClassVar[tuple[str, ...]] = (_MODELS, _FUNCTIONS)

    def activate(self, module: ModuleType) -> None:
        """Wrap what `module` owns."""
        register_provider_messages(self.tracker)
        super().activate(module)

    def seams(self, module: ModuleType) -> Iterator[Seam]:
        """Yield the methods of both clients, or what calls functions."""
        if module.__name__ == _FUNCTIONS:
            for function in ("invoke_function_from_dict_args", "invoke_function_from_dict_args_async"):
                yield Seam(module, function, describe_function)
            return
        for owner in (module.Models, module.AsyncModels):
            is_async = owner is module.AsyncModels
            yield Seam(owner, "_generate_content", site=self._site(_CONTENT))
            yield Seam(owner, "embed_content", site=self._site(_EMBEDDING))
            site = self._site(_CONTENT, is_stream=True)
            yield Seam(owner, "_generate_content_stream", site=site, is_awaited=is_async)

    def _site(self, endpoint: Endpoint, *, is_stream: bool = False) -> CallSite:
        """Return what opens the calls of a method: `method(*, model, contents, config)`."""

        def open_call(args: tuple[Any, ...], kwargs: dict[str, Any]) -> OpenCall:
            model = str(kwargs["model"]).rpartition("/")[2]  # without the folders it is in
            is_vertex = getattr(getattr(args[0], "_api_client", None), "vertexai", False)
            provider = "google_vertexai" if is_vertex else "google_genai"  # named as LangChain names them
            call = begin_call(self.tracker, endpoint, self.name, kwargs, model, provider)
            if call is None:
                return UNTRACED
            return call.streamed() if is_stream else call.requested()

        return open_call


def describe_function(call: Call) -> Step:
    """Describe the call of a function that a model wants."""
    return Step(name_of(call.argument("function_to_invoke", 1)), "tool", "google-genai", call.argument("args"))


def _content_inputs(asked: dict[str, Any]) -> dict[str, Any]:
    return gemini_inputs(asked.get("contents"), asked.get("config"))


def _content_outputs(response: dict[str, Any]) -> Any:
    """Return a message for each candidate; where a prompt is refused, one that says nothing but why."""
    refusal = fields_of(response.get("prompt_feedback")).get("block_reason")
    blocked = [{"finish_reason": refusal}] if refusal else ()
    candidates = map(fields_of, response.get("candidates") or blocked)
    return {"messages": [_message(response.get("response_id"), candidate) for candidate in candidates]}


def _message(response_id: Any, candidate: dict[str, Any]) -> dict[str, Any]:
    reason = candidate.get("finish_reason")
    told = {"id": response_id, "finish_reason": getattr(reason, "value", reason)}
    return {**gemini_content(candidate.get("content") or _NOTHING), "response_metadata": told}


def _embedding_inputs(asked: dict[str, Any]) -> dict[str, Any]:
    told = gemini_inputs(asked.get("contents"), None)
    return {"input": told["messages"]}


def _embedding_outputs(response: dict[str, Any]) -> dict[str, Any]:
    vectors = [fields_of(each).get("values") or () for each in response.get("embeddings") or ()]
    return {"count": len(vectors), "dimensions": len(vectors[0]) if vectors else None}


_NOTHING: dict[str, Any] = {"role": "model", "parts": []}
_CONTENT = Endpoint("llm", _content_inputs, _content_outputs, GeminiAssembly)
_EMBEDDING = Endpoint("embedding", _embedding_inputs, _embedding_outputs)
