"""Small frames that must not be lost: held in memory until there is room for them."""

from collections import deque
from zlib import crc32

from gradient.journal.errors import NotWritable
from gradient.journal.frames import frame_bytes
from gradient.journal.segment import Segment

_MOST_BYTES = 4 << 20


class Kept(deque[bytes]):
    """The frames of one writer that wait, in order. They refer to no others.

    A deque, because whoever appends asks whether it is empty: no signal is handled within that question.

    Attributes:
        room: How long a body is that takes as much room as all of them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.room = 0

    def hold(self, body: bytes) -> None:
        """Hold a frame; beyond some megabytes it is lost all the same."""
        if self.room + frame_bytes(len(body)) <= _MOST_BYTES:
            self.append(body)
            self.room += frame_bytes(len(body))

    def write(self, segment: Segment) -> None:
        """Write as many as a segment has room for, what is reserved for them included."""
        while self:
            body = self[0]
            if segment.used + len(body) > segment.last:
                return
            try:
                segment.write(body, len(body), crc32(body))
            except NotWritable:
                return
            self.room -= frame_bytes(len(self.popleft()))
