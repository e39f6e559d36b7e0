"""Spans in requests of a bearable size, each span with what is noted once it arrived."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from gradient.export.genai import Attributes
from gradient.export.protobuf import request_of

if TYPE_CHECKING:
    from gradient.export.ship.waiting import Waiting
    from gradient.export.spans import Span

MOST_SPANS = 512
MOST_BYTES = 2_000_000


class Item(NamedTuple):
    """One span on its way.

    Attributes:
        waiting: The request it is of, and which of its executions it is.
        span: The span.
        serialised: The same, as it is sent.
        last: Whether nothing more will be told of it.
        resource: Describes the process, as JSON: the same for many spans.
    """

    waiting: Waiting
    execution: int
    span: Span
    serialised: bytes
    last: bool
    resource: bytes


class Batch:
    """Spans that are sent together.

    Attributes:
        bytes: Their length, which is nearly that of the request.
    """

    def __init__(self, items: list[Item] | None = None) -> None:
        self.items: list[Item] = items or []
        self.bytes = sum(len(item.serialised) for item in self.items)

    def add(self, item: Item) -> None:
        """Take one more span."""
        self.items.append(item)
        self.bytes += len(item.serialised)

    def has_room_for(self, item: Item, most_bytes: int) -> bool:
        """Tell whether it may grow by a span; an empty one takes any."""
        return not self.items or (len(self.items) < MOST_SPANS and self.bytes + len(item.serialised) <= most_bytes)

    def halves(self) -> tuple[Batch, Batch]:
        """Return two smaller ones."""
        middle = len(self.items) // 2
        return Batch(self.items[:middle]), Batch(self.items[middle:])

    def body(self) -> bytes:
        """Return the request, serialised."""
        groups: defaultdict[bytes, list[bytes]] = defaultdict(list)
        for item in self.items:
            groups[item.resource].append(item.serialised)
        return request_of((msgspec.json.decode(told, type=Attributes), spans) for told, spans in groups.items())

    def note_sent(self) -> None:
        """Note that all of it arrived."""
        for item in self.items:
            item.waiting.note_sent(item.execution, last=item.last)


def resource_key(attributes: Attributes) -> bytes:
    """Return attributes of a resource as what can be compared."""
    return msgspec.json.encode(attributes)
