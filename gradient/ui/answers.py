"""How answers are written: JSON, compressed where it is worth it, and failures that say what to do."""

import gzip
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gradient.store import BadReference, MediumNotFound, QueryError, RunNotFound, StoreError

_COMPRESSED_FROM_BYTES = 4_096
_LEVEL = 1  # Between two processes of one machine time counts, not size.
_JSON = "application/json"
_STATUSES = {RunNotFound: 404, MediumNotFound: 404, QueryError: 400, BadReference: 400}


class Refusal(Exception):
    """A question that cannot be answered as it was put.

    Attributes:
        status: Of HTTP.
        message: What is wrong, and what to do.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def encoded(document: Any) -> bytes:
    """Return a document as compressed JSON."""
    return gzip.compress(msgspec.json.encode(document), _LEVEL, mtime=0)


def answer(document: Any) -> Response:
    """Answer with a document."""
    body = msgspec.json.encode(document)
    if len(body) < _COMPRESSED_FROM_BYTES:
        return Response(body, media_type=_JSON)
    return compressed(gzip.compress(body, _LEVEL, mtime=0))


def compressed(body: bytes) -> Response:
    """Answer with what `encoded` returned."""
    return Response(body, media_type=_JSON, headers={"Content-Encoding": "gzip"})


def store_failed(_request: Request, error: Exception) -> Response:
    """Tell why the store does not answer."""
    status = next((status for kind, status in _STATUSES.items() if isinstance(error, kind)), 503)
    told: dict[str, Any] = {"kind": type(error).__name__, "message": str(error)}
    if isinstance(error, QueryError):
        told |= {"column": error.column, "found": error.found, "wanted": error.wanted, "nearest": error.nearest}
    return _failed(status, told)


def refused(_request: Request, error: Exception) -> Response:
    """Tell what is wrong with a question."""
    assert isinstance(error, Refusal)  # noqa: S101 - for type checkers
    return _failed(error.status, {"kind": "Refusal", "message": error.message})


HANDLERS = {StoreError: store_failed, Refusal: refused}


def _failed(status: int, told: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode({"error": told}), status, media_type=_JSON)
