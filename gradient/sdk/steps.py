"""Record a piece of the user's own code, as a block or as a function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from gradient.journal.events import Usage
from gradient.runtime.calls.functions import METHOD_KINDS, UNTRACED, name_of
from gradient.runtime.context import Scope, current_scope, hold, open_scope, running_scope
from gradient.runtime.listening.listeners import warn
from gradient.runtime.manager import get_runtime_manager
from gradient.runtime.step import Step
from gradient.runtime.values.shapes import text_for
from gradient.sdk.calls import Arguments
from gradient.sdk.decorating import NO_CALLABLES, decorate
from gradient.sdk.entrypoints import inner_call

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from gradient.runtime.calls.functions import CallSite, OpenCall
    from gradient.runtime.execution import NodeExecution
    from gradient.runtime.interfaces import ExecutionTracker

F = TypeVar("F", bound="Callable[..., Any] | staticmethod[..., Any] | classmethod[Any, ..., Any]")
_FUNCTIONS: tuple[type[Any], ...] = (*METHOD_KINDS, *NO_CALLABLES)


@overload
def step(name: str, *, kind: str = "step", inputs: Any = None, metadata: dict[str, Any] | None = None) -> NamedStep: ...
@overload
def step(name: F, /, *, kind: str = "step", metadata: dict[str, Any] | None = None) -> F: ...
def step(name: Any, *, kind: str = "step", inputs: Any = None, metadata: dict[str, Any] | None = None) -> Any:
    """Record a block or a function as an execution of the current request.

    As a context manager (`with` or `async with`), the handle takes outputs, usage and events:

        with step("search", kind="retriever", inputs={"query": query}) as search:
            search.outputs = documents

    As a decorator, with a name or bare, arguments and return value or streamed items are recorded. Outside of any
    request it opens one of its own, where root runs are on. An exception goes on as it is.

    Args:
        name: What it is called; or the function, where the decorator stands bare: it is called as that is.
        kind: What kind of work it is: `step`, `node`, `agent`, `llm`, `tool`, `retriever`, ...
        inputs: What it is given, where it is a block.
        metadata: Plain data about it.

    Raises:
        NotTraceable: It stands on something that cannot be called.
    """
    if not isinstance(name, str) and (callable(name) or isinstance(name, _FUNCTIONS)):
        return decorate(
            name, "step", lambda function: _site(function, Step(name_of(function), kind, "custom", None, metadata))
        )
    return NamedStep(Step(name, kind, "custom", inputs, metadata))


class NamedStep:
    """What `step` gives for a name: a block, and a decorator."""

    def __init__(self, described: Step) -> None:
        self._step = described
        self._handles: list[StepHandle] = []

    def __call__(self, function: F) -> F:
        """Trace a function."""
        decorated: F = decorate(function, "step", lambda inner: _site(inner, self._step))
        return decorated

    def __enter__(self) -> StepHandle:
        """Begin the block."""
        handle = None
        try:
            handle = StepHandle(self._step)
            self._handles.append(handle)
            return handle  # noqa: TRY300 - an interrupt at this line is caught, too
        except BaseException as error:  # an interrupt
            if handle is not None:
                handle.close(error)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the block; its exception goes on."""
        handles = self._handles
        handle = handles[0] if len(handles) == 1 else self._innermost()
        try:
            handles.remove(handle)
            handle.close(error)
        except BaseException as interrupt:
            handle.close(interrupt)
            raise

    async def __aenter__(self) -> StepHandle:
        """Begin the block."""
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the block; its exception goes on."""
        self.__exit__(kind, error, trace)

    def _innermost(self) -> StepHandle:
        """Return the handle of the running code: threads, tasks and inner blocks may have entered the same step."""
        scope = current_scope.get()
        for handle in self._handles:
            if handle.execution is not None and handle.execution is scope:
                return handle
        return self._handles[-1]


class StepHandle:
    """What a running block of `step` is told.

    Attributes:
        outputs: What the block produced; recorded at its end.
        execution: The execution, or None where it is not recorded.
    """

    def __init__(self, described: Step) -> None:
        """Begin; whatever fails in here costs the record, not the block."""
        self.outputs: Any = None
        self.execution: NodeExecution | None = None
        self._tracker: ExecutionTracker | None = None
        try:
            self._callers = current_scope.get()
            scope = open_scope(running_scope())
            manager = _manager_of(scope)
            if manager.settings.enabled:
                self._tracker = tracker = manager.get_tracker()
                self.execution = execution = tracker.start(described, scope)
                if execution is not None:
                    hold(execution)
        except Exception as error:  # noqa: BLE001
            warn(f"the step {text_for(described.name)} could not be recorded: {error!r}.")
        except BaseException as error:
            self.close(error)
            raise

    def set_usage(  # noqa: PLR0913 - what can be said of a call's cost
        self,
        *,
        input_tokens: int | None = None,
        output_tokens: int | None = None,
        cache_read_tokens: int | None = None,
        cache_write_tokens: int | None = None,
        reasoning_tokens: int | None = None,
        cost_usd: float | None = None,
        model: str | None = None,
        provider: str | None = None,
    ) -> None:
        """Say what an LLM call of the user's own cost; `input_tokens` is the total, cached tokens included."""
        if self.execution is not None:
            self.execution.usage = Usage(
                input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, cost_usd
            )
            if model is not None:
                self.execution.model = model
            if provider is not None:
                self.execution.provider = provider

    def set_metadata(self, /, **metadata: Any) -> None:
        """Add plain data about the block."""
        if self.execution is not None:
            self.execution.metadata = {**self.execution.metadata, **metadata}

    def event(self, name: str, /, **attributes: Any) -> None:
        """Note that something happened, now."""
        if self.execution is not None:
            _manager_of(self.execution).update(self.execution, "event", name, attributes)

    def close(self, error: BaseException | None) -> None:
        """End; what was current before the block is current again."""
        execution, tracker = self.execution, self._tracker
        if execution is None or tracker is None:
            return
        try:
            if current_scope.get() is execution:
                current_scope.set(self._callers)
            tracker.end(execution, self.outputs, error)
        except Exception as failure:  # noqa: BLE001
            warn(f"the end of the step {execution.node_name} could not be recorded: {failure!r}.")


def _site(function: Callable[..., Any], described: Step) -> CallSite:
    arguments = Arguments(function)

    def open_call(args: tuple[Any, ...], kwargs: dict[str, Any]) -> OpenCall:
        manager = _manager_of(open_scope(running_scope()))
        if not manager.settings.enabled:
            return UNTRACED
        inputs = arguments.bind(args, kwargs)
        return inner_call(
            manager, described.name, inputs, outputs=True, kind=described.kind, metadata=described.metadata
        )

    return open_call


def _manager_of(scope: Scope | None) -> Any:
    request = None if scope is None else scope.request
    return get_runtime_manager() if request is None or request.manager is None else request.manager
