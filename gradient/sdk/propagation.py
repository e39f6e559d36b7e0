"""One trace across processes: for what is not instrumented, and for the entry of a service.

Clients of HTTP, Celery, subprocesses and pools of processes are told by the instrumentor `propagation`.
Here is what others need: the headers to send, and the ways to go on with those that came.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gradient.runtime.remote import extract, headers_for, told_remote

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Iterable, Iterator

    from gradient.runtime.remote import Carrier, Remote

_WSGI_PREFIX = "HTTP_"


def trace_headers() -> dict[str, str]:
    """Return the headers that tell another process of what runs here; empty outside of any request.

        work.remote(trace_headers())

    In that process: `with continued_trace(headers): ...`
    """
    return headers_for()


@contextmanager
def continued_trace(headers: Carrier) -> Generator[None]:
    """Let requests that begin inside the block belong to the trace that `headers` tell of, if they do.

    Args:
        headers: `traceparent`, and `tracestate` and `baggage` where there are any; other names are left alone.
    """
    with _told(extract(headers)):
        yield


class AsgiTrace:
    """ASGI middleware: requests of a web application go on with their callers' traces.

    app.add_middleware(AsgiTrace)  # Starlette, FastAPI

    Args:
        app: The application.
    """

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        with _told(extract(dict(scope.get("headers") or ()))):
            await self.app(scope, receive, send)


class WsgiTrace:
    """WSGI middleware: requests of a web application go on with their callers' traces.

    app.wsgi_app = WsgiTrace(app.wsgi_app)  # Flask

    Args:
        app: The application.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        remote = extract(
            {name[len(_WSGI_PREFIX) :]: environ[name] for name in environ if name.startswith(_WSGI_PREFIX)}
        )
        with _told(remote):
            body = self.app(environ, start_response)
        return body if remote is None or isinstance(body, list | tuple) else _Body(body, remote)


class _Body:
    """A body that is made while it is sent, in the trace of its request."""

    def __init__(self, body: Iterable[bytes], remote: Remote) -> None:
        self._body = body
        self._remote = remote
        self._items: Iterator[bytes] | None = None

    def __iter__(self) -> _Body:
        return self

    def __next__(self) -> bytes:
        with _told(self._remote):
            if self._items is None:
                self._items = iter(self._body)
            return next(self._items)

    def close(self) -> None:
        close = getattr(self._body, "close", None)
        if close is not None:
            with _told(self._remote):
                close()


@contextmanager
def _told(remote: Remote | None) -> Generator[None]:
    before = told_remote.get()
    told_remote.set(remote)
    try:
        yield
    finally:
        if told_remote.get() is remote:  # else a generator with this block was dropped, and is closed elsewhere
            told_remote.set(before)
