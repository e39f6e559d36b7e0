"""Trace the OpenAI Agents SDK: runs, agents, tools, handoffs, guardrails and calls of models.

    traces and spans, as they start and finish    runs, agents, tools, handoffs, guardrails
    what copes with errors                        what a tool raised (its span has but words for the model)
    results of tools and turns, as they are made  which of them wait for a human's approval
    Model.get_response, stream_response           calls of models, in each class that defines one

The SDK tells processors of the same; but whoever sets processors of their own removes all others, and who lists them
would find ours. Where the user has switched the SDK's tracing off, shadows of its spans tell us, and nobody else: see
`openai_agents_off`.
"""

from __future__ import annotations

import functools
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar

from gradient.instrumentors.messages import register_provider_messages
from gradient.instrumentors.model_calls import is_calling
from gradient.instrumentors.openai_agents.fields import asked
from gradient.instrumentors.openai_agents.models import ModelCall, describe_model_call, describe_response, is_result
from gradient.instrumentors.openai_agents.off import Shadows
from gradient.instrumentors.openai_agents.spans import Spans
from gradient.instrumentors.seams import Call, Seam, SeamInstrumentor
from gradient.runtime.context import register_scope_finder, running_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from gradient.runtime.execution import NodeExecution
    from gradient.runtime.interfaces import ExecutionTracker
    from gradient.runtime.step import Step

_MODELS = "agents.models.interface"
_PROVIDERS = "agents.tracing.provider"
_SCOPE = "agents.tracing.scope"
_TRACES, _SPANS = "agents.tracing.traces", "agents.tracing.spans"
# Where the SDK turns what a tool raised into words for the model, which are all that its span tells.
_TOOLS = ("agents.tool", "agents.run_internal.tool_execution")
_COPE = "maybe_invoke_function_tool_failure_error_function"
_STEPS = "agents.run_internal.run_steps"
# What a tool's and a turn's results are, by module; none of their spans says that they wait for somebody.
_RESULTS = {"agents.tool": "FunctionToolResult", _STEPS: "SingleStepResult"}


class OpenAIAgentsInstrumentor(SeamInstrumentor):
    """Records what the SDK's spans tell, and calls of models."""

    name: ClassVar[str] = "openai-agents"
    modules: ClassVar[tuple[str, ...]] = (_MODELS, _PROVIDERS, _SCOPE, _TRACES, _SPANS, *_TOOLS, _STEPS)

    def __init__(self) -> None:
        super().__init__()
        self._shadows = Shadows(self.patches)
        self._spans = Spans(self._shadows)
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
            for method in ("create_trace", "create_span"):
                self._replace(module.DefaultTraceProvider, method, self._shadows.casting)
        elif name in (_TRACES, _SPANS):
            self._follow(module)
        elif name in (*_TOOLS, _STEPS):
            if hasattr(module, _COPE):  # in newer versions
                self._replace(module, _COPE, self._noting)
            if hasattr(module, _RESULTS.get(name, "")):
                self._replace(getattr(module, _RESULTS[name]), "__init__", self._looking)
        elif name == _SCOPE and self._forget_finder is None:
            self._spans.scope = self._shadows.scope = module.Scope
            self._forget_finder = register_scope_finder(self._spans.running)

    def deactivate(self) -> None:
        """Say no longer what runs."""
        self._spans.forget()
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

    def _follow(self, module: Any) -> None:
        """Follow the traces or the spans, those that live and those that do nothing."""
        spans = self._spans
        if module.__name__ == _TRACES:
            kinds, starts, ends = (module.TraceImpl, module.NoOpTrace), spans.trace_starts, spans.trace_ends
        else:
            kinds, starts, ends = (module.SpanImpl, module.NoOpSpan), spans.span_starts, spans.span_ends
            self._replace(module.NoOpSpan, "set_error", self._shadows.noting)
        for kind in kinds:
            self._replace(kind, "start", partial(self._telling, starts))
            self._replace(kind, "finish", partial(self._telling, ends))

    def _replace(self, owner: Any, name: str, wrap: Callable[[Any], Any]) -> None:
        self.try_seam(partial(self.patches.replace, owner, name, wrap))

    def _telling(self, tell: Callable[[Any], None], original: Callable[..., Any]) -> Callable[..., Any]:
        """Return a method of a trace or span that tells of it first."""

        @functools.wraps(original)
        def told(*args: Any, **kwargs: Any) -> Any:
            if self.patches.active:
                tell(args[0])
            return original(*args, **kwargs)

        return told

    def _looking(self, original: Callable[..., None]) -> Callable[..., None]:
        """Return the `__init__` of a result that looks whether it waits for somebody."""

        @functools.wraps(original)
        def init(result: Any, /, *args: Any, **kwargs: Any) -> None:
            original(result, *args, **kwargs)
            if self.patches.active:
                self._spans.came_to(result)

        return init

    def _noting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that notes an exception before the SDK makes words of it."""

        @functools.wraps(original)
        async def cope(*args: Any, **kwargs: Any) -> Any:
            if self.patches.active:
                self._spans.failed(kwargs.get("error"))
            return await original(*args, **kwargs)

        return cope
