"""LangSmith's tracer, sending to a server on loopback that swallows what it gets."""

from __future__ import annotations

import http.server
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator


class _Swallow(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        body = b"{}"
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PATCH = _answer  # noqa: N815 - the names the server looks for

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def langsmith_client() -> Generator[Any]:
    """Yield a LangSmith client that talks to loopback."""
    from langsmith import Client

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Swallow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    client = Client(api_url=f"http://127.0.0.1:{server.server_address[1]}", api_key="none")
    try:
        yield client
    finally:
        client.cleanup()
        server.shutdown()
        server.server_close()
