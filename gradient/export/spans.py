"""A run as spans: what files and live exporters send, whatever the encoding.

The request is the root span, its executions are below it. Times are nanoseconds since the epoch.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Literal, NamedTuple
from uuid import UUID

from gradient.analysis.causes import whole_trace
from gradient.analysis.forest import Document
from gradient.analysis.quantities import read_moment
from gradient.export import genai, openinference, profiles
from gradient.export.genai import Attribute, Attributes
from gradient.journal.vocabulary import is_failure, kind_of

Profile = Literal["openinference", "langfuse", "langsmith", "mlflow"]
_NS_PER_MS = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanEvent:
    """Something that happened at one moment of a span."""

    name: str
    at_ns: int
    attributes: Attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanLink:
    """Another span that has to do with one."""

    trace_id: str
    span_id: str
    attributes: Attributes


class Span(NamedTuple):
    """A request or an execution.

    Attributes:
        trace_id: 32 hexadecimal digits; `span_id` and `parent_id` 16.
        parent_id: Empty for a root.
        is_client: Whether it waits for somebody else's work: a model, an embedding, a retrieval.
        ended_ns: For what still runs, the latest moment that is known of its run.
        failed: Whether it failed; `message` says how.
    """

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    is_client: bool
    started_ns: int
    ended_ns: int
    attributes: Attributes
    events: Sequence[SpanEvent] = ()
    links: Sequence[SpanLink] = ()
    failed: bool = False
    message: str = ""


def resource_attributes(run: Document) -> Attributes:
    """Return what describes the process that a run was part of."""
    process = run["process"]
    told: dict[str, Any] = {
        "service.name": run["project"] or run["entrypoint"] or "unknown_service",
        "openinference.project.name": run["project"],
        "process.pid": process.get("pid"),
        "host.name": process.get("host"),
        "process.runtime.name": "cpython" if process.get("python") else None,
        "process.runtime.version": process.get("python"),
        "process.command_args": process.get("argv"),
        "telemetry.distro.name": "gradient-runtime",
    }
    return {name: value for name, value in told.items() if value is not None}


def spans(run: Document, chosen: Sequence[Profile] = ("openinference",), *, whole: bool = True) -> Iterator[Span]:
    """Yield the spans of a run, parents before children.

    Args:
        run: A `gradient.run/1`.
        chosen: Whose attributes are added to those of OpenTelemetry's own conventions.
        whole: Whether the run has all of its executions, so that a parent that is not among them is lost.
    """
    started_ns = start_ns(run)
    latest_ns = started_ns + round(latest_ms(run) * _NS_PER_MS)
    duration_ms = run["duration_ms"]
    ended_ns = latest_ns if duration_ms is None else started_ns + round(duration_ms * _NS_PER_MS)
    yield Span(
        trace_id=run["trace_id"],
        span_id=run["span_id"],
        parent_id=run["remote_parent"] if isinstance(run["remote_parent"], str) else "",
        name=f"{genai.REQUEST_OPERATION} {run['entrypoint'] or 'unknown'}",
        is_client=False,
        started_ns=started_ns,
        ended_ns=ended_ns,
        attributes={**genai.request_attributes(run), **_added(run, run, chosen)},
        events=[*_events(run, started_ns), *_exception(run, ended_ns)],
        links=list(_links(run["links"])),
        **_outcome(run),
    )
    known = {execution["execution_id"] if whole else execution["parent_id"] for execution in run["executions"]}
    for execution in run["executions"]:
        yield _span(execution, run, known, started_ns, latest_ns, chosen)


def start_ns(run: Document) -> int:
    """Return when a run began, in nanoseconds since the epoch; 0 where that is lost."""
    if run["started_at"] is None:
        return 0
    since = read_moment(run["started_at"]) - _EPOCH
    return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 1_000


def _span(  # noqa: PLR0913, PLR0917 - what a span takes from its run
    execution: Document, run: Document, known: set[str], started_ns: int, latest_ns: int, chosen: Sequence[Profile]
) -> Span:
    begins_ns = started_ns + round(execution["start_offset_ms"] * _NS_PER_MS)
    duration_ms = execution["duration_ms"]
    ends_ns = max(begins_ns, latest_ns) if duration_ms is None else begins_ns + round(duration_ms * _NS_PER_MS)
    return Span(
        trace_id=run["trace_id"],
        span_id=execution["execution_id"],
        parent_id=(execution["parent_id"] if execution["parent_id"] in known else None) or run["span_id"],
        name=genai.span_name(execution),
        is_client=kind_of(execution["kind"]).is_client,
        started_ns=begins_ns,
        ended_ns=ends_ns,
        attributes={**genai.execution_attributes(execution, run), **_added(execution, run, chosen)},
        events=[*_events(execution, started_ns), *_exception(execution, ends_ns)],
        links=list(_links(execution["links"])),
        **_outcome(execution),
    )


def _added(one: Document, run: Document, chosen: Sequence[Profile]) -> Attributes:
    """Return what further tools read."""
    added: Attributes = {}
    for profile in chosen:
        if profile != "openinference":
            added |= profiles.attributes(profile, one, run)
        elif one is run:
            added |= openinference.request_attributes(run)
        else:
            added |= openinference.execution_attributes(one)
    return added


def _events(one: Document, started_ns: int) -> Iterator[SpanEvent]:
    for event in one["events"]:
        at_ns = started_ns + round(event["offset_ms"] * _NS_PER_MS)
        yield SpanEvent(name=event["name"], at_ns=at_ns, attributes=_flat(event["attributes"]))


def _exception(one: Document, at_ns: int) -> Iterator[SpanEvent]:
    error = one["error"]
    if error is not None:
        yield SpanEvent(name="exception", at_ns=at_ns, attributes=exception_attributes(error))


def exception_attributes(error: Document) -> Attributes:
    """Describe an error as OpenTelemetry's conventions do: the stack trace tells the exceptions it came from, too."""
    told = {"type": error["type"], "message": error["message"], "stacktrace": whole_trace(error)}
    return {f"exception.{part}": text for part, text in told.items() if text}


def _outcome(one: Document) -> dict[str, Any]:
    if not is_failure(one["status"]):
        return {}
    error = one["error"]
    died = "the process died" if one["status"] == "aborted" else ""
    return {"failed": True, "message": died if error is None else str(error["message"] or error["type"] or "")}


def _links(links: Sequence[Mapping[str, Any]]) -> Iterator[SpanLink]:
    """Yield the links to other requests; where only a request is known, its trace and root span have its bits."""
    for link in links:
        try:
            bits = UUID(str(link.get("request_id"))).hex
        except ValueError:
            continue
        told: Attributes = {"gradient.relation": str(link.get("relation"))}
        yield SpanLink(trace_id=bits, span_id=bits[16:], attributes=told)


def _flat(attributes: Mapping[str, Any]) -> Attributes:
    """Return attributes that every receiver can hold: what has parts becomes text."""
    return {name: _plain(value) for name, value in attributes.items() if value is not None}


def _plain(value: Any) -> Attribute:
    return value if isinstance(value, (str, bool, int, float)) else genai.compact(value)


def latest_ms(run: Document) -> float:
    """Return the last moment that is known of a run, in milliseconds since its start."""
    ends: list[float] = [each["start_offset_ms"] + (each["duration_ms"] or 0) for each in run["executions"]]
    return max([run["duration_ms"] or 0, *ends])
