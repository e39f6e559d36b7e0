"""A socket, a server, and the address to open."""

import errno
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

import uvicorn
from starlette.concurrency import run_in_threadpool

from gradient.runtime.bearer import LOOPBACK, token_for
from gradient.ui.application import Shown, application

DEFAULT_PORT = 4319
_CLOSING_S = 2


class PortTaken(Exception):
    """Somebody else listens there already."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        super().__init__(f"Port {port} of {host} is taken.")


@dataclass(frozen=True, slots=True)
class Address:
    """Where the page is.

    Attributes:
        url: What to open, with the token where there is one.
        is_private: Whether only this machine can open it.
    """

    url: str
    is_private: bool


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Args:
        host: A name or an address of this machine.
        port: Its port, 0 for a free one.

    Raises:
        PortTaken: Somebody else listens there.
        OSError: The host is none of ours, or the port may not be used.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        # Here, and not when the server has begun: who opens the address at once waits, and is not refused.
        listening.listen(128)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(host, port) from None
        raise
    return listening


def serve(shown: Shown, listening: socket.socket, host: str, ready: Callable[[Address], None]) -> None:
    """Answer until Ctrl-C.

    Args:
        shown: What there is to show.
        listening: A socket of `listen`.
        host: What `listen` was told.
        ready: Told where the page is, once it can be opened.
    """
    is_private = host in LOOPBACK
    token = token_for(host)
    name = f"[{host}]" if ":" in host else host
    url = f"http://{name}:{listening.getsockname()[1]}/"
    config = uvicorn.Config(
        application(
            replace(shown, hosts=LOOPBACK if is_private else None, token=token, is_closing=lambda: server.should_exit)
        ),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_CLOSING_S,
        lifespan="on",
        ws="none",
    )
    address = Address(f"{url}?token={token}" if token else url, is_private)
    server = _Server(config, lambda: ready(address))
    with suppress(KeyboardInterrupt):  # what ends it is no failure
        server.run(sockets=[listening])


class _Server(uvicorn.Server):
    """Tells when it has begun: whoever reads the address may press Ctrl-C at once, which before is nobody's to take."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.should_exit:
            await run_in_threadpool(self._ready)
