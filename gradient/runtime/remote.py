"""Which trace a request belongs to that began in another process: W3C `traceparent`, in and out.

A request that begins where something told of a trace takes over that trace's id, and the span that called it becomes
its `remote_parent`. What tells of one, the first that does: `continued_trace` and the middlewares of `gradient.sdk`;
the current span of OpenTelemetry; the variable `TRACEPARENT` that the process was started with.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gradient.runtime.context import running_scope

if TYPE_CHECKING:
    from gradient.runtime.context import Scope

Carrier = Mapping[Any, Any]
"""Headers, whether names and values are text or bytes."""

PARENT, STATE, BAGGAGE = "traceparent", "tracestate", "baggage"
_PARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)
_INVALID_VERSION, _VERSION = "ff", "00"
_MOST_CHARS = 8_192
_SAMPLED = "01"


@dataclass(frozen=True, slots=True)
class Remote:
    """A span of another process, or of another tracer in this one.

    Attributes:
        trace_id: 32 hexadecimal digits; `span_id` 16.
        flags: Two more, as they came.
        state: What `tracestate` said; `baggage` likewise. Both are passed on as they are.
    """

    trace_id: str
    span_id: str
    flags: str = _SAMPLED
    state: str = ""
    baggage: str = ""


told_remote: ContextVar[Remote | None] = ContextVar("gradient_remote", default=None)


def extract(carrier: Carrier) -> Remote | None:
    """Return what headers or variables say of a trace; None where they say nothing, or nothing that is valid.

    Args:
        carrier: Names in any spelling.
    """
    found: dict[str, str] = {}
    for name, value in carrier.items():
        known = _text(name).lower()
        if known in (PARENT, STATE, BAGGAGE):
            found[known] = _text(value)
    parsed = _PARENT.fullmatch(found.get(PARENT, "").strip())
    if parsed is None:
        return None
    version, trace_id, span_id, flags, more = parsed.groups()
    if version == _INVALID_VERSION or (version == _VERSION and more) or not int(trace_id, 16) or not int(span_id, 16):
        return None
    rest = {name: found.get(name, "") for name in (STATE, BAGGAGE)}
    kept = {name: text if len(text) <= _MOST_CHARS and text.isprintable() else "" for name, text in rest.items()}
    return Remote(trace_id, span_id, flags, kept[STATE], kept[BAGGAGE])


def headers_for(scope: Scope | None = None) -> dict[str, str]:
    """Return the headers that tell another process of a scope, or of what runs; empty outside of any request."""
    scope = scope or running_scope()
    request = None if scope is None else scope.request
    if scope is None or request is None:
        remote = told_remote.get()
        return {} if remote is None else _headers(remote, remote.span_id)
    remote = request.remote or Remote(request.trace_id, "")
    return _headers(remote, f"{scope.execution_id or request.span_id:016x}")


def remote_parent() -> Remote | None:
    """Return the span that a request which begins now belongs under, or None."""
    return told_remote.get() or _open_telemetry() or _at_start


def _headers(remote: Remote, span_id: str) -> dict[str, str]:
    told = {
        PARENT: f"{_VERSION}-{remote.trace_id}-{span_id}-{remote.flags}",
        STATE: remote.state,
        BAGGAGE: remote.baggage,
    }
    return {name: value for name, value in told.items() if value}


def _open_telemetry() -> Remote | None:
    """Return OpenTelemetry's current span, where the program uses it."""
    api: Any = sys.modules.get("opentelemetry.trace")
    if api is None:
        return None
    try:
        context = api.get_current_span().get_span_context()
        if not context.is_valid:
            return None
        state = context.trace_state.to_header() if context.trace_state else ""
        return Remote(f"{context.trace_id:032x}", f"{context.span_id:016x}", f"{context.trace_flags:02x}", state)
    except Exception:  # noqa: BLE001 - another tracer's trouble is none of ours
        return None


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


_at_start = extract({name: os.environ.get(name.upper(), "") for name in (PARENT, STATE, BAGGAGE)})
