"""Listen for OTLP/HTTP on a port of this machine, with nothing but Python's own server."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

from gradient.ingest.requests import MOST_BYTES
from gradient.runtime.bearer import is_known

if TYPE_CHECKING:
    from collections.abc import Generator

    from gradient.ingest.journals import Ingest

PATH = "/v1/traces"
_SILENCE_S = 30
_BAD, _NO_TOKEN, _NOT_FOUND, _LENGTH_REQUIRED, _TOO_LARGE = 400, 401, 404, 411, 413


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _SILENCE_S
    ingest: ClassVar[Ingest]
    token: ClassVar[str | None]

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.path != PATH:
            self._refuse(_NOT_FOUND, f"Traces go to {PATH}.")
        elif not is_known(self.token, self.headers.get("Authorization", "")):
            self._refuse(_NO_TOKEN, "Send Authorization: Bearer TOKEN, with the token that was printed at the start.")
        elif not length.isdecimal():
            self._refuse(_LENGTH_REQUIRED, "Content-Length is missing.")
        elif int(length) > MOST_BYTES:
            self._refuse(_TOO_LARGE, f"A request may have {MOST_BYTES:,} bytes.")
        else:
            self._take(int(length))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the server's signature
        """Say nothing: whoever started us does."""

    def _take(self, length: int) -> None:
        body = self.rfile.read(length)
        if len(body) < length:
            self._refuse(_BAD, "The request ended early.")
            return
        headers = self.headers
        answer = self.ingest.take(body, headers.get("Content-Type", ""), headers.get("Content-Encoding", ""))
        self._answer(answer.code, answer.content_type, answer.body)

    def _refuse(self, code: int, why: str) -> None:
        self.close_connection = True  # what follows was not read
        self._answer(code, "text/plain; charset=utf-8", f"{why}\n".encode())

    def _answer(self, code: int, content_type: str, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    # Beyond Python's default of 5, what sends at once is not let in and tries again a second later.
    request_queue_size = 128

    def __init__(self, host: str, port: int, handler: type[BaseHTTPRequestHandler]) -> None:
        # Of IPv6 or the older kind, as the host is.
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        self.address_family = found[0][0]
        super().__init__((host, port), handler)


@contextmanager
def listening(ingest: Ingest, port: int, host: str = "127.0.0.1", token: str | None = None) -> Generator[str]:
    """Take requests inside the block; give the base URL.

    Args:
        ingest: What takes them.
        port: Where; 0 for any that is free.
        host: The address to listen on. Others than the default let other machines write here.
        token: What senders must know; None for nothing.

    Raises:
        OSError: The port is taken, or the host is none of this machine's.
    """
    server = _Server(host, port, type("_Handler", (_Handler,), {"ingest": ingest, "token": token}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="gradient-listen")
    thread.start()
    try:
        yield f"http://{f'[{host}]' if ':' in host else host}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
