"""Events as the index needs them: without their payloads.

Most bodies are read by structs that end before the payloads do, which takes two thirds of the time. Those that bring
messages, and the few of other kinds, are read in full.
"""

from typing import Any

import msgspec

from gradient.journal.events import ExecutionEnded, ExecutionStarted, Nanoseconds, Usage, decode_event
from gradient.journal.failures import Failure

NO_MESSAGES = b"null]"
STARTED_TAG, ENDED_TAG = b"45"
"""What is the second byte of the body of a start, and of an end."""

_RAW = msgspec.Raw(b"null")


class StartedHead(msgspec.Struct, array_like=True, tag=4, gc=False):
    """The beginning of an `ExecutionStarted`."""

    request: bytes
    id: int
    parent: int
    at: Nanoseconds
    name: str
    kind: str
    framework: str
    node_id: str
    metadata: msgspec.Raw = _RAW
    model: str | None = None
    provider: str | None = None
    messages = None


class EndedHead(msgspec.Struct, array_like=True, tag=5, gc=False):
    """The beginning of an `ExecutionEnded`."""

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
    metadata: msgspec.Raw = _RAW
    model: str | None = None
    provider: str | None = None
    usage: Usage | None = None
    first_token_at: Nanoseconds | None = None
    attempt: int | None = None
    cached: bool = False
    messages = None


Started = StartedHead | ExecutionStarted
Ended = EndedHead | ExecutionEnded

_decode = msgspec.json.Decoder(StartedHead | EndedHead).decode
decode_ended = msgspec.json.Decoder(EndedHead).decode


def decode_head(body: bytes) -> Any:
    """Return the event that `body` says, of an execution its head; None where it cannot be understood."""
    if body[1:2] in b"45" and body.endswith(NO_MESSAGES):
        try:
            return _decode(body)
        except msgspec.DecodeError:
            return None
    return decode_event(body)
