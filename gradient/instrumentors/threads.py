"""Let threads and thread pools run in the request that started them.

Only our own scope is carried, nothing else of the context. A pool's worker lives longer than the work that happened to
start it: so no scope is carried while a pool starts a worker; it goes with each piece of work instead.
"""

from __future__ import annotations

import concurrent.futures
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, ClassVar

from gradient.instrumentors.seams import Instrumentor
from gradient.runtime.context import current_scope, running_scope
from gradient.runtime.importlib_bootstrap import passed_over

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from gradient.runtime.context import Scope

_ATTRIBUTE = "_gradient_scope"
_starts_worker: ContextVar[bool] = ContextVar("gradient_starts_worker", default=False)


class ThreadsInstrumentor(Instrumentor):
    """Carries the scope into `threading.Thread` and `ThreadPoolExecutor.submit` (and so `map`, `run_in_executor`)."""

    name: ClassVar[str] = "threads"
    modules: ClassVar[tuple[str, ...]] = ("concurrent.futures.thread",)

    def activate(self, module: ModuleType) -> None:  # noqa: ARG002 - there is only one
        """Wrap the three methods through which threads begin."""
        replace = self.patches.replace
        self.try_seam(lambda: replace(concurrent.futures.ThreadPoolExecutor, "submit", self._wrap_submit))
        self.try_seam(lambda: replace(threading.Thread, "start", self._wrap_start))
        self.try_seam(lambda: replace(threading.Thread, "_bootstrap_inner", self._wrap_bootstrap))

    def _wrap_submit(self, original: Callable[..., Any]) -> Callable[..., Any]:
        patches = self.patches

        def submit(self: Any, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
            scope = running_scope() if patches.active else None
            if scope is None:
                return original(self, fn, *args, **kwargs)
            _starts_worker.set(True)
            try:
                return original(self, Carried(scope, fn), *args, **kwargs)
            finally:
                _starts_worker.set(False)

        return _like(submit, original)

    def _wrap_start(self, original: Callable[..., Any]) -> Callable[..., Any]:
        patches = self.patches

        def start(self: threading.Thread) -> None:
            scope = running_scope() if patches.active and not _starts_worker.get() else None
            if scope is not None:
                self.__dict__[_ATTRIBUTE] = scope
            original(self)

        return _like(start, original)

    def _wrap_bootstrap(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def _bootstrap_inner(self: threading.Thread) -> None:
            scope = self.__dict__.pop(_ATTRIBUTE, None)
            if scope is not None:
                current_scope.set(scope)
            original(self)

        return _like(_bootstrap_inner, original)


class Carried:
    """A function that runs in the scope it was submitted from."""

    __slots__ = ("_function", "_scope")

    def __init__(self, scope: Scope, function: Callable[..., Any]) -> None:
        self._scope = scope
        self._function = function

    @passed_over
    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        before = current_scope.get()
        current_scope.set(self._scope)
        try:
            return self._function(*args, **kwargs)
        finally:
            current_scope.set(before)


def _like(wrapper: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    """Give a wrapper the looks of the original; not `wraps`, whose `__wrapped__` would hide the signature we keep."""
    for attribute in ("__module__", "__name__", "__qualname__", "__doc__"):
        setattr(wrapper, attribute, getattr(original, attribute))
    return wrapper
