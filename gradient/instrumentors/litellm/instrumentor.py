"""Trace LiteLLM: chat completions, responses, messages and embeddings, of whichever provider, streamed or not.

    completion, embedding, responses     the function behind LiteLLM's decorator, which every way to call it comes to
    LLMCachingHandler.*_get_cache        an answer from LiteLLM's cache, which never gets that far
    __next__, __anext__, aclose          of the streams that come back: their chunks, and whether one is closed early

LiteLLM's callbacks are not used: they come from a pool of threads or from a queue, after the call and often after its
request, and not at all where a call is cancelled or its stream is given up. Retries and fallbacks are calls of their
own. Where a framework has begun an execution for the call, that one is told more.
"""

from __future__ import annotations

import inspect
import sys
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import ref

import msgspec

from gradient.instrumentors.anthropic import AnthropicInstrumentor
from gradient.instrumentors.client_calls import ClientCall, Endpoint, Watch, followed
from gradient.instrumentors.litellm.costs import NO_OWN_COST, cost_of, has_own_price, told_by_provider
from gradient.instrumentors.messages import register_provider_messages
from gradient.instrumentors.model_calls import unserved_call
from gradient.instrumentors.openai.instrumentor import OpenAIInstrumentor
from gradient.instrumentors.providers.client_answers import is_stream
from gradient.instrumentors.providers.raw_bodies import SentText
from gradient.instrumentors.seams import Instrumentor
from gradient.runtime.calls.functions import UNTRACED, CallSite, OpenCall, traced
from gradient.runtime.calls.opened import close_call
from gradient.runtime.errors import SeamMissing
from gradient.runtime.step import Step

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CellType, ModuleType

    from gradient.journal.events import Usage

_ATTRIBUTE = "_gradient_call"
_DECORATED = "original_function"  # what LiteLLM's decorator calls the function that it wraps
_CHAT = OpenAIInstrumentor.endpoints["/chat/completions"]
_RESPONSES = OpenAIInstrumentor.endpoints["/responses"]
_MESSAGES = AnthropicInstrumentor.endpoints["/v1/messages"]
_EMBEDDINGS = OpenAIInstrumentor.endpoints["/embeddings"]
# By function: what it is, its first arguments, and the argument that says that its async twin calls it.
_FUNCTIONS: dict[str, tuple[Endpoint, tuple[str, ...], str]] = {
    "completion": (_CHAT, ("model", "messages"), "acompletion"),
    "acompletion": (_CHAT, ("model", "messages"), ""),
    "embedding": (_EMBEDDINGS, ("model", "input"), "aembedding"),
    "aembedding": (_EMBEDDINGS, ("model", "input"), ""),
    "responses": (_RESPONSES, ("input", "model"), "aresponses"),
    "aresponses": (_RESPONSES, ("input", "model"), ""),
    "anthropic_messages": (_MESSAGES, ("max_tokens", "messages", "model"), ""),
}
_OWNERS = {
    "litellm.main": ("completion", "acompletion", "embedding", "aembedding"),
    "litellm.responses.main": ("responses", "aresponses"),
    "litellm.llms.anthropic.messages.native.handler": ("anthropic_messages",),
    "litellm.llms.anthropic.experimental_pass_through.messages.handler": ("anthropic_messages",),  # until 1.108
}
_CACHE = "litellm.caching.caching_handler"
_CHUNKS = ("__next__", "__anext__")
_CLOSED = "aclose"


class LiteLLMInstrumentor(Instrumentor):
    """Records the calls of models that go through LiteLLM."""

    name: ClassVar[str] = "litellm"
    modules: ClassVar[tuple[str, ...]] = (*_OWNERS, _CACHE)

    def activate(self, module: ModuleType) -> None:
        """Wrap what `module` owns."""
        register_provider_messages(self.tracker)
        name = module.__name__
        for function in _OWNERS.get(name, ()):
            self.try_seam(lambda function=function: self._wrap_decorated(module, function))  # type: ignore[misc]
        for method in ("sync_get_cache", "async_get_cache") if name == _CACHE else ():
            owner = _class_of(module, "LLMCachingHandler")
            former = f"_{method}"  # which it was called for some releases, and which is there besides since
            self._wrap(owner, method if hasattr(owner, method) else former, self.open_cache)

    def follow(self, stream: Any) -> None:
        """Wrap how a stream is read and closed, for all of its class."""
        for name, site in (*((name, _open_chunk) for name in _CHUNKS), (_CLOSED, _open_close)):
            owner = next((kind for kind in type(stream).__mro__ if name in vars(kind)), None)
            if owner is not None:
                self._wrap(owner, name, site)

    def _wrap(self, owner: Any, method: str, site: CallSite) -> None:
        self.try_seam(lambda: self.patches.replace(owner, method, lambda original: traced(original, site)))

    def _wrap_decorated(self, module: ModuleType, name: str) -> None:
        def open_call(args: tuple[Any, ...], kwargs: dict[str, Any]) -> OpenCall:
            return self.open(name, args, kwargs)

        closure = closure_of(getattr(module, name, None), f"{module.__name__}.{name}")
        self.patches.replace(closure, _DECORATED, lambda original: traced(original, open_call))

    def open(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> OpenCall:
        """Open a call of one of the functions."""
        if not self.patches.active or kwargs.get(_FUNCTIONS[function][2]) or kwargs.get("fallbacks"):
            return UNTRACED
        endpoint = _FUNCTIONS[function][0]
        step = _step_of(function, args, kwargs)
        served = unserved_call(endpoint.kind)
        execution = served or self.tracker.start(step)
        if execution is None:
            return UNTRACED
        account = kwargs.get("litellm_logging_obj")
        call = LiteLLMCall(account, self.follow, self.tracker, endpoint, execution, is_own=served is None)
        return Returning(call.returned, execution if served is None else None, hand_out=call.handed_out)

    def open_cache(self, _: tuple[Any, ...], kwargs: dict[str, Any]) -> OpenCall:
        """Open a look into the cache, which is a call where it finds something."""
        return Watch(lambda found, _: self._note_cached(found, kwargs)) if self.patches.active else UNTRACED

    def _note_cached(self, found: Any, looked_up: dict[str, Any]) -> None:
        response, function = getattr(found, "cached_result", None), str(looked_up.get("call_type"))
        if response is None or function not in _FUNCTIONS:
            return
        endpoint = _FUNCTIONS[function][0]
        served = unserved_call(endpoint.kind)
        step = _step_of(function, looked_up.get("args") or (), looked_up.get("kwargs") or {})
        execution = served or self.tracker.start(step)
        if execution is not None:
            execution.cached = True
            account = looked_up.get("logging_obj")
            call = LiteLLMCall(account, self.follow, self.tracker, endpoint, execution, is_own=served is None)
            call.returned(response, None)


class Returning(Watch):
    """A call that may hand out something else than what was returned to it."""

    __slots__ = ("_hand_out",)

    def __init__(self, *watch: Any, hand_out: Callable[[Any], Any]) -> None:
        super().__init__(*watch)
        self._hand_out = hand_out

    def lasting(self, _: OpenCall, returned: Any) -> Any:
        """Return what the caller gets."""
        return self._hand_out(returned)


class LiteLLMCall(ClientCall):
    """One call, from LiteLLM's function to the end of what it returned.

    Args:
        account: LiteLLM's own account of the call, which knows the provider, or None.
        follow: Has streams of the class of one tell what is read of them.
        call: As `ClientCall` has it.
        is_own: Likewise.
    """

    __slots__ = ("_account", "_follow_class", "_stream")

    def __init__(self, account: Any, follow: Callable[[Any], None], *call: Any, is_own: bool) -> None:
        super().__init__(*call, is_own=is_own)
        self._account = account
        self._follow_class = follow
        self._stream: Callable[[], Any] = _no_stream

    def handed_out(self, returned: Any) -> Any:
        """Note what was returned; return it, or in the place of an async generator one that reads it."""
        if inspect.isasyncgen(returned) and self._endpoint.assembly:
            self._assembly = SentText(self._endpoint.assembly())
            return followed(returned, self)
        close_call(self.requested(), returned, None)
        return returned

    def parsed(self, outputs: Any, error: BaseException | None) -> None:
        """Note what was returned: an answer, or a stream that is read later."""
        execution = self._execution
        provider = getattr(self._account, "model_call_details", {}).get("custom_llm_provider")
        execution.provider = execution.provider or provider
        own: Any = getattr(outputs, "__dict__", None)
        if error is None and own is not None and is_stream(outputs) and self._endpoint.assembly:
            self._follow_class(outputs)
            self._stream = ref(outputs)  # which has us
            self._assembly = SentText(self._endpoint.assembly())
            own[_ATTRIBUTE] = self
        else:
            super().parsed(outputs, error)

    def usage_of(self, fields: dict[str, Any], response: Any) -> Usage | None:
        """Return the tokens, with the cost by the user's own price, or by LiteLLM's where nobody else has one."""
        told = told_by_provider(fields.get("usage"), response, self._read_to_its_end())
        fields = {**fields, "usage": told}
        usage = super().usage_of(fields, response) or self._execution.usage
        is_own = has_own_price(self._account)
        if usage is None or not (is_own or self._is_unpriced(usage, fields)):
            return usage
        cost = cost_of(self._account, fields, response, usage)
        if cost is None and is_own:
            return msgspec.structs.replace(usage, cost_usd=None, unpriced=NO_OWN_COST)
        return usage if cost is None else msgspec.structs.replace(usage, cost_usd=cost)

    def _is_unpriced(self, usage: Usage, fields: dict[str, Any]) -> bool:
        model = str(fields.get("model") or self._execution.model)
        return usage.cost_usd is None and self._tracker.tracking.prices.of(model) is None

    def _read_to_its_end(self) -> Any:
        """Return the stream where all of it has come, else None."""
        return None if self._assembly is None or not self._assembly.is_finished else self._stream()

    def asked(self) -> Watch:
        """Watch how the consumer asks for the next chunk."""
        return Watch(self._chunk, self._execution if self._is_own else None)

    def _chunk(self, chunk: Any, error: BaseException | None) -> None:
        if error is None:
            self._note(chunk)
        else:
            self._ended(None, None if isinstance(error, (StopIteration, StopAsyncIteration)) else error)


class Closure:
    """What a decorated function calls, as an attribute, so that it can be patched like all else.

    LiteLLM's functions are imported by name, often before anybody listens; all of them call what is in here.
    """

    original_function: Any

    def __init__(self, name: str, cell: CellType) -> None:
        self.__name__ = name
        self._cell = cell
        self.original_function = cell.cell_contents

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name == _DECORATED:
            self._cell.cell_contents = value


@cache  # one for all managers: a patch is found by what it is of
def _closure(function: Callable[..., Any], name: str) -> Closure:
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    return Closure(name, cells[_DECORATED])


def closure_of(function: Any, name: str) -> Closure:
    """Return what a decorated function calls.

    Raises:
        SeamMissing: It is not decorated, or not there.
    """
    while function is not None:
        if _DECORATED in getattr(getattr(function, "__code__", None), "co_freevars", ()):
            return _closure(function, name)
        function = getattr(function, "__wrapped__", None)
    raise SeamMissing(name)


def _class_of(module: ModuleType, name: str) -> type[Any]:
    found: type[Any] | None = getattr(module, name, None)
    if found is None:
        raise SeamMissing(f"{module.__name__}.{name}")
    return found


def _step_of(function: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Step:
    endpoint, names, _ = _FUNCTIONS[function]
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    unsent = _unsent()
    body = {name: value for name, value in given.items() if name not in unsent and not name.startswith("litellm_")}
    model = body.get("model")
    model = model if type(model) is str else None
    return Step(model or endpoint.kind, endpoint.kind, LiteLLMInstrumentor.name, endpoint.inputs(body), model=model)


@cache
def _unsent() -> frozenset[str]:
    """Return the arguments that are LiteLLM's own, and not passed on to the model."""
    return frozenset(getattr(sys.modules.get("litellm.types.utils"), "all_litellm_params", ()))


def _no_stream() -> None:
    """Stand for the stream of a call that has none."""


def _open_chunk(args: tuple[Any, ...], _: dict[str, Any]) -> OpenCall:
    call: LiteLLMCall | None = getattr(args[0], "__dict__", {}).get(_ATTRIBUTE)
    return UNTRACED if call is None else call.asked()


def _open_close(args: tuple[Any, ...], _: dict[str, Any]) -> OpenCall:
    call: LiteLLMCall | None = getattr(args[0], "__dict__", {}).get(_ATTRIBUTE)
    if call is not None:
        call.give_up()
    return UNTRACED
