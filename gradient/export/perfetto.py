"""A trace in Chrome's JSON format, which ui.perfetto.dev and chrome://tracing open: one process for each run."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from gradient.analysis.brief import brief
from gradient.analysis.forest import Document, Execution
from gradient.export.lanes import Interval, lanes
from gradient.export.spans import latest_ms, start_ns

_NS_PER_US = 1_000
_NS_PER_MS = 1_000_000
_VALUE_CHARS = 1_000


def perfetto(documents: Iterable[Document]) -> Iterator[bytes]:
    """Yield the pieces of one trace that holds all runs, at their times since the first of them began."""
    yield b'{"displayTimeUnit":"ms","traceEvents":['
    first_ns: int | None = None
    for number, run in enumerate(documents, 1):
        # Not since the epoch: a floating-point microsecond of our days cannot hold nanoseconds.
        first_ns = start_ns(run) if first_ns is None else first_ns
        events = [msgspec.json.encode(event) for event in _events(run, number, start_ns(run) - first_ns)]
        yield (b"," if number > 1 else b"") + b",\n".join(events)
    yield b"]}\n"


def _events(run: Document, process: int, since_ns: int) -> Iterator[dict[str, Any]]:
    latest_ns = round(latest_ms(run) * _NS_PER_MS)
    name = f"{run['entrypoint'] or 'request'} {run['request_id']}"
    yield {"ph": "M", "pid": process, "tid": 0, "name": "process_name", "args": {"name": name}}
    yield {"ph": "M", "pid": process, "tid": 0, "name": "thread_name", "args": {"name": "request"}}
    whole = (0, latest_ns if run["duration_ms"] is None else round(run["duration_ms"] * _NS_PER_MS))
    told = {"status": run["status"], "inputs": _shown(run["inputs"]), "outputs": _shown(run["outputs"])}
    yield _slice(process, 0, since_ns, whole, (run["entrypoint"] or "request", "request", told))
    named: set[int] = set()
    for lane, interval, execution in lanes(run, latest_ns):
        if lane not in named:
            named.add(lane)
            label = {"name": "executions" if lane == 0 else f"at the same time {lane}"}
            yield {"ph": "M", "pid": process, "tid": lane + 1, "name": "thread_name", "args": label}
        about = (execution["name"], execution["kind"], _arguments(execution))
        yield _slice(process, lane + 1, since_ns, interval, about)
        for event in execution["events"]:
            at_ns = since_ns + round(event["offset_ms"] * _NS_PER_MS)
            moment = {"ph": "i", "s": "t", "pid": process, "tid": lane + 1, "ts": at_ns / _NS_PER_US}
            yield {**moment, "name": event["name"], "args": event["attributes"]}


def _slice(
    process: int, thread: int, since_ns: int, interval: Interval, about: tuple[str, str, dict[str, Any]]
) -> dict[str, Any]:
    begins, ends = interval
    name, category, arguments = about
    return {
        "ph": "X",
        "pid": process,
        "tid": thread,
        "ts": (since_ns + begins) / _NS_PER_US,
        "dur": (ends - begins) / _NS_PER_US,
        "name": name,
        "cat": category,
        "args": {key: value for key, value in arguments.items() if value is not None},
    }


def _arguments(execution: Execution) -> dict[str, Any]:
    error, usage = execution["error"], execution["usage"]
    known: dict[str, Any] = {} if usage is None else usage
    return {
        "status": execution["status"],
        "framework": execution["framework"],
        "execution_id": execution["execution_id"],
        "model": execution["model"],
        "attempt": execution["attempt"],
        "error": None if error is None else f"{error['type']}: {error['message']}",
        **known,
        "inputs": _shown(execution["inputs"]),
        "outputs": _shown(execution["outputs"]),
    }


def _shown(value: Any) -> str | None:
    return None if value is None else brief(value, _VALUE_CHARS)
