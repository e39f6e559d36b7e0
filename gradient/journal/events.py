"""What the bodies of the frames say: one struct for each kind of event.

    ProcessStarted      first frame of every segment: who writes here
    RequestStarted      RequestEnded
    ExecutionStarted    ExecutionEnded
    Updated             something learnt in between, about an execution or its request
    GraphSeen           the topology of a compiled graph, once for each segment that needs it

A body is a msgpack array that begins with the struct's tag. Payloads are opaque JSON bytes inside it. Times are nanoseconds:
`at` on the process's monotonic clock, `wall` since the epoch. Identifiers: a request is 16 bytes, an execution 64 bits,
0 standing for none. Ends repeat what their starts said, so that a run stays readable when retention took its start.
"""

from typing import Any

import msgspec

FORMAT_VERSION = 1


class Failure(msgspec.Struct, array_like=True, frozen=True):
    """An exception as text: its qualified type, its message and its stack trace, redacted and cut."""

    type: str
    message: str
    stacktrace: str | None = None


class Usage(msgspec.Struct, array_like=True, frozen=True):
    """Tokens of one or many LLM calls; `input` is the total, cached tokens included. None means unknown."""

    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None
    cost_usd: float | None = None


class Messages(msgspec.Struct, array_like=True, frozen=True):
    """Chat messages and lists of them that this frame adds to its segment, see `gradient.journal.messages`.

    Attributes:
        written: Number and JSON of each message that was not written before.
        lists: Number, base list (0: none), how many of its messages to keep, and the numbers of the messages after them.
    """

    written: list[tuple[int, bytes]]
    lists: list[tuple[int, int, int, list[int]]]


class ProcessStarted(msgspec.Struct, array_like=True, tag=1, frozen=True):
    """The process that writes this segment."""

    version: int
    pid: int
    host: str
    python: str
    argv: list[str]
    project: str
    wall: int
    at: int


class RequestStarted(msgspec.Struct, array_like=True, tag=2):
    """An entrypoint was called."""

    request: bytes
    at: int
    wall: int
    entrypoint: str
    trace_id: bytes
    session_id: str | None = None
    user_id: str | None = None
    tags: list[str] = []
    metadata: bytes | None = None
    follows: bytes | None = None
    inputs: bytes | None = None
    messages: Messages | None = None


class RequestEnded(msgspec.Struct, array_like=True, tag=3):
    """A request is over."""

    request: bytes
    at: int
    started_at: int
    wall: int
    entrypoint: str
    trace_id: bytes
    status: str
    error: Failure | None = None
    session_id: str | None = None
    user_id: str | None = None
    tags: list[str] = []
    metadata: bytes | None = None
    follows: bytes | None = None
    sampled: bool = True
    dropped: int = 0
    truncated: int = 0
    outputs: bytes | None = None
    messages: Messages | None = None


class ExecutionStarted(msgspec.Struct, array_like=True, tag=4):
    """A node execution began."""

    request: bytes
    id: int
    parent: int
    at: int
    name: str
    kind: str
    framework: str
    node_id: str
    metadata: bytes | None = None
    model: str | None = None
    provider: str | None = None
    inputs: bytes | None = None
    messages: Messages | None = None


class ExecutionEnded(msgspec.Struct, array_like=True, tag=5):
    """A node execution is over; `late_inputs` are inputs that were known only then."""

    request: bytes
    id: int
    parent: int
    at: int
    started_at: int
    name: str
    kind: str
    framework: str
    node_id: str
    status: str
    error: Failure | None = None
    metadata: bytes | None = None
    model: str | None = None
    provider: str | None = None
    usage: Usage | None = None
    first_token_at: int | None = None
    attempt: int | None = None
    cached: bool = False
    outputs: bytes | None = None
    late_inputs: bytes | None = None
    messages: Messages | None = None


class Updated(msgspec.Struct, array_like=True, tag=6):
    """Something was learnt: `what` is "metadata", "event" or "link"; execution 0 is the request itself."""

    request: bytes
    execution: int
    at: int
    what: str
    name: str
    payload: bytes | None = None


class GraphSeen(msgspec.Struct, array_like=True, tag=7):
    """The topology of a compiled graph: `payload` is {"nodes": [...], "edges": [...]}."""

    graph_id: str
    name: str
    payload: bytes


Event = ProcessStarted | RequestStarted | RequestEnded | ExecutionStarted | ExecutionEnded | Updated | GraphSeen

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Event)

encode_event = _encoder.encode


def decode_event(body: bytes) -> Any:
    """Return the event that `body` says, or None where it cannot be understood (a newer or a foreign format)."""
    try:
        return _decoder.decode(body)
    except msgspec.DecodeError:  # ValidationError is one of them
        return None
