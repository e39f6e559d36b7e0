"""What the bodies of the frames say: one struct for each kind of event.

    ProcessStarted      first frame of every segment: who writes here
    RequestStarted      RequestEnded
    ExecutionStarted    ExecutionEnded
    Updated             something learnt in between, about an execution or its request
    GraphSeen           the topology of a compiled graph, once for each segment that needs it

A body is a JSON array that begins with the struct's tag. One call of the encoder writes all of it, head and payloads:
in the middle of an agent each further call costs more than the bytes do. Readers get payloads as bytes, not decoded.
Times are nanoseconds: `at` on the process's monotonic clock, `wall` since the epoch. Identifiers: a request is 16
bytes, an execution 64 bits, 0 standing for none. Ends repeat what their starts said, so that a run stays readable when
retention took its start.
"""

from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, get_args

import msgspec

from gradient.journal.failures import Failure

FORMAT_VERSION = 2
"""1 knew messages by numbers, 2 knows them by digests."""

MOST_NS, MOST_TOKENS = (1 << 62) - 1, 1 << 40
"""More says no time and no number of tokens. Two such times, and the tokens of a long run, still fit into 64 bits."""

Key: TypeAlias = int | str
"""What a message or a list of them is known by in its segment, see `gradient.journal.messages`."""

Nanoseconds: TypeAlias = Annotated[int, msgspec.Meta(ge=-MOST_NS, le=MOST_NS)]
Tokens: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=MOST_TOKENS)]

_NULL = msgspec.Raw(b"null")

# What is written may be any data that can be JSON, or `msgspec.Raw`; what is read is bytes, or None for null.
if TYPE_CHECKING:
    JsonPayload: TypeAlias = Any
else:
    JsonPayload = msgspec.Raw


class Usage(msgspec.Struct, array_like=True, frozen=True):
    """Tokens of one or many LLM calls; `input` and `output` are totals, the others parts of them. None means unknown.

    Attributes:
        cache_write_1h: Tokens written to a cache that keeps them for an hour, a part of `cache_write`.
        audio_input, audio_output: Tokens that are sound.
        tier: The provider's class of service, in its own word, where that is not its standard.
        unpriced: Why the cost is not known, or None where it is, or nobody has looked.
    """

    input: Tokens | None = None
    output: Tokens | None = None
    cache_read: Tokens | None = None
    cache_write: Tokens | None = None
    reasoning: Tokens | None = None
    cost_usd: float | None = None
    cache_write_1h: Tokens | None = None
    audio_input: Tokens | None = None
    audio_output: Tokens | None = None
    tier: str | None = None
    unpriced: str | None = None

    def checked(self) -> "Usage":
        """Return it with what is no such number as unknown: providers are free in what they say, readers are not."""
        return Usage(
            _count(self.input),
            _count(self.output),
            _count(self.cache_read),
            _count(self.cache_write),
            _count(self.reasoning),
            _price(self.cost_usd),
            _count(self.cache_write_1h),
            _count(self.audio_input),
            _count(self.audio_output),
            self.tier if type(self.tier) is str else None,
            self.unpriced,
        )


class Messages(msgspec.Struct, array_like=True, frozen=True):
    """Chat messages and lists of them that this frame adds to its segment, see `gradient.journal.messages`.

    Attributes:
        written: Key and JSON of each message that was not written before.
        lists: Key, base list (0 or "": none), how many of its messages to keep, and the keys of those after them.
    """

    written: list[tuple[Key, msgspec.Raw]]
    lists: list[tuple[Key, Key, int, list[Key]]]


def _count(told: Any) -> int | None:
    return told if type(told) is int and 0 <= told <= MOST_TOKENS else None


def _price(told: Any) -> float | None:
    try:
        price = float(told) if isinstance(told, int | float | Decimal) else None
    except (ArithmeticError, ValueError):  # too large an integer, or a signalling NaN
        return None
    return price if price is not None and isfinite(price) else None


class ProcessStarted(msgspec.Struct, array_like=True, tag=1, frozen=True):
    """The process that writes this segment."""

    version: int
    pid: int
    host: str
    python: str
    argv: list[str]
    project: str
    wall: Nanoseconds
    at: Nanoseconds


class RequestStarted(msgspec.Struct, array_like=True, tag=2):
    """An entrypoint was called."""

    request: bytes
    at: Nanoseconds
    wall: Nanoseconds
    entrypoint: str
    trace_id: bytes
    session_id: str | None = None
    user_id: str | None = None
    tags: list[str] = []
    metadata: JsonPayload = None
    follows: bytes | None = None
    inputs: JsonPayload = None
    messages: Messages | None = None


class RequestEnded(msgspec.Struct, array_like=True, tag=3):
    """A request is over."""

    request: bytes
    at: Nanoseconds
    started_at: Nanoseconds
    wall: Nanoseconds
    entrypoint: str
    trace_id: bytes
    status: str
    error: Failure | None = None
    session_id: str | None = None
    user_id: str | None = None
    tags: list[str] = []
    metadata: JsonPayload = None
    follows: bytes | None = None
    sampled: bool = True
    dropped: int = 0
    truncated: int = 0
    outputs: JsonPayload = None
    messages: Messages | None = None


class ExecutionStarted(msgspec.Struct, array_like=True, tag=4):
    """A node execution began."""

    request: bytes
    id: int
    parent: int
    at: Nanoseconds
    name: str
    kind: str
    framework: str
    node_id: str
    metadata: JsonPayload = None
    model: str | None = None
    provider: str | None = None
    inputs: JsonPayload = None
    messages: Messages | None = None


class ExecutionEnded(msgspec.Struct, array_like=True, tag=5):
    """A node execution is over; `late_inputs` are inputs that were known only then."""

    request: bytes
    id: int
    parent: int
    at: Nanoseconds
    started_at: Nanoseconds
    name: str
    kind: str
    framework: str
    node_id: str
    status: str
    error: Failure | None = None
    metadata: JsonPayload = None
    model: str | None = None
    provider: str | None = None
    usage: Usage | None = None
    first_token_at: Nanoseconds | None = None
    attempt: int | None = None
    cached: bool = False
    outputs: JsonPayload = None
    late_inputs: JsonPayload = None
    messages: Messages | None = None


class Updated(msgspec.Struct, array_like=True, tag=6):
    """Something was learnt: `what` is "metadata", "event" or "link"; execution 0 is the request itself."""

    request: bytes
    execution: int
    at: Nanoseconds
    what: str
    name: str
    payload: JsonPayload = None


class GraphSeen(msgspec.Struct, array_like=True, tag=7):
    """The topology of a compiled graph: `payload` is {"nodes": [...], "edges": [...]}."""

    graph_id: str
    name: str
    payload: JsonPayload = None


class Removed(msgspec.Struct, array_like=True, tag=8, frozen=True):
    """What stood here was removed; `messages` are those of it that others refer to."""

    messages: Messages | None = None


Event = (
    ProcessStarted | RequestStarted | RequestEnded | ExecutionStarted | ExecutionEnded | Updated | GraphSeen | Removed
)

_decoder = msgspec.json.Decoder(Event)
_PAYLOAD_FIELDS = {"inputs", "outputs", "late_inputs", "metadata", "payload"}
_PAYLOADS: dict[type[Any], list[str]] = {
    kind: [name for name in kind.__struct_fields__ if name in _PAYLOAD_FIELDS] for kind in get_args(Event)
}

encode_event = msgspec.json.Encoder().encode


def decode_event(body: bytes) -> Any:
    """Return the event that `body` says, payloads as JSON bytes or None; None where it cannot be understood."""
    try:
        event = _decoder.decode(body)
    except msgspec.DecodeError:  # a newer or a foreign format; ValidationError is one of them
        return None
    for name in _PAYLOADS[type(event)]:
        payload = getattr(event, name)
        if payload is not None:
            setattr(event, name, None if payload == _NULL else bytes(payload))
    return event
