"""`gradient.run/1`: one run whole, as users and programs read it.

Plain dictionaries with stable names. None means unknown. Times of day are RFC 3339 in UTC with microseconds, offsets
are milliseconds since the start of the request.
"""

import re
from collections.abc import Iterable
from typing import Any, cast

import msgspec

from gradient.documents.runs import Execution, Run, Writer, request_id
from gradient.documents.times import ms, rfc3339
from gradient.documents.usage import total_usage, totals_document, usage_document
from gradient.journal.events import GraphSeen, Updated
from gradient.journal.failures import Failure, document_of
from gradient.journal.messages import SegmentMessages
from gradient.journal.origins import REQUEST, Failed, origins

RUN_SCHEMA = "gradient.run/1"
_SPAN_ID = re.compile("[0-9a-f]{16}")


def run_document(run: Run, links: Iterable[dict[str, str]] = ()) -> dict[str, Any]:
    """Describe a run that was read with its payloads.

    Args:
        run: The run.
        links: Its links to other runs, as far as only other runs tell them.
    """
    head, ended = run.head, run.ended
    began_in = _origins(run)
    executions = [execution_document(execution, run, began_in) for execution in run.by_start()]
    return {
        "schema": RUN_SCHEMA,
        "request_id": run.id,
        "entrypoint": run.entrypoint,
        "project": run.project,
        "status": run.status,
        "started_at": rfc3339(run.wall_ns),
        "duration_ms": ms(run.duration_ns),
        "inputs": None if run.started is None else read(run.started_messages, run.started.inputs),
        "outputs": None if ended is None else read(run.ended_messages, ended.outputs),
        "error": _error(None if ended is None else ended.error, began_in.get(REQUEST)),
        "tags": [] if head is None else list(head.tags),
        "metadata": run_metadata(run),
        "events": _events(run, REQUEST),
        "session_id": None if head is None else head.session_id,
        "user_id": None if head is None else head.user_id,
        "links": [*_follows(run), *_links(run, REQUEST), *links],
        "process": _process(run.writer),
        "usage": totals_document(total_usage(run)),
        "trace_id": run.key.hex() if head is None else head.trace_id.hex(),
        "span_id": run.key[8:].hex(),
        "remote_parent": _remote_parent(run),
        "loss": _loss(run),
        "graphs": _graphs(run, executions),
        "executions": executions,
    }


def _loss(run: Run) -> dict[str, int]:
    """Return what is missing; `process` only where the run has no end and its process lost events of unknown runs."""
    if run.ended is None:
        told = {"dropped": 0, "truncated": 0}
        return {**told, "process": run.writer.lost} if run.writer.lost else told
    return {"dropped": run.ended.dropped, "truncated": run.ended.truncated}


def execution_document(execution: Execution, run: Run, began_in: dict[int, int] | None = None) -> dict[str, Any]:
    """Describe an execution of a run, as `gradient.run/1` does.

    Args:
        execution: The execution.
        run: Its run.
        began_in: Where the failures of the run began; None to look whether `run` tells.
    """
    began_in = _origins(run) if began_in is None else began_in
    head, ended = execution.head, execution.ended
    first_token_at = None if ended is None else ended.first_token_at
    return {
        "execution_id": _hex(execution.id),
        "parent_id": _hex(head.parent) if head.parent else None,
        "node_id": head.node_id,
        "name": head.name,
        "framework": head.framework,
        "kind": head.kind,
        "status": execution.status,
        "start_offset_ms": ms(execution.started_at - run.started_at),
        "duration_ms": ms(execution.duration_ns),
        "inputs": _inputs(execution),
        "outputs": None if ended is None else read(execution.ended_messages, ended.outputs),
        "error": _error(None if ended is None else ended.error, began_in.get(execution.id)),
        "attempt": None if ended is None else ended.attempt,
        "cached": ended is not None and ended.cached,
        "model": head.model or (execution.started.model if execution.started else None),
        "provider": head.provider or (execution.started.provider if execution.started else None),
        "usage": usage_document(ended.usage) if ended is not None and ended.usage is not None else None,
        "time_to_first_token_ms": None if first_token_at is None else ms(first_token_at - execution.started_at),
        "metadata": execution_metadata(execution, run),
        "events": _events(run, execution.id),
        "links": _links(run, execution.id),
    }


def _inputs(execution: Execution) -> Any:
    """Return the inputs; those known only at the end tell more than those at the start."""
    ended, started = execution.ended, execution.started
    if ended is not None and ended.late_inputs is not None:
        return read(execution.ended_messages, ended.late_inputs)
    return None if started is None else read(execution.messages, started.inputs)


def _events(run: Run, execution_id: int) -> list[dict[str, Any]]:
    return [
        {"name": update.name, "offset_ms": ms(update.at - run.started_at), "attributes": _mapping(update.payload)}
        for update in run.updates.get(execution_id, ())
        if update.what == "event"
    ]


def _remote_parent(run: Run) -> str | None:
    """Return the span of another process that a request belongs under."""
    told = (update.name for update in run.updates.get(REQUEST, ()) if update.what == "remote_parent")
    return next((name for name in told if _SPAN_ID.fullmatch(name)), None)


def _links(run: Run, execution_id: int) -> list[dict[str, Any]]:
    return [
        {"request_id": None, **_mapping(update.payload), "relation": update.name}
        for update in run.updates.get(execution_id, ())
        if update.what == "link"
    ]


def run_metadata(run: Run) -> dict[str, Any]:
    """Return the metadata of a request."""
    return _merged(run.started, run.updates.get(REQUEST, ()), run.ended)


def execution_metadata(execution: Execution, run: Run) -> dict[str, Any]:
    """Return the metadata of an execution."""
    return _merged(execution.started, run.updates.get(execution.id, ()), execution.ended)


def _merged(started: Any, updates: Iterable[Updated], ended: Any) -> dict[str, Any]:
    """Put metadata together; what was said last wins, and what the end says is the last word."""
    merged = {} if started is None else _mapping(started.metadata)
    for update in updates:
        if update.what == "metadata":
            merged |= _mapping(update.payload)
    return merged if ended is None else merged | _mapping(ended.metadata)


def _mapping(payload: bytes | None) -> dict[str, Any]:
    value = read(SegmentMessages(), payload)
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def read(messages: SegmentMessages, payload: bytes | None) -> Any:
    """Decode a payload; one that cannot be decoded says so in its place."""
    try:
        return messages.read(payload)
    except (msgspec.DecodeError, RecursionError, TypeError) as error:
        return {"$damaged": str(error)}


def _follows(run: Run) -> list[dict[str, str]]:
    follows = None if run.head is None else run.head.follows
    return [] if follows is None else [link(follows, "follows")]


def link(key: bytes, relation: str) -> dict[str, str]:
    """Describe a link to another run."""
    return {"request_id": request_id(key), "relation": relation}


def _process(writer: Writer) -> dict[str, Any]:
    started = writer.started
    if started is None:
        return {"pid": None, "host": None, "python": None, "argv": None}
    return {"pid": started.pid, "host": started.host, "python": started.python, "argv": list(started.argv)}


def _graphs(run: Run, executions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Describe the graphs that ran, in the order in which they began, each once."""
    named = [str(execution["metadata"].get("graph_id")) for execution in executions if execution["kind"] == "graph"]
    seen: dict[str, GraphSeen] = {}
    for writer in run.writers:
        seen.update(writer.graphs)
    return [_graph(seen[graph_id]) for graph_id in dict.fromkeys(named) if graph_id in seen]


def _graph(graph: GraphSeen) -> dict[str, Any]:
    topology = _mapping(graph.payload)
    parts = {part: topology.get(part, []) for part in ("nodes", "edges")}
    return {"graph_id": graph.graph_id, "name": graph.name, **parts}


def _origins(run: Run) -> dict[int, int]:
    """Return for each that failed, the request among them, where that began."""
    ends: list[Failed[int]] = [_failed(REQUEST, None, None if run.ended is None else run.ended.error)]
    ends += [_failed(one.id, one.head.parent, None if one.ended is None else one.ended.error) for one in run.by_start()]
    return origins(one for one in ends if one.said is not None)


def _failed(own: int, parent: int | None, error: Failure | None) -> Failed[int]:
    if error is None:
        return Failed(own, parent, None, None)
    return Failed(own, parent, (error.type, error.message), error.origin)


def _error(failure: Failure | None, began_in: int | None) -> dict[str, Any] | None:
    if failure is None:
        return None
    where = _hex(began_in) if began_in else None
    return {**document_of(failure), "began_in": where}


def _hex(number: int) -> str:
    return f"{number:016x}"
