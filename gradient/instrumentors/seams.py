"""How an instrumentor takes hold of its framework: when the framework is imported, seam by seam.

An instrumentor names the leaf modules that own its seams. Once such a module is there, or comes, `activate` is called;
what fails in it costs that seam, with one warning, and never the user's import. The import hooks of a process cannot be
taken back, so there is one for each module, which asks who is installed.

Where a framework has no hook of its own, `Seam` wraps a method: a pure function describes the call as a `Step`, and the
four colours of functions, errors, streams and scopes are `gradient.runtime.calls`' business.
"""

from __future__ import annotations

import sys
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakSet

import wrapt

from gradient.instrumentors.patching import Patches
from gradient.runtime.calls import METHOD_KINDS, UNTRACED, OpenCall, traced
from gradient.runtime.errors import SeamMissing
from gradient.runtime.interfaces import ExecutionTracker, FrameworkInstrumentor
from gradient.runtime.listeners import warn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from gradient.runtime.execution import NodeExecution
    from gradient.runtime.status import Status
    from gradient.runtime.step import Step

_waiting: dict[str, WeakSet[Instrumentor]] = {}


class Instrumentor(FrameworkInstrumentor):
    """Base of our instrumentors: waits for modules, holds patches, tells of missing seams once.

    Attributes:
        name: The framework's name.
        modules: The leaf modules that own its seams.
        missing: The seams that are not there in the installed version.
    """

    name: ClassVar[str]
    modules: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        self.patches = Patches()
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
        wrapt.register_post_import_hook(_arrived, name)
    elif name in sys.modules:
        _activate(instrumentor, sys.modules[name])


def _arrived(module: ModuleType) -> None:
    for instrumentor in list(_waiting.get(module.__name__, ())):
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
    """

    owner: Any
    attribute: str
    describe: Callable[[Call], Step | None]
    outputs: Callable[[Any], Any] = lambda returned: returned
    status: Callable[[Any], Status | None] = lambda _: None


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
        """Wrap one method."""

        def around(original: Any) -> Any:
            function = original.__func__ if isinstance(original, METHOD_KINDS) else original
            wrapped = traced(function, lambda args, kwargs: self.open(seam, args, kwargs))
            return type(original)(wrapped) if function is not original else wrapped

        self.patches.replace(seam.owner, seam.attribute, around)

    def open(self, seam: Seam, args: tuple[Any, ...], kwargs: dict[str, Any]) -> OpenCall:
        """Open one call of a wrapped method."""
        if not self.patches.active:
            return UNTRACED
        is_method = isinstance(seam.owner, type)
        described = seam.describe(Call(args[0], args[1:], kwargs) if is_method else Call(None, args, kwargs))
        execution = None if described is None else self.tracker.start(described)
        return UNTRACED if execution is None else SeamCall(self.tracker, seam, execution)


class SeamCall:
    """A wrapped method that runs."""

    __slots__ = ("_last", "_seam", "_tracker", "scope")

    def __init__(self, tracker: ExecutionTracker, seam: Seam, execution: NodeExecution) -> None:
        self.scope = execution
        self._tracker = tracker
        self._seam = seam
        self._last: Any = None

    def item(self, value: Any) -> None:
        """Remember the last item: where a stream has no return value, that is its result."""
        self._last = value

    def close(self, outputs: Any, error: BaseException | None) -> None:
        """End the execution."""
        result = self._last if outputs is None else outputs
        self._last = None
        seam = self._seam
        status = seam.status(result) if error is None else None
        self._tracker.end(self.scope, None if result is None else seam.outputs(result), error, status=status)
