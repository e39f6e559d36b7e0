"""Tell other processes which trace a call belongs to: the W3C headers `traceparent`, `tracestate` and `baggage`.

    HTTP              headers, for hosts of a private network and those that settings name; see `propagation_http`
    Celery            a header of the message, taken up by the worker
    subprocess        variables of the child's environment
    multiprocessing   with the work, where a child does not inherit it: spawned ones, and workers of pools

Nothing is changed where somebody else has told already, nor outside of any request. What may fail here is caught: the
call goes on as it is.
"""

from __future__ import annotations

import functools
from fnmatch import fnmatchcase
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from gradient.instrumentors.python.child_environment import with_variables
from gradient.instrumentors.python.propagation_http import Hops
from gradient.instrumentors.seams import Instrumentor
from gradient.runtime.context import current_scope, running_scope
from gradient.runtime.importlib_bootstrap import passed_over
from gradient.runtime.listening.listeners import warn
from gradient.runtime.remote import PARENT, extract, headers_for, told_remote

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

_HTTPX = ("httpx", "httpx2")
_REQUESTS = "requests.adapters"
_AIOHTTP = "aiohttp.client_reqrep"
_PRIVATE_SUFFIXES = (".local", ".localhost", ".internal", ".lan", ".home.arpa", ".svc", ".test")
_FORKED = "fork"
_POOL_METHODS = ("apply_async", "map", "map_async", "starmap", "starmap_async", "imap", "imap_unordered")
_POOLS = ("concurrent.futures.process", "multiprocessing.pool", __name__)  # their workers outlive what started them


class PropagationInstrumentor(Instrumentor):
    """Adds headers to what leaves this process from inside a request."""

    name: ClassVar[str] = "propagation"
    modules: ClassVar[tuple[str, ...]] = (
        "subprocess",
        "multiprocessing.process",
        "multiprocessing.pool",
        "concurrent.futures.process",
        *_HTTPX,
        _REQUESTS,
        _AIOHTTP,
        "celery.signals",
    )

    def __init__(self) -> None:
        super().__init__()
        self._hops = Hops(self.patches, self._may_tell)
        self._signals: list[tuple[Any, Any]] = []

    def activate(self, module: ModuleType) -> None:
        """Wrap the one or two methods through which a module's calls leave."""
        place, hops = module.__name__, self._hops
        if place == "celery.signals":
            self._listen_to_celery(module)
        elif place in _HTTPX:
            for owner in (module.Client, module.AsyncClient):
                self.try_seam(partial(self.patches.replace, owner, "_send_single_request", hops.sending))
        elif place == _REQUESTS:
            self.try_seam(partial(self.overrides.replace, module.BaseAdapter, "send", hops.sending))
        elif place == _AIOHTTP:
            self.try_seam(partial(self.patches.replace, module.ClientRequest, "__init__", hops.preparing))
        else:
            self._wrap_work(module)

    def _wrap_work(self, module: ModuleType) -> None:
        for name, owner, attribute, before in self._seams():
            if name == module.__name__:
                seam = (getattr(module, owner), attribute, before)
                self.try_seam(lambda seam=seam: self._wrap(*seam))  # type: ignore[misc]

    def deactivate(self) -> None:
        """Take the Celery handlers back."""
        while self._signals:
            signal, handler = self._signals.pop()
            signal.disconnect(handler)

    def _seams(self) -> Sequence[tuple[str, str, str, Callable[[Any, Any], tuple[Any, Any]]]]:
        """Return module, class, method, and what changes the arguments of a call of it."""
        return (
            ("subprocess", "Popen", "__init__", with_variables),
            ("multiprocessing.process", "BaseProcess", "start", _with_carried_target),
            *(("multiprocessing.pool", "Pool", method, _with_carried_task) for method in _POOL_METHODS),
            ("concurrent.futures.process", "ProcessPoolExecutor", "submit", _with_carried_work),
        )

    def _wrap(self, owner: Any, attribute: str, before: Callable[[Any, Any], tuple[Any, Any]]) -> None:
        patches = self.patches

        def around(original: Any) -> Any:
            @functools.wraps(original)
            def call(*args: Any, **kwargs: Any) -> Any:
                if patches.active and running_scope() is not None:
                    try:
                        args, kwargs = before(args, kwargs)
                    except Exception as error:  # noqa: BLE001 - the call goes on without
                        warn(f"a trace could not be passed on through {owner.__name__}.{attribute}: {error!r}.")
                return original(*args, **kwargs)

            return call

        patches.replace(owner, attribute, around)

    def _may_tell(self, url: str) -> bool:
        host = (urlsplit(url).hostname or "").lower()
        patterns = tuple(self.tracker.tracking.settings.propagate_to)
        return is_private(host) or any(fnmatchcase(host, pattern.lower()) for pattern in patterns)

    def _listen_to_celery(self, signals: Any) -> None:
        pairs = (
            (signals.before_task_publish, _celery_publishes),
            (signals.task_prerun, _celery_begins),
            (signals.task_postrun, _celery_ends),
        )
        for signal, handler in pairs:
            signal.connect(handler, weak=False)
            self._signals.append((signal, handler))


@functools.lru_cache(maxsize=1_024)
def is_private(host: str) -> bool:
    """Tell whether a host is none of the public internet: by its address, or by a name that nobody can register."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return bool(host) and ("." not in host or host.endswith(_PRIVATE_SUFFIXES) or ".svc." in host)


class Carried:
    """Work for another process, in the trace that it was handed out in; can be pickled if the work can.

    A pool's worker that was forked inherited the request that happened to start it: for this work, that is none.
    """

    def __init__(self, headers: dict[str, str], function: Callable[..., Any]) -> None:
        self._headers = headers
        self._function = function

    @passed_over
    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        scope, remote = current_scope.get(), told_remote.get()
        current_scope.set(None)
        told_remote.set(extract(self._headers))
        try:
            return self._function(*args, **kwargs)
        finally:
            current_scope.set(scope)
            told_remote.set(remote)


def _with_carried_target(args: Any, kwargs: Any) -> tuple[Any, Any]:
    """Let a child that inherits nothing have the trace with its work."""
    child = args[0]
    method = getattr(child, "_start_method", None) or _default_start_method()
    target = getattr(child, "_target", None)
    if method != _FORKED and target is not None and getattr(target, "__module__", "") not in _POOLS:
        child._target = Carried(headers_for(), target)  # noqa: SLF001 - there is no public way to it
    return args, kwargs


def _default_start_method() -> str:
    from multiprocessing import get_start_method

    return get_start_method()


def _with_carried_task(args: Any, kwargs: Any) -> tuple[Any, Any]:
    """Let a worker of a pool have the trace with its work; a pool of threads is in this process."""
    from multiprocessing.pool import ThreadPool

    if isinstance(args[0], ThreadPool):
        return args, kwargs
    if len(args) == 1:
        return args, {**kwargs, "func": Carried(headers_for(), kwargs["func"])}
    pool, function, *rest = args
    return (pool, Carried(headers_for(), function), *rest), kwargs


def _with_carried_work(args: Any, kwargs: Any) -> tuple[Any, Any]:
    executor, function, *rest = args
    return (executor, Carried(headers_for(), function), *rest), kwargs


def _celery_publishes(headers: Any = None, **_: Any) -> None:
    """Add to the headers of a task that is sent."""
    if headers is not None and running_scope() is not None:
        for name, value in headers_for().items():
            headers.setdefault(name, value)


def _celery_begins(task: Any = None, **_: Any) -> None:
    """Let what the task does belong to the trace that it was sent from."""
    request = getattr(task, "request", None)
    told = {name: getattr(request, name, None) for name in (PARENT, "tracestate", "baggage")}
    told_remote.set(extract({name: value for name, value in told.items() if isinstance(value, str)}))


def _celery_ends(**_: Any) -> None:
    """The worker goes on to something else."""
    told_remote.set(None)
