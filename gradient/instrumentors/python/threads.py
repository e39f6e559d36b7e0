"""Let work in threads, pools and queues run in the request that asked for it.

    a thread          runs where it was started
    work for a pool   runs where it was handed in, whichever worker takes it; workers themselves stand nowhere
    work on a queue   runs where it was put there, see `gradient.runtime.calls.standing.adopt`

Only what is ours is carried, nothing else of the context.
"""

from __future__ import annotations

import _thread
import functools
from typing import TYPE_CHECKING, Any, ClassVar

from gradient.instrumentors.plumbing.overrides import family, watched
from gradient.instrumentors.python.dying import goes_back, notes_registrar
from gradient.instrumentors.python.handovers import Part, carries, items
from gradient.instrumentors.python.queues import follows_putter, has_pair, notes_putter
from gradient.instrumentors.seams import Instrumentor
from gradient.runtime.calls.serving import asks, begin, is_of_pool
from gradient.runtime.calls.standing import Standing, carried, stand, standing
from gradient.runtime.context import register_tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

_ATTRIBUTE = "_gradient_standing"
# Whose class each queue of a module is made of.
_QUEUES = {"asyncio.queues": "Queue", "janus": "Queue", "queue": "Queue"}
_WORK = (Part(0, "func"), Part(3, "callback"), Part(4, "error_callback"))
_LAZY_WORK = (Part(0, "func"), Part(1, "iterable", items))
# Module -> class, methods, and which of their arguments are work.
_HANDOVERS: dict[str, list[tuple[str, tuple[str, ...], tuple[Part, ...]]]] = {
    "concurrent.futures._base": [("Future", ("add_done_callback",), (Part(0, "fn"),))],
    "concurrent.futures.thread": [("ThreadPoolExecutor", ("submit",), (Part(0),))],
    "multiprocessing.pool": [
        ("ThreadPool", ("apply_async", "map", "map_async", "starmap", "starmap_async"), _WORK),
        ("ThreadPool", ("imap", "imap_unordered"), _LAZY_WORK),
    ],
    "gevent.threadpool": [("ThreadPool", ("spawn",), (Part(0),))],
    "gevent.pool": [
        ("Group", ("spawn",), (Part(0),)),
        ("GroupMappingMixin", ("map", "map_async", "imap", "imap_unordered"), (Part(0, "func"),)),
        ("GroupMappingMixin", ("apply_async",), (Part(0, "func"), Part(3, "callback"))),  # full, it spawns outside
    ],
    "eventlet.greenpool": [("GreenPool", ("spawn", "spawn_n", "starmap"), (Part(0, "function"),))],
}


class ThreadsInstrumentor(Instrumentor):
    """Carries where work was asked for into threads, pools of threads, and what takes from queues."""

    name: ClassVar[str] = "threads"
    modules: ClassVar[tuple[str, ...]] = ("threading", "weakref", *_QUEUES, *_HANDOVERS)

    def activate(self, module: ModuleType) -> None:
        """Wrap the methods by which work is handed over."""
        if module.__name__ == "asyncio.queues":
            _learn_tasks()
        if module.__name__ in _QUEUES:
            self._follow(getattr(module, _QUEUES[module.__name__]))
        for owner, attribute, wrap in self._seams(module):
            self.try_seam(lambda seam=(owner, attribute, wrap): self.patches.replace(*seam))  # type: ignore[misc]

    def _seams(self, module: Any) -> Iterator[tuple[Any, str, Callable[[Any], Any]]]:
        """Yield class, method and wrapper, for what a module owns."""
        if module.__name__ == "threading":
            yield module.Thread, "start", self._wrap_start
            yield module.Thread, "_bootstrap_inner", _wrap_bootstrap
            yield _thread, "start_new_thread", self._wrap_bare_start
        elif module.__name__ == "weakref":
            yield module.finalize, "_Info", functools.partial(notes_registrar, self.patches)
            yield module.finalize, "__call__", functools.partial(goes_back, self.patches)
        for owner, methods, parts in _HANDOVERS.get(module.__name__, ()):
            for method in methods:
                yield getattr(module, owner), method, carries(self.patches, *parts)

    def _follow(self, queue: type[Any]) -> None:
        """Follow a class of queues and those that are made of it, now and later."""
        if not has_pair(queue):
            return
        for kind in family(queue):
            self._joined(kind)
        self.try_seam(
            lambda: self.patches.replace(
                queue, "__init_subclass__", lambda original: watched(queue, original, self._joined)
            )
        )

    def _joined(self, kind: type[Any]) -> None:
        patches = self.patches
        if patches.active and has_pair(kind):
            for name, wrap in (("_put", notes_putter), ("_get", follows_putter)):
                wrapping = functools.partial(wrap, patches, kind)
                self.try_seam(lambda seam=(kind, name, wrapping): patches.replace(*seam))  # type: ignore[misc]

    def _wrap_start(self, original: Callable[..., Any]) -> Callable[..., Any]:
        patches = self.patches

        @functools.wraps(original)
        def start(self: Any) -> None:
            if patches.active:
                asks()
                if not is_of_pool(self) and (where := standing()) is not None:
                    self.__dict__[_ATTRIBUTE] = where
            original(self)

        return start

    def _wrap_bare_start(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap what starts a thread without a `Thread`; those of `threading` are started by a name of its own."""
        patches = self.patches

        @functools.wraps(original)
        def start_new_thread(function: Any, /, *given: Any) -> Any:
            where = None
            if patches.active and callable(function):
                asks()
                where = standing()
            return original(function if where is None else carried(function, where), *given)

        return start_new_thread


def _wrap_bootstrap(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def _bootstrap_inner(self: Any) -> None:
        where: Standing | None = self.__dict__.pop(_ATTRIBUTE, None)
        if where is not None:
            stand(where)
            begin(where)
        original(self)

    return _bootstrap_inner


def _learn_tasks() -> None:
    from asyncio import events, tasks

    def current_task() -> Any:
        loop = events._get_running_loop()  # noqa: SLF001 - the public one raises outside of a loop
        return None if loop is None else tasks.current_task(loop)

    register_tasks(current_task)
