"""Trace the OpenAI Agents SDK: runs, agents, tools, handoffs, guardrails and calls of models.

    a trace processor       runs, agents, tools, handoffs, guardrails          (public; told of starts and ends)
    what copes with errors  what a tool raised                                 (its span has but words for the model)
    Model.get_response      a call of a model, in each class that defines one: with what it was asked, and its chunks

The SDK makes its tracing when it is first used, and forgets processors when `set_trace_processors` is called. So ours
is registered with each provider that is made, again after such a call, and taken out of the provider's list at the end.
Where the user has switched the SDK's tracing off, a provider of our own makes the spans, and nobody but us is told.
"""

from __future__ import annotations

import functools
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakSet

from gradient.instrumentors.messages import register_provider_messages
from gradient.instrumentors.model_calls import is_calling
from gradient.instrumentors.openai_agents_fields import asked
from gradient.instrumentors.openai_agents_models import ModelCall, describe_model_call, describe_response, is_result
from gradient.instrumentors.openai_agents_spans import Spans
from gradient.instrumentors.seams import Call, Seam, SeamInstrumentor
from gradient.runtime.context import register_scope_finder, running_scope
from gradient.runtime.listeners import warn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from gradient.runtime.execution import NodeExecution
    from gradient.runtime.interfaces import ExecutionTracker
    from gradient.runtime.step import Step

_MODELS = "agents.models.interface"
_PROVIDERS = "agents.tracing.provider"
_SETUP = "agents.tracing.setup"
_SCOPE = "agents.tracing.scope"
# Where the SDK turns what a tool raised into words for the model, which are all that its span tells.
_TOOLS = ("agents.tool", "agents.run_internal.tool_execution")
_COPE = "maybe_invoke_function_tool_failure_error_function"


class OpenAIAgentsInstrumentor(SeamInstrumentor):
    """Records what the SDK tells its trace processors, and calls of models."""

    name: ClassVar[str] = "openai-agents"
    modules: ClassVar[tuple[str, ...]] = (_MODELS, _PROVIDERS, _SETUP, _SCOPE, *_TOOLS)

    def __init__(self) -> None:
        super().__init__()
        self._spans = Spans()
        self._providers: WeakSet[Any] = WeakSet()
        self._own_provider: Any = None
        self._forget_finder: Callable[[], None] | None = None

    def install(self, tracker: ExecutionTracker) -> None:
        """Start listening."""
        self._spans.tracker = tracker
        super().install(tracker)

    def activate(self, module: ModuleType) -> None:
        """Take hold of what `module` owns."""
        name = module.__name__
        if find_spec("agents.tracing") is None:
            return  # a package of the user's that has the same name
        if name == _MODELS:
            register_provider_messages(self.tracker)
            super().activate(module)
        elif name == _PROVIDERS:
            self._watch(module.DefaultTraceProvider)
        elif name in _TOOLS:
            if hasattr(module, _COPE):  # in newer versions
                self.try_seam(lambda: self.patches.replace(module, _COPE, self._noting))
        elif name == _SETUP and module.GLOBAL_TRACE_PROVIDER is not None:
            self._register(module.GLOBAL_TRACE_PROVIDER)
        elif name == _SCOPE and self._forget_finder is None:
            self._spans.scope = module.Scope
            self._forget_finder = register_scope_finder(self._spans.running)

    def deactivate(self) -> None:
        """Leave the providers, and say no longer what runs."""
        self._spans.forget()
        for provider in self._providers:
            _leave(provider, self._spans)
        self._providers.clear()
        if self._forget_finder is not None:
            self._forget_finder()
            self._forget_finder = None

    def seams(self, module: ModuleType) -> Iterator[Seam]:
        """Yield the two ways to call a model."""
        owner, describe = module.Model, self._describe
        yield Seam(owner, "get_response", describe, describe_response, overrides=True, nests=False, call=self._call)
        yield Seam(
            owner,
            "stream_response",
            describe,
            describe_response,
            is_result=is_result,
            overrides=True,
            nests=False,
            call=self._call,
        )

    def _describe(self, call: Call) -> Step | None:
        if is_calling():
            return None
        self._spans.asked(running_scope(), asked(call.argument("input", 1)))
        return describe_model_call(call)

    def _call(self, tracker: ExecutionTracker, seam: Seam, execution: NodeExecution) -> ModelCall:
        return ModelCall(tracker, seam, execution, self._spans)

    def _watch(self, provider: Any) -> None:
        """Follow the providers that are made, and what becomes of them."""
        replace = self.patches.replace
        self.try_seam(lambda: replace(provider, "__init__", self._registering))
        self.try_seam(lambda: replace(provider, "set_processors", self._registering))
        if hasattr(provider, "_refresh_disabled_flag"):
            self.try_seam(lambda: replace(provider, "create_trace", self._going_on))
            self.try_seam(lambda: replace(provider, "create_span", self._going_on))

    def _going_on(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Return a method of a provider that makes real spans for us where those of the user's are switched off."""

        @functools.wraps(original)
        def create(provider: Any, /, *args: Any, **kwargs: Any) -> Any:
            if self.patches.active and not kwargs.get("disabled"):
                provider = self._listening(provider)
            return original(provider, *args, **kwargs)

        return create

    def _listening(self, provider: Any) -> Any:
        """Return a provider whose spans reach us: this one, or where it is switched off one that tells only us."""
        try:
            provider._refresh_disabled_flag()  # noqa: SLF001 - it asks the environment when it is first used
            if not provider._disabled:  # noqa: SLF001
                return provider
            if self._own_provider is None:
                self._own_provider = type(provider)()
                self._own_provider.set_disabled(False)
        except Exception as error:  # noqa: BLE001 - never the user's run
            warn(f"the tracing of the OpenAI Agents SDK cannot be followed: {error!r}.")
            return provider
        return self._own_provider

    def _registering(self, original: Callable[..., None]) -> Callable[..., None]:
        """Return a method of a provider that is followed by our registering with it."""

        @functools.wraps(original)
        def register(provider: Any, /, *args: Any, **kwargs: Any) -> None:
            original(provider, *args, **kwargs)
            if self.patches.active:
                self.try_seam(lambda: self._register(provider))

        return register

    def _noting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that notes an exception before the SDK makes words of it."""

        @functools.wraps(original)
        async def cope(*args: Any, **kwargs: Any) -> Any:
            if self.patches.active:
                self._spans.failed(kwargs.get("error"))
            return await original(*args, **kwargs)

        return cope

    def _register(self, provider: Any) -> None:
        self._providers.add(provider)
        if self._spans not in _processors(provider):
            provider.register_processor(self._spans)


def _processors(provider: Any) -> tuple[Any, ...]:
    return tuple(getattr(getattr(provider, "_multi_processor", None), "_processors", ()))


def _leave(provider: Any, spans: Spans) -> None:
    """Take a processor out of a provider's list; where it has no such list, the processor stays and does nothing."""
    several = getattr(provider, "_multi_processor", None)
    if several is not None:
        several.set_processors([each for each in _processors(provider) if each is not spans])
