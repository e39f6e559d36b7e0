"""Append frames to the journal of this process, from any thread, without ever raising into the host.

    append ── fits, right generation ──> Segment.write          the hot path
           ── does not fit ──> _make_room: more of this segment, or the next one, preamble first
           ── inside another append (signal, garbage collection) ──> deferred; the outer call writes it

Bodies are opaque. Because a body may refer to earlier ones of its segment, and only of its segment, callers
encode for a *generation* and are told when it is over.
"""

import os
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import RLock
from weakref import WeakSet
from zlib import crc32

from gradient.journal.errors import FrameTooLarge, NotWritable, StaleFrame
from gradient.journal.frames import MAX_BODY_BYTES
from gradient.journal.keeping import Kept
from gradient.journal.opener import SegmentOpener
from gradient.journal.segment import NO_SEGMENT, Segment

_APPENDS_PER_RETRY = 256
"""After a segment could not be opened, how many frames that need one are lost before it is tried again."""


class JournalWriter:
    """The journal of this process. Nothing is on disk before the first frame.

    Attributes:
        generation: Changes whenever a segment is opened (or tried to be), and never comes back, not even in a
            forked child; 0 before the first.
        lost: How many frames this process could not write.
    """

    generation: int
    lost: int
    _busy: bool

    __slots__ = (
        "__weakref__",
        "_busy",
        "_deferred",
        "_failure",
        "_kept",
        "_lock",
        "_lost_before",
        "_on_loss",
        "_opener",
        "_retry_after",
        "_segment",
        "generation",
        "lost",
    )

    def __init__(  # noqa: PLR0913 - settings, by name
        self,
        root: Path,
        preamble: Callable[[], bytes],
        *,
        first_segment_bytes: int = 256 * 1024,
        largest_segment_bytes: int = 64 * 1024 * 1024,
        mapped: bool | None = None,
        on_loss: Callable[[str], None] | None = None,
    ) -> None:
        """Prepare a writer; open nothing.

        Args:
            root: Folder of all processes' journals. Made on the first append when it is missing.
            preamble: Gives the body of the first frame of every segment.
            first_segment_bytes: Size of the first segment; each further one is twice as large.
            largest_segment_bytes: Where doubling ends. A larger body still gets a segment of its own size.
            mapped: Whether to write through memory; None decides by the file system.
            on_loss: Called with a sentence when a frame is lost for the first time in this process.
        """
        self._opener = SegmentOpener(root, preamble, first_segment_bytes, largest_segment_bytes, mapped=mapped)
        self._on_loss = on_loss
        self.generation = 0
        self._segment: Segment = NO_SEGMENT
        self.forget()
        _writers.add(self)

    @property
    def folder(self) -> Path | None:
        """Folder of this process, or None before the first frame and after `close`."""
        return self._opener.folder

    @property
    def place(self) -> tuple[int, Path | None]:
        """The generation, and the file of its segment; None while there is none, or inside an append."""
        with self._lock:
            return self.generation, None if self._busy else self._segment.path

    def append(self, body: bytes, generation: int | None = None) -> bool | None:
        """Write one frame. Never raises an `Exception`; a KeyboardInterrupt and its like pass.

        Args:
            body: What to write.
            generation: The `generation` that `body` was encoded for, or None when it refers to no other frame.

        Returns:
            True: The frame is written. (Called from inside another append, on the same thread: it will be, before
                that append returns.)
            False: `generation` is over, nothing was written. Encode again for the new `generation` and call again;
                after a few rounds against busy threads, encode without references and pass None.
            None: The frame is lost, and counted in `lost`.
        """
        try:
            crc = crc32(body)
            size = len(body)
            with self._lock:
                if self._busy:
                    return self._defer(body, size, crc, generation)
                try:
                    try:
                        self._busy = True
                        segment = self._segment
                        if segment.used + size > segment.limit:
                            if segment.used + size > segment.end:
                                # Before any call, where a signal handler could defer a frame for the ending generation.
                                self.generation += 1
                            segment = self._make_room(size)
                        current = generation is None or generation == self.generation
                        if current:
                            segment.write(body, size, crc)
                        if self._deferred or self._kept:
                            self._write_deferred()
                            self._kept.write(self._segment)
                        return current
                    finally:
                        self._busy = False
                except BaseException:
                    self._busy = False  # an interrupt may have come in between
                    raise
        except Exception as error:  # noqa: BLE001 - our bug costs a frame, not an answer
            try:
                self._lose(error)
            except Exception:  # noqa: BLE001 - at the end of the stack even this call may fail
                self.lost += 1
            return None

    def keep(self, body: bytes) -> None:
        """Write a small frame that refers to no other as soon as there is room, because it must not be lost."""
        with self._lock:
            self._kept.hold(body)
            if not self._busy:
                try:
                    self._busy = True
                    self._kept.write(self._segment)
                finally:
                    self._busy = False

    def open(self) -> bool:
        """Open the first segment, if none is open, so that `generation` is known; tell whether one is open."""
        with self._lock:
            if self._segment is NO_SEGMENT and not self._busy:
                self._busy = True
                try:
                    self.generation += 1
                    self._roll(0)
                    self._write_deferred()
                except Exception:  # noqa: BLE001, S110 - nothing is lost yet; the next append will say why
                    pass
                finally:
                    self._busy = False
            return self._segment is not NO_SEGMENT

    def close(self) -> None:
        """Close the segment and let the process folder go. A later append begins a new process folder."""
        with self._lock:
            if self._busy:
                self._deferred.append(None)
                return
            try:
                self._busy = True
                self._write_deferred()
                self._shut()
            finally:
                self._busy = False

    def renew(self) -> None:
        """Begin another process folder where somebody closed our descriptors: this one reads as a dead process's."""
        if not self._opener.is_ours():
            self.close()

    def forget(self) -> None:
        """Begin anew, as a forked child must: what is open belongs to the parent, and is left as it is."""
        self._lock = RLock()
        self._busy = False
        self._deferred: deque[tuple[bytes, int, int, int | None] | None] = deque()
        self._kept = Kept()
        self._failure: NotWritable | None = None
        self._retry_after = 0
        self.lost = self._lost_before = 0
        segment, self._segment = self._segment, NO_SEGMENT
        segment.abandon()
        self._opener.let_go()

    def _shut(self) -> None:
        self.generation += bool(self._kept)
        self._write_last()
        segment, self._segment = self._segment, NO_SEGMENT
        segment.close()
        self._opener.let_go()

    def _defer(self, body: bytes, size: int, crc: int, generation: int | None) -> bool:
        if generation is not None and generation != self.generation:
            return False
        self._deferred.append((body, size, crc, generation))
        return True

    def _write_deferred(self) -> None:
        while self._deferred:
            frame = self._deferred.popleft()
            try:
                if frame is None:
                    self._shut()
                else:
                    self._write_late(*frame)
            except Exception as error:  # noqa: BLE001 - as in `append`
                self._lose(error)

    def _write_late(self, body: bytes, size: int, crc: int, generation: int | None) -> None:
        segment = self._segment
        if segment.used + size > segment.limit:
            self.generation += segment.used + size > segment.end
            segment = self._make_room(size)
        if generation is not None and generation != self.generation:
            raise StaleFrame(generation)
        segment.write(body, size, crc)

    def _write_last(self) -> None:
        """Write what was kept, in a segment of its own if that must be and can be."""
        self._kept.write(self._segment)
        if self._kept and self._opener.is_ours():
            self._retry_after = 0
            try:
                self._roll(self._kept.room)
            except (OSError, NotWritable, FrameTooLarge):
                return  # the head of the last segment says that something is missing
            self._kept.write(self._segment)

    def _make_room(self, size: int) -> Segment:
        segment = self._segment
        if segment.used + size > segment.end:
            return self._roll(size)
        segment.extend(size)
        return segment

    def _roll(self, size: int) -> Segment:
        """Make a segment with room for `size` bytes the current one. The caller has moved `generation` on."""
        if size > MAX_BODY_BYTES:
            raise FrameTooLarge(size, MAX_BODY_BYTES)
        if self._failure is not None and self._retry_after > 0:
            self._retry_after -= 1
            raise NotWritable(self._failure.path, self._failure.reason)
        try:
            segment = self._opener.open_next(size)
        except (OSError, NotWritable) as error:
            self._retry_after = _APPENDS_PER_RETRY
            # A fresh one, because a raised exception would keep all the frames it went through, and their bodies.
            place, reason = self._opener.root, str(error)
            if isinstance(error, NotWritable):
                place, reason = error.path, error.reason
            elif error.strerror:
                reason = error.strerror
            self._failure = NotWritable(place, reason)
            raise NotWritable(place, reason) from error
        self._failure = None
        self._lost_before = self.lost
        ended, self._segment = self._segment, segment
        ended.close()
        return segment

    def _lose(self, error: Exception) -> None:
        with self._lock:
            self.lost += 1
            first = self.lost == 1
            with suppress(Exception):  # a file that was closed under us
                self._segment.note_lost(self.lost - self._lost_before)
        if first and self._on_loss is not None:
            with suppress(Exception):  # telling is a courtesy
                self._on_loss(str(error) or repr(error))


_writers: WeakSet[JournalWriter] = WeakSet()


def _forget_all() -> None:
    for writer in list(_writers):
        writer.forget()


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_forget_all)
