"""One timed piece of work inside a request.

The seed's fields come first and in its order. Payloads are kept as the bytes that were recorded, not as the user's live
objects, so that tracing neither prolongs their lives nor shows later changes; reading `inputs` decodes them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from gradient.journal.events import Usage
from gradient.journal.failures import Failure
from gradient.runtime.values.captured import Captured, payload_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradient.runtime.context import RequestContext
    from gradient.runtime.status import Status

    Ending = Callable[[Any, Status], None]
    """Ends an execution with an error, or None, and a status."""

_NS_PER_MS = 1_000_000


class Payload:
    """A field that is decoded from the event that recorded it when it is read, unless somebody sets it.

    Args:
        event: Attribute that holds the encoded event.
        field: The payload's name in it.
        late: The attribute and name to look at where the first has nothing.
    """

    def __init__(self, event: str, field: str, late: tuple[str, str] | None = None) -> None:
        self._places = [(event, field), late] if late else [(event, field)]

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = f"_{name}"

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return None  # the dataclass default
        own = instance.__dict__
        value = own.get(self._name)
        places = iter(self._places)
        while value is None and (place := next(places, None)) is not None:
            value = payload_of(own.get(place[0]), place[1])
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self._name] = value


class Moment:
    """A time of day that is computed from the monotonic clock when somebody asks for it."""

    def __init__(self, monotonic: str) -> None:
        self._monotonic = monotonic

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = f"_{name}"

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return None  # the dataclass default
        stored = instance.__dict__.get(self._name)
        at_ns = instance.__dict__.get(self._monotonic)
        if stored is not None or at_ns is None:
            return stored
        return instance.time_at(at_ns)

    def __set__(self, instance: Any, value: datetime | None) -> None:
        instance.__dict__[self._name] = value


@dataclass(eq=False)
class NodeExecution:
    """One execution of a node, agent, LLM, tool or step.

    Attributes:
        node_id: What was executed, the same at every visit of a loop: `node_planner`.
        node_name: What the framework calls it.
        framework: Name of the framework, or `custom`.
        start_time: Aware UTC time, for people to read.
        end_time: Aware UTC time, or None while running.
        inputs: What it was given, as recorded: redacted, and cut where it was large.
        outputs: What it returned, as recorded.
        error: Message of the exception it ended with, or None.
        metadata: Plain data about it.
        execution_id: 64 random bits, or 0 for one that was never tracked.
        parent_id: `execution_id` of the execution it belongs to, 0 for none.
        kind: `graph node agent llm tool retriever embedding chain step`, ...
        request: The request it belongs to, or None.
        pid: The process that began it; only that one ends it.
        holder: The thread or task in which it was made current last.
        started_ns: Start on the monotonic clock; `ended_ns` likewise, None while running.
        failure: Type, message and stack trace of the exception, redacted.
        usage: Tokens and cost, or None.
        first_token_ns: When the first token came, on the monotonic clock.
        attempt: Which try it was, or None where there was one only.
        run_id: The framework's own id of it, for the instrumentor's use.
        graph_run: The framework's id of the graph that runs it as a node, likewise; `attempts` counts its tries.
        given: What the user gave it for all that runs below, likewise.
        told_metadata: The metadata that its start told of.
        started: The event that recorded its start, encoded; `ended` likewise.
        interrupted: Whether something below it waits for a human.
        served: Whether a client of a provider makes the call that it stands for, see `instrumentors.model_calls`.
        begun_in: The task in which it was begun that is to be ended so, weakly; None outside of any.
        end_forgotten: Ends it where the framework that told of it forgets to, see `runtime.calls.interruptions`.
        exchange: Where such a client tells what it sent and was answered, or None where the framework tells that.
    """

    node_id: str = ""
    node_name: str = ""
    framework: str = ""
    start_time: datetime = Moment("started_ns")  # type: ignore[assignment]  # a descriptor is the default
    end_time: datetime | None = Moment("ended_ns")  # type: ignore[assignment]
    inputs: Any = Payload("started", "inputs", late=("ended", "late_inputs"))
    outputs: Any = Payload("ended", "outputs")
    error: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])
    execution_id: int = 0
    parent_id: int = 0
    kind: str = "node"
    request: RequestContext | None = field(default=None, repr=False)
    pid: int = field(default=0, repr=False)
    holder: int = field(default=0, repr=False)
    started_ns: int | None = field(default=None, repr=False)
    ended_ns: int | None = field(default=None, repr=False)
    failure: Failure | None = field(default=None, repr=False)
    usage: Usage | None = None
    model: str | None = None
    provider: str | None = None
    first_token_ns: int | None = field(default=None, repr=False)
    attempt: int | None = None
    cached: bool = False
    parent: Any = field(default=None, repr=False)
    recorded_status: Status | None = field(default=None, repr=False)
    own: Any = field(default=None, repr=False)
    wall_offset_ns: int = field(default=0, repr=False)
    run_id: Any = field(default=None, repr=False)
    graph_run: Any = field(default=None, repr=False)
    attempts: int = field(default=0, repr=False)
    given: Any = field(default=None, repr=False)
    interrupted: bool = field(default=False, repr=False)
    served: bool = field(default=False, repr=False)
    exchange: Any = field(default=None, repr=False)
    end_forgotten: Ending | None = field(default=None, repr=False)
    begun_in: Any = field(default=None, repr=False)
    started: bytes | Captured | None = field(default=None, repr=False)
    ended: bytes | Captured | None = field(default=None, repr=False)
    told_metadata: Any = field(default=None, repr=False)
    account: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.start_time is None:  # pyright: ignore[reportUnnecessaryComparison] - until it is given one
            self.start_time = datetime.now(timezone.utc)

    @property
    def duration_ms(self) -> float | None:
        """Time from start to end in milliseconds, or None while running."""
        return duration_ms(self)

    @property
    def status(self) -> Status:
        """What became of it, see `gradient.runtime.status`."""
        return told_status(self)

    def time_at(self, at_ns: int) -> datetime:
        """Return the time of day at a moment of the monotonic clock."""
        offset = self.wall_offset_ns if self.request is None else self.request.wall_offset_ns
        return datetime.fromtimestamp((at_ns + offset) / 1e9, timezone.utc)


def duration_ms(timed: Any) -> float | None:
    """Return the milliseconds between start and end, on the monotonic clock where both were measured on it."""
    if timed.started_ns is not None and timed.ended_ns is not None:
        return float(timed.ended_ns - timed.started_ns) / _NS_PER_MS
    if timed.end_time is None:
        return None
    return float((timed.end_time - timed.start_time).total_seconds() * 1000)


def told_status(timed: Any) -> Status:
    """Return the recorded status, or what the seed's fields say of an object that nobody recorded."""
    recorded: Status | None = timed.recorded_status
    if recorded is not None:
        return recorded
    if timed.error:
        return "error"
    return "running" if timed.end_time is None else "completed"
