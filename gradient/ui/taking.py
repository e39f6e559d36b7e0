"""What other programs send as OTLP, on the port of the page: it is recorded, and shown like what was recorded here."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

if TYPE_CHECKING:
    from gradient.ingest import Ingest

_BAD, _TOO_LARGE, _NOT_INSTALLED = 400, 413, 501


class Taking:
    """Takes traces.

    Args:
        open_ingest: Returns what takes them; called when the first one comes, for few pages are sent any. Raises
            ImportError where what reads OTLP is not installed.
    """

    def __init__(self, open_ingest: Callable[[], "Ingest"]) -> None:
        self._open = open_ingest
        self._ingest: Ingest | None = None

    async def traces(self, request: Request) -> Response:
        """Answer `POST /v1/traces`."""
        try:
            ingest = self._ingest = self._ingest or self._open()
        except ImportError as error:
            return _refusal(_NOT_INSTALLED, f"{error}. To take traces: pip install 'gradient-runtime[otel]'")
        from gradient.ingest.requests import MOST_BYTES

        try:
            body = await _body(request, MOST_BYTES)
        except ClientDisconnect:
            return _refusal(_BAD, "The request ended early.")
        if body is None:
            return _refusal(_TOO_LARGE, f"A request may have {MOST_BYTES:,} bytes.")
        headers = request.headers
        taken = await run_in_threadpool(
            ingest.take, body, headers.get("Content-Type", ""), headers.get("Content-Encoding", "")
        )
        return Response(taken.body, taken.code, media_type=taken.content_type)

    def close(self) -> None:
        """Close what was recorded."""
        if self._ingest is not None:
            self._ingest.close()


async def _body(request: Request, most_bytes: int) -> bytes | None:
    """Return the body as it comes; None where it is too large, without reading all of that."""
    said = request.headers.get("Content-Length", "")
    if said.isdecimal() and int(said) > most_bytes:
        return None
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most_bytes:
            return None
    return bytes(body)


def _refusal(code: int, why: str) -> Response:
    return PlainTextResponse(f"{why}\n", code)
