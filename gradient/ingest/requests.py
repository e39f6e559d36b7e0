"""From the bytes of a request to the message that they are, or the status code that tells why not."""

from __future__ import annotations

import base64
import zlib
from typing import Any, NamedTuple

import msgspec
from google.protobuf import json_format  # type: ignore[import-untyped]
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

PROTOBUF, JSON = "application/x-protobuf", "application/json"
MOST_BYTES = 64 * 1024 * 1024
"""Largest request, decompressed."""

_BAD, _TOO_LARGE, _UNKNOWN = 400, 413, 415
_IDS = ("traceId", "spanId", "parentSpanId")
_WINDOW_BITS = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
_DICT: type[Any] = dict
_LIST: type[Any] = list


class Answer(NamedTuple):
    """What a sender is told."""

    code: int
    content_type: str
    body: bytes


class Refused(Exception):
    """A request cannot be taken.

    Attributes:
        code: The status code that tells why.
    """

    def __init__(self, code: int, why: str) -> None:
        self.code = code
        super().__init__(why)


def decode_request(
    body: bytes, content_type: str, encoding: str = "", most_bytes: int = MOST_BYTES
) -> ExportTraceServiceRequest:
    """Return the message that a body is.

    Args:
        body: As it came.
        content_type: What it is said to be.
        encoding: How it is said to be compressed; empty for not at all.
        most_bytes: Longest body, decompressed.

    Raises:
        Refused: It is none, or too long.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in (PROTOBUF, JSON):
        raise Refused(_UNKNOWN, f"Content-Type is {kind or 'missing'}; it must be {PROTOBUF} or {JSON}.")
    plain = _decompressed(body, encoding.strip().lower(), most_bytes)
    try:
        return _from_json(plain) if kind == JSON else ExportTraceServiceRequest.FromString(plain)
    except (DecodeError, json_format.ParseError, msgspec.DecodeError, ValueError, RecursionError) as error:
        raise Refused(_BAD, f"This is no ExportTraceServiceRequest: {error}") from None


def taken(content_type: str) -> Answer:
    """Return the answer to a request that was taken."""
    if content_type.partition(";")[0].strip().lower() == JSON:
        return Answer(200, JSON, b"{}")
    return Answer(200, PROTOBUF, ExportTraceServiceResponse().SerializeToString())


def _decompressed(body: bytes, encoding: str, most_bytes: int) -> bytes:
    if len(body) > most_bytes:
        raise Refused(_TOO_LARGE, f"A request may have {most_bytes:,} bytes.")
    if encoding in ("", "identity"):
        return body
    if encoding not in _WINDOW_BITS:
        raise Refused(_UNKNOWN, f"Content-Encoding is {encoding}; it must be gzip, deflate or nothing.")
    inflate = zlib.decompressobj(_WINDOW_BITS[encoding])
    try:
        plain = inflate.decompress(body, most_bytes + 1)
    except zlib.error as error:
        raise Refused(_BAD, f"This is no {encoding}: {error}") from None
    if len(plain) > most_bytes:
        raise Refused(_TOO_LARGE, f"A request may have {most_bytes:,} bytes, decompressed.")
    if not inflate.eof:
        raise Refused(_BAD, f"This is no whole {encoding}.")
    return plain


def _from_json(body: bytes) -> ExportTraceServiceRequest:
    decoded = msgspec.json.decode(body, type=dict[str, Any])
    _ids_to_base64(decoded)
    message: ExportTraceServiceRequest = json_format.ParseDict(
        decoded, ExportTraceServiceRequest(), ignore_unknown_fields=True
    )
    return message


def _ids_to_base64(value: Any) -> None:
    """Rewrite ids: OTLP has them in hexadecimal, protobuf's own JSON in base64. Only spans and links have them."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, _DICT):
            for name in _IDS:
                if isinstance(item.get(name), str):
                    item[name] = base64.b64encode(bytes.fromhex(item[name])).decode()
        if isinstance(item, _DICT | _LIST):
            waiting.extend(each for each in (item.values() if isinstance(item, _DICT) else item) if each)
