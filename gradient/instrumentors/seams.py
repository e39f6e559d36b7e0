"""How an instrumentor takes hold of its framework: when the framework is imported, seam by seam.

An instrumentor names the leaf modules that own its seams. Once such a module is there, or comes, `activate` is called;
what fails in it costs that seam, with one warning, and never the user's import. The import hooks of a process cannot be
taken back, so there is one for each module, which asks who is installed.

Where a framework has no hook of its own, `Seam` wraps a method: a pure function describes the call as a `Step`, and the
four colours of functions, errors, streams and scopes are `gradient.runtime.calls.functions`' business.
"""

from __future__ import annotations

import sys
from abc import abstractmethod
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakSet

import wrapt

from gradient.instrumentors.plumbing.blocks import traced_awaited, traced_block
from gradient.instrumentors.plumbing.overrides import Overrides
from gradient.instrumentors.plumbing.patching import Patches
from gradient.runtime.calls.functions import METHOD_KINDS, UNTRACED, CallSite, OpenCall, traced
from gradient.runtime.context import running_scope
from gradient.runtime.errors import SeamMissing
from gradient.runtime.execution import NodeExecution
from gradient.runtime.interfaces import ExecutionTracker, FrameworkInstrumentor
from gradient.runtime.listening.listeners import warn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from gradient.runtime.status import Status
    from gradient.runtime.step import Step

_waiting: dict[str, WeakSet[Instrumentor]] = {}


class Instrumentor(FrameworkInstrumentor):
    """Base of our instrumentors: waits for modules, holds patches, tells of missing seams once.

    Attributes:
        name: The framework's name.
        modules: The leaf modules that own its seams.
        patches: What it wraps; `overrides` what it wraps in subclasses too.
        missing: The seams that are not there in the installed version.
    """

    name: ClassVar[str]
    modules: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        self.patches = Patches()
        self.overrides = Overrides(self.patches, self.try_seam)
        self.missing: list[str] = []
        self.tracker: Any = None

    @property
    def framework_name(self) -> str:
        """The framework's name."""
        return self.name

    def install(self, tracker: ExecutionTracker) -> None:
        """Start listening, now or as soon as the framework is imported."""
        self.tracker = tracker
        self._installed = True
        self.patches.active = True
        for module in self.modules:
            _when_imported(module, self)

    def uninstall(self) -> None:
        """Stop listening and put everything back."""
        self._installed = False
        self.patches.undo()
        self.deactivate()

    @abstractmethod
    def activate(self, module: ModuleType) -> None:
        """Take hold of the seams that `module` owns. Called again for a module that was known before a reinstall."""

    def deactivate(self) -> None:
        """Let go of what is no patch."""

    def try_seam(self, take_hold: Callable[[], None]) -> None:
        """Run what takes hold of one seam; where it is missing, the others go on."""
        try:
            take_hold()
        except SeamMissing as error:
            if error.seam not in self.missing:
                self.missing.append(error.seam)
                warn(str(error))
        except Exception as error:  # noqa: BLE001 - never the user's import
            warn(f"a seam of {self.name} cannot be used: {error!r}.")


def _when_imported(name: str, instrumentor: Instrumentor) -> None:
    known = name in _waiting
    _waiting.setdefault(name, WeakSet()).add(instrumentor)
    if not known:
        wrapt.register_post_import_hook(partial(_arrived, name), name)  # some modules say they are others
    elif name in sys.modules:
        _activate(instrumentor, sys.modules[name])


def _arrived(name: str, module: ModuleType) -> None:
    for instrumentor in list(_waiting.get(name, ())):
        _activate(instrumentor, module)


def _activate(instrumentor: Instrumentor, module: ModuleType) -> None:
    if instrumentor.is_installed():
        instrumentor.try_seam(lambda: instrumentor.activate(module))


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a wrapped method.

    Attributes:
        instance: The object it was called on, or None for a function.
        args: Its positional arguments, without the object.
        kwargs: Its keyword arguments.
    """

    instance: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def argument(self, name: str, position: int = 0) -> Any:
        """Return an argument by its name, or else by its place; None where it was not given."""
        if name in self.kwargs:
            return self.kwargs[name]
        return self.args[position] if position < len(self.args) else None


@dataclass(frozen=True, slots=True)
class Seam:
    """A method to wrap.

    Attributes:
        owner: Class or module.
        attribute: Name of the method or function.
        describe: Returns the step that a call is, or None for a call that is none.
        outputs: Returns what is recorded of the returned value, or of a stream's last item.
        status: Returns what such a value says became of the call, or None where it says nothing.
        is_result: Tells whether an item of a stream is its result: with that it is over, whether or not its consumer
            asks for more. None where the last item is nothing special.
        overrides: Whether the methods of subclasses that stand in its place are wrapped too, now and later.
        nests: Whether a call inside another call on the same object is work of its own, and no part of that.
        is_block: Whether what is returned is an `async with` block, whose first item is what it gives.
        is_awaited: Whether what is awaited may be an async generator, at whose end the call is over.
        site: What opens a call that is no step of its own, instead of `describe`.
        call: What records one call.
    """

    owner: Any
    attribute: str
    describe: Callable[[Call], Step | None] = lambda _: None
    outputs: Callable[[Any], Any] = lambda returned: returned
    status: Callable[[Any], Status | None] = lambda _: None
    is_result: Callable[[Any], bool] | None = None
    overrides: bool = False
    nests: bool = True
    is_block: bool = False
    is_awaited: bool = False
    site: CallSite | None = None
    call: Callable[[ExecutionTracker, Seam, NodeExecution], SeamCall] | None = None


class SeamInstrumentor(Instrumentor):
    """An instrumentor that is a list of seams."""

    @abstractmethod
    def seams(self, module: ModuleType) -> Iterator[Seam]:
        """Yield the seams that `module` owns."""

    def activate(self, module: ModuleType) -> None:
        """Wrap the seams."""
        for seam in self.seams(module):
            self.try_seam(lambda seam=seam: self.wrap(seam))  # type: ignore[misc]

    def wrap(self, seam: Seam) -> None:
        """Wrap one method, and those that override it."""
        replace = self.overrides.replace if seam.overrides else self.patches.replace
        replace(seam.owner, seam.attribute, partial(self._around, seam))

    def _around(self, seam: Seam, original: Any) -> Any:
        function = original.__func__ if isinstance(original, METHOD_KINDS) else original
        plain = traced_awaited if seam.is_awaited else partial(traced, is_stream=seam.is_result is not None)
        wrapped = (traced_block if seam.is_block else plain)(function, partial(self.open, seam))
        return type(original)(wrapped) if function is not original else wrapped

    def open(self, seam: Seam, args: tuple[Any, ...], kwargs: dict[str, Any]) -> OpenCall:
        """Open one call of a wrapped method."""
        if not self.patches.active:
            return UNTRACED
        if seam.site is not None:
            return seam.site(args, kwargs)
        is_method = isinstance(seam.owner, type)
        if not seam.nests and self._is_part(args[0]):
            return UNTRACED
        described = seam.describe(Call(args[0], args[1:], kwargs) if is_method else Call(None, args, kwargs))
        if described is None:
            return UNTRACED

        def make(execution: NodeExecution) -> OpenCall:
            if not seam.nests:
                execution.run_id = id(args[0])  # the object lives while the call runs
            return (seam.call or SeamCall)(self.tracker, seam, execution)

        opened: OpenCall = self.tracker.open_call(described, make, UNTRACED)
        return opened

    def _is_part(self, instance: Any) -> bool:
        """Tell whether what runs is another call on the same object."""
        scope = running_scope()
        return (
            type(scope) is NodeExecution
            and scope.run_id == id(instance)
            and scope.framework == self.name
            and scope.ended_ns is None
        )


class SeamCall:
    """A wrapped method that runs.

    Attributes:
        scope: Its execution.
        tracker: Who is told of its end.
    """

    def __init__(self, tracker: ExecutionTracker, seam: Seam, execution: NodeExecution) -> None:
        self.scope = execution
        self.tracker = tracker
        self._seam = seam
        self._last: Any = None
        self._is_over = False

    def item(self, value: Any) -> None:
        """Remember the last item: where a stream has no return value, that is its result."""
        self._last = value
        if self._seam.is_result is not None and self._seam.is_result(value):
            self.close(value, None)

    def close(self, outputs: Any, error: BaseException | None) -> None:
        """End the execution, unless the stream's result has."""
        if self._is_over:
            return
        result = self._last if outputs is None else outputs
        try:
            self.end(result, error)
        except Exception:
            self.tracker.end(self.scope, None, error)  # what cannot be described has ended all the same
            self._is_over = True
            raise
        self._is_over = True
        self._last = None

    def end(self, result: Any, error: Any) -> None:
        """Tell the tracker; for calls that learn more from a result than what is recorded of it.

        Args:
            result: What was returned, or the last item of a stream; None for nothing.
            error: The exception it ended with, or a text, or None.
        """
        outputs = None if result is None else self._seam.outputs(result)
        self.tracker.end(self.scope, outputs, error, status=self.status(result) if error is None else None)

    def status(self, result: Any) -> Status | None:
        """Return what became of a call that raised nothing, or None where nothing but its end is known."""
        return self._seam.status(result)
