"""Requests and executions in memory as parts of a `gradient.run/1`: what the attribute tables read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from gradient.analysis.values import is_mapping
from gradient.documents.usage import usage_document
from gradient.journal.events import decode_event
from gradient.journal.failures import document_of
from gradient.runtime.values.captured import Captured

if TYPE_CHECKING:
    from gradient.runtime.context import RequestContext
    from gradient.runtime.execution import NodeExecution

_NS_PER_MS = 1e6


def request_document(request: RequestContext, *, content: bool) -> dict[str, Any]:
    """Describe a request, without its executions.

    Args:
        request: The request.
        content: Whether to tell of inputs, outputs and metadata.
    """
    return {
        "request_id": request.request_id,
        "entrypoint": request.entrypoint_name,
        "project": None,
        "tags": request.tags,
        "session_id": request.session_id,
        "user_id": request.user_id,
        "loss": {"dropped": request.dropped, "truncated": request.truncated},
        **_common(request, content=content),
    }


def execution_document(execution: NodeExecution, *, content: bool) -> dict[str, Any]:
    """Describe an execution; see `request_document`."""
    first_ns, started_ns = execution.first_token_ns, execution.started_ns
    first_ms = None if first_ns is None or started_ns is None else (first_ns - started_ns) / _NS_PER_MS
    return {
        "name": execution.node_name,
        "node_id": execution.node_id,
        "kind": execution.kind,
        "framework": execution.framework,
        "attempt": execution.attempt,
        "cached": execution.cached,
        "model": execution.model,
        "provider": execution.provider,
        "usage": None if execution.usage is None else usage_document(execution.usage),
        "time_to_first_token_ms": first_ms,
        **_common(execution, content=content),
    }


def _common(one: RequestContext | NodeExecution, *, content: bool) -> dict[str, Any]:
    return {
        "status": one.status,
        "error": None if one.failure is None else document_of(one.failure),
        "inputs": one.inputs if content else None,
        "outputs": one.outputs if content else None,
        "metadata": _metadata(one) if content else {},
    }


def _metadata(one: RequestContext | NodeExecution) -> dict[str, Any]:
    """Return metadata as it was recorded, redacted; the live dictionary is the user's."""
    merged: dict[str, Any] = {}
    for captured in (one.started, one.ended):
        body = captured.body if isinstance(captured, Captured) else captured
        payload = None if body is None else getattr(decode_event(body), "metadata", None)
        found: Any = None if payload is None else msgspec.json.decode(payload)
        merged |= found if is_mapping(found) else {}
    return merged
