"""Finish the segments of a process that died before it could close them."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from gradient.journal.frames import SEGMENT_HEADER_BYTES, pack_segment_header, unpack_segment_header
from gradient.journal.process import try_lock
from gradient.journal.reader import ProcessJournal, SegmentReader


def settle(process: ProcessJournal) -> bool:
    """Truncate the segments of a dead process to their used length and mark them closed.

    Returns:
        Whether anything was changed. False for a process that lives or may live, for one that is settled already,
        and for one that somebody else is settling now.
    """
    if process.liveness() != "dead":
        return False
    with _alone_in(process.path) as alone:
        return alone and any([_settle_segment(path) for path in process.path.glob("*.seg")])  # noqa: C419 - all of them


def _settle_segment(path: Path) -> bool:
    try:
        with path.open("r+b", buffering=0) as file:
            header = unpack_segment_header(file.read(SEGMENT_HEADER_BYTES) or b"")
            closed = None if header is None else header.used_bytes
            used = _used_bytes(path) if closed is None else closed
            size = file.seek(0, os.SEEK_END)
            if closed is not None and size <= used:
                return False
            # The mark comes last: should we die in between, the next one to settle begins again.
            file.truncate(min(used, size))
            if header is not None:
                file.seek(0)
                file.write(pack_segment_header(header.number, used))
    except OSError:
        return False
    return True


def _used_bytes(path: Path) -> int:
    reader = SegmentReader(path)
    for _ in reader.poll(final=True):
        pass
    return reader.offset


@contextmanager
def _alone_in(folder: Path) -> Generator[bool]:
    """Hold the folder's own lock inside the block, or give False: the `alive` lock would make the dead look alive."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        yield False
        return
    try:
        yield try_lock(descriptor, shared=False) is True
    finally:
        os.close(descriptor)
