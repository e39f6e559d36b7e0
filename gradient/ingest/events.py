"""From spans to events of the journal.

A trace is a request, and its root span begins and ends it. What Gradient sent becomes what it was: its root span is the
request and nothing more. Of others the root span is an execution as well: it may be a call of a model, and its id is
what its children name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from gradient.analysis.conventions import Said, read_span
from gradient.journal.events import (
    MOST_NS,
    ExecutionEnded,
    ExecutionStarted,
    RequestEnded,
    RequestStarted,
    Updated,
    Usage,
)
from gradient.journal.failures import Failure

if TYPE_CHECKING:
    from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
    from opentelemetry.proto.trace.v1.trace_pb2 import Span

Event = tuple[Any, str | None, Any]
"""An event, the field of it that holds values of users', and these values."""

_ERROR_CODE = 2
_REQUEST = "request"
_EXCEPTION = "exception"
_NS_PER_S = 1_000_000_000


def events_of(span: Span, scope: str) -> Iterator[Event]:
    """Yield the events that a span stands for; none where it has no ids.

    Args:
        span: One span that has ended.
        scope: Name of the instrumentation that made it.
    """
    if len(span.trace_id) != _TRACE_BYTES or len(span.span_id) != _SPAN_BYTES:
        return
    told = [(event.name, attributes_of(event.attributes)) for event in span.events]
    said = read_span(span.name, scope, attributes_of(span.attributes), told)
    key = _key(said, span)
    if said.kind == _REQUEST and said.ours:
        yield from _request(span, said, key, said.inputs, said.outputs)
        yield from _updates(span, key, 0)
        return
    if not span.parent_span_id:
        yield from _request(span, said, key, None, None)
    yield from _execution(span, said, key)
    yield from _updates(span, key, _number(span.span_id))


_TRACE_BYTES, _SPAN_BYTES = 16, 8


def attributes_of(pairs: Any) -> dict[str, Any]:
    """Return attributes as plain values."""
    return {pair.key: _value(pair.value) for pair in pairs}


def _request(span: Span, said: Said, key: bytes, inputs: Any, outputs: Any) -> Iterator[Event]:
    """Yield begin and end of a request; times of day stand for the monotonic clock, which no span tells."""
    began, ended = _time(span.start_time_unix_nano), _time(span.end_time_unix_nano)
    entrypoint = said.name if not said.ours else span.name.partition(" ")[2] or span.name
    about: dict[str, Any] = {
        "entrypoint": entrypoint,
        "trace_id": span.trace_id,
        "session_id": said.session_id,
        "user_id": said.user_id,
        "tags": said.tags,
    }
    started = RequestStarted(key, began, began, **about, metadata=said.metadata or None, inputs=inputs)
    yield started, "inputs", inputs
    if span.parent_span_id:
        yield Updated(key, 0, began, "remote_parent", span.parent_span_id.hex()), None, None
    yield (
        RequestEnded(
            key, ended, began, began, status=_status(span, said), error=_failure(span, said), outputs=outputs, **about
        ),
        "outputs",
        outputs,
    )


def _execution(span: Span, said: Said, key: bytes) -> Iterator[Event]:
    began, ended = _time(span.start_time_unix_nano), _time(span.end_time_unix_nano)
    first_s = said.first_token_s
    parent = _number(span.parent_span_id)
    about: dict[str, Any] = {
        "request": key,
        "id": _number(span.span_id),
        # What is directly below a request of ours names the request's own id.
        "parent": 0 if said.ours and parent == _number(key[8:]) else parent,
        "name": said.name,
        "kind": said.kind,
        "framework": said.framework,
        "node_id": said.node_id,
        "model": said.model,
        "provider": said.provider,
    }
    yield (
        ExecutionStarted(at=began, metadata=said.metadata or None, inputs=said.inputs, **about),
        "inputs",
        said.inputs,
    )
    if first_s is not None and not 0 <= first_s <= (ended - began) / _NS_PER_S:
        first_s = None
    first_at = None if first_s is None else began + round(first_s * _NS_PER_S)
    yield (
        ExecutionEnded(
            at=ended,
            started_at=began,
            status=_status(span, said),
            error=_failure(span, said),
            usage=Usage(**said.usage).checked() if said.usage else None,
            first_token_at=first_at,
            attempt=said.attempt,
            cached=said.cached,
            outputs=said.outputs,
            **about,
        ),
        "outputs",
        said.outputs,
    )


def _time(told: int) -> int:
    return min(told, MOST_NS)


def _updates(span: Span, key: bytes, execution: int) -> Iterator[Event]:
    for event in span.events:
        if event.name != _EXCEPTION:
            told = attributes_of(event.attributes)
            yield Updated(key, execution, _time(event.time_unix_nano), "event", event.name, told), "payload", told
    for link in span.links:
        told = attributes_of(link.attributes)
        relation = str(told.get("gradient.relation", "linked"))
        payload = {"request_id": str(UUID(bytes=link.trace_id)) if len(link.trace_id) == _TRACE_BYTES else None}
        yield Updated(key, execution, _time(span.start_time_unix_nano), "link", relation, payload), "payload", payload


def _key(said: Said, span: Span) -> bytes:
    """Return the request that a span is part of: what Gradient says, else the trace."""
    try:
        return UUID(said.request_id).bytes if said.request_id else bytes(span.trace_id)
    except ValueError:
        return bytes(span.trace_id)


def _status(span: Span, said: Said) -> str:
    return said.status or ("error" if span.status.code == _ERROR_CODE else "completed")


def _failure(span: Span, said: Said) -> Failure | None:
    told = next((attributes_of(event.attributes) for event in span.events if event.name == _EXCEPTION), None)
    if told is None:
        failed = span.status.code == _ERROR_CODE and said.status is None
        return Failure(said.error_type or "", span.status.message) if failed else None
    parts = {part: told.get(f"exception.{part}") for part in ("type", "message", "stacktrace")}
    stacktrace = parts["stacktrace"]
    return Failure(
        str(parts["type"] or ""), str(parts["message"] or ""), None if stacktrace is None else str(stacktrace)
    )


def _number(span_id: bytes) -> int:
    return int.from_bytes(span_id, "big")


def _value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    read = None if kind is None else _READ.get(kind)
    return read(value) if read is not None else None if kind is None else getattr(value, kind)


def _pairs(pairs: Any) -> dict[str, Any]:
    found: Mapping[str, KeyValue] = {pair.key: pair for pair in pairs}
    return {name: _value(pair.value) for name, pair in found.items()}


_READ: dict[str, Callable[[AnyValue], Any]] = {
    "array_value": lambda value: [_value(each) for each in value.array_value.values],
    "kvlist_value": lambda value: _pairs(value.kvlist_value.values),
    "bytes_value": lambda value: msgspec.to_builtins(value.bytes_value),
}
