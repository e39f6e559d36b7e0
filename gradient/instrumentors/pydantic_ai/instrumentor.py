"""Trace Pydantic AI: runs of agents, requests to models, tools and embeddings.

    Agent.iter                          an agent's run: `run`, `run_sync`, `run_stream` and the others go through it
    AgentRun.next, __anext__            where its nodes run, so that what they call belongs to it
    Model.request, request_stream       a request to a model, in each class that makes one
    StreamedResponse                    how the answer is read, maybe in another task than the one that asked for it
    AbstractToolset.call_tool           a tool, whatever toolset it comes from
    EmbeddingModel.embed                embeddings
    AbstractAgent._infer_name           finds an agent's name in its caller's variables, for which our frames are none

Its own instrumentation for OpenTelemetry is left to the user: a process has one setting of it, and who has pointed that
at another tool keeps it.
"""

from __future__ import annotations

import functools
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakValueDictionary

from gradient.instrumentors.client_calls import Watch
from gradient.instrumentors.messages import register_provider_messages
from gradient.instrumentors.pydantic_ai import fields
from gradient.instrumentors.pydantic_ai.messages import describe_response, usage_of
from gradient.instrumentors.seams import Call, Seam, SeamCall, SeamInstrumentor
from gradient.runtime.calls.functions import UNTRACED, OpenCall, Within
from gradient.runtime.context import deepest, running_scope
from gradient.runtime.execution import NodeExecution
from gradient.runtime.importlib_bootstrap import outermost
from gradient.runtime.status import register_control_flow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from gradient.runtime.step import Step

_AGENTS = "pydantic_ai.agent"
_RUNS = "pydantic_ai.run"
_MODELS = "pydantic_ai.models"
_TOOLSETS = "pydantic_ai.toolsets.abstract"
_EMBEDDINGS = "pydantic_ai.embeddings.base"
_ATTRIBUTE = "_gradient_call"


class PydanticAIInstrumentor(SeamInstrumentor):
    """Records the runs of agents, and what these do."""

    name: ClassVar[str] = "pydantic-ai"
    modules: ClassVar[tuple[str, ...]] = (_AGENTS, _RUNS, _MODELS, _TOOLSETS, _EMBEDDINGS)

    def __init__(self) -> None:
        super().__init__()
        self._runs: WeakValueDictionary[str, NodeExecution] = WeakValueDictionary()
        self._forget: Callable[[], None] | None = None

    def activate(self, module: ModuleType) -> None:
        """Wrap what `module` owns."""
        register_provider_messages(self.tracker)
        self._forget = self._forget or register_control_flow(fields.status_of_error)
        super().activate(module)
        if module.__name__ == _AGENTS and hasattr(module, "AbstractAgent"):
            self.try_seam(lambda: self.patches.replace(module.AbstractAgent, "_infer_name", self._beyond_us))

    def deactivate(self) -> None:
        """Take its control flow for errors again."""
        if self._forget is not None:
            self._forget()
        self._forget = None

    def seams(self, module: Any) -> Iterator[Seam]:
        """Yield the methods that `module` owns."""
        place = module.__name__
        if place == _AGENTS:
            call = partial(RunCall, self._runs)
            outputs, status = fields.output_of_run, fields.status_of_run
            yield Seam(module.Agent, "iter", fields.describe_run, outputs, status, is_block=True, call=call)
        elif place == _RUNS:
            yield Seam(module.AgentRun, "next", site=self._within_run)
            yield Seam(module.AgentRun, "__anext__", site=self._within_run)
        elif place == _MODELS:
            describe = self._in_run(fields.describe_request, fields.run_of_request)
            yield Seam(
                module.Model, "request", describe, describe_response, overrides=True, nests=False, call=RequestCall
            )
            yield Seam(
                module.Model, "request_stream", describe, is_block=True, overrides=True, nests=False, call=StreamCall
            )
            yield Seam(module.StreamedResponse, "_get_event_iterator", site=_read, overrides=True)
        elif place == _TOOLSETS:
            describe = self._in_run(fields.describe_tool, fields.run_of_tool)
            yield Seam(module.AbstractToolset, "call_tool", describe, overrides=True)
        else:
            owner = module.EmbeddingModel
            yield Seam(
                owner, "embed", fields.describe_embedding, fields.describe_vectors, overrides=True, call=RequestCall
            )

    def _beyond_us(self, original: Callable[..., None]) -> Callable[..., None]:
        """Return a method that looks where it would without us, if what we wrapped is a method of the agent."""

        @functools.wraps(original)
        def infer_name(*args: Any, **kwargs: Any) -> None:
            if self.patches.active and len(args) > 1:
                args = (args[0], outermost(args[1]), *args[2:])
            return original(*args, **kwargs)

        return infer_name

    def _in_run(
        self, describe: Callable[[Call], Step | None], run_of: Callable[[Call], str | None]
    ) -> Callable[[Call], Step | None]:
        """Let a step belong to the run that it says it is of: what is current may be the run's consumer."""

        def described(call: Call) -> Step | None:
            step, run = describe(call), self._runs.get(run_of(call) or "")
            if step is not None and run is not None and run.ended_ns is None:
                step.parent = deepest(run, running_scope())
            return step

        return described

    def _within_run(self, args: tuple[Any, ...], _: dict[str, Any]) -> OpenCall:
        run = self._runs.get(args[0].run_id)
        return UNTRACED if run is None or deepest(run, running_scope()) is not run else Within(run)


class RunCall(SeamCall):
    """A run of an agent."""

    def __init__(self, runs: WeakValueDictionary[str, NodeExecution], *call: Any) -> None:
        super().__init__(*call)
        self._runs = runs

    def item(self, value: Any) -> None:
        """Note which run it is."""
        super().item(value)
        self._runs[value.run_id] = self.scope


class RequestCall(SeamCall):
    """A request to a model."""

    def end(self, result: Any, error: Any) -> None:
        """Note tokens, and which model answered."""
        self.scope.model = getattr(result, "model_name", None) or self.scope.model
        self.scope.usage = usage_of(result) or self.scope.usage
        super().end(result, error)


class StreamCall(SeamCall):
    """A request to a model whose answer is read bit by bit: it is over when the answer is, or is let go of."""

    def __init__(self, *call: Any) -> None:
        super().__init__(*call)
        self._stream: Any = None

    def item(self, value: Any) -> None:
        """Keep the stream, and be found by who reads it."""
        self._stream = value
        value.__dict__[_ATTRIBUTE] = self

    def close(self, outputs: Any, error: BaseException | None) -> None:  # noqa: ARG002 - a block returns nothing
        """Note that the block was left; what has not been read by then will not be."""
        is_read = self._stream is None or getattr(self._stream, "_finished", False)
        self._close(error or (None if is_read else GeneratorExit()))

    def read(self) -> Watch:
        """Watch the answer being read."""
        return Watch(lambda _, error: self._close(error), self.scope, self._note)

    def end(self, result: Any, error: Any) -> None:
        """Tell of the answer as far as it came."""
        response = None if result is None else result.get()
        self.scope.model = getattr(response, "model_name", None) or self.scope.model
        self.scope.usage = usage_of(response)
        self.tracker.end(self.scope, None if response is None else describe_response(response), error)

    def _note(self, _: Any) -> None:
        if self.scope.first_token_ns is None:
            self.scope.first_token_ns = self.tracker.tracking.clock.monotonic_ns()

    def _close(self, error: BaseException | None) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.__dict__.pop(_ATTRIBUTE, None)
        super().close(stream, error)


def _read(args: tuple[Any, ...], _: dict[str, Any]) -> OpenCall:
    call: StreamCall | None = args[0].__dict__.get(_ATTRIBUTE)
    return UNTRACED if call is None else call.read()
