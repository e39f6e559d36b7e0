"""Finish the segments of a process that died before it could close them.

What is given back is zeros. A segment of a format that we do not know, and what stands behind the last frame that we
can read, stay as they are.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from gradient.journal.files import RawFile
from gradient.journal.frames import (
    SEGMENT_HEADER_BYTES,
    FrameWindow,
    pack_segment_header,
    unpack_segment_header,
)
from gradient.journal.ours import open_ours
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
        with FileIO(open_ours(path, to_write=True), "r+") as file:
            header = unpack_segment_header(file.read(SEGMENT_HEADER_BYTES) or b"")
            if header is None:
                return False
            content = RawFile(file)
            closed = header.used_bytes
            used = FrameWindow(content, content.size).end_of_content(_end_of_frames(path) if closed is None else closed)
            if closed is not None and (content.size <= closed or used > closed):
                return False
            # The mark comes last: should we die in between, the next one to settle begins again.
            file.truncate(used)
            file.seek(0)
            file.write(pack_segment_header(header.number, used, header.lost))
    except OSError:
        return False
    return True


def _end_of_frames(path: Path) -> int:
    reader = SegmentReader(path)
    for _ in reader.poll(final=True):
        pass
    return reader.offset


@contextmanager
def _alone_in(folder: Path) -> Generator[bool]:
    """Hold the folder's own lock inside the block, or give False: the `alive` lock would make the dead look alive."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        yield False
        return
    try:
        yield try_lock(descriptor, shared=False) is True
    finally:
        os.close(descriptor)
