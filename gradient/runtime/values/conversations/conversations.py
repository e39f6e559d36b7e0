"""One recorder's memory of messages: the table, the segment being written, and which objects are messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gradient.runtime.values.conversations.batch import Batch
from gradient.runtime.values.conversations.modes import Modes
from gradient.runtime.values.conversations.table import MAX_BYTES, Table, Written

if TYPE_CHECKING:
    from gradient.runtime.values.shapes import Shapes


class Conversations:
    """What was recorded of messages.

    Args:
        shapes: Tells which objects are messages.
        generation: Returns the number of the segment now being written.
        max_bytes: How much is kept; what does not fit is emptied and recorded once more.

    Attributes:
        table: What is kept.
        max_bytes: As given.
    """

    def __init__(self, shapes: Shapes, generation: Callable[[], int], *, max_bytes: int = MAX_BYTES) -> None:
        self.shapes = shapes
        self.modes = Modes(shapes)
        self.table = Table()
        self._generation = generation
        self.max_bytes = max_bytes
        self._written = Written(-1)

    def batch(self) -> Batch:
        """Begin one payload."""
        written = self.written()
        if self.table.size > self.max_bytes:
            self.table = Table()
        return Batch(self, self.table, written)

    def written(self) -> Written:
        """Return what stands in the segment now being written."""
        generation, written = self._generation(), self._written
        if written.generation != generation:
            written = self._written = Written(generation)
        return written
