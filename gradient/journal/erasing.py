"""Take frames out of closed segments for good, and leave all others where they are.

A frame that is erased becomes one that says so and nothing else, as long as it was: no other frame moves, and what was
read of the segment stays valid. Messages that frames of others refer to stay.
"""

import os
import re
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from io import FileIO
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from gradient.journal import media, ours
from gradient.journal.compression import COMPRESSED_SUFFIX, write_compressed, write_raw
from gradient.journal.events import Key, Messages, Removed, decode_event, encode_event
from gradient.journal.files import open_file
from gradient.journal.frames import SEGMENT_HEADER_BYTES, frame_bytes, pack_frame
from gradient.journal.messages import SegmentMessages
from gradient.journal.reader import SegmentReader

_REFERENCE = re.compile(rb'"\$list":(?:(\d+)|"([0-9a-f]+)")')


class Erased(NamedTuple):
    """What was erased.

    Attributes:
        frames: How many frames.
        bytes: Their bodies' length.
        messages: The keys of messages and lists that went with them.
    """

    frames: int
    bytes: int
    messages: frozenset[Key]


def erase(path: Path, is_meant: Callable[[Any], bool]) -> Erased:
    """Erase the frames of a segment whose event is meant.

    Args:
        path: A closed segment, by its name before it was compressed.
        is_meant: Told each event, decides.

    Raises:
        OSError: The segment cannot be read, or written beside.
    """
    with closing(open_file(path)) as file:
        content = bytearray(file.read_at(file.size, 0))
    frames = [(frame.offset, frame.body) for frame in SegmentReader(path).poll(final=True)]
    events = [(offset, body, decode_event(body)) for offset, body in frames]
    meant = [(offset, body, event) for offset, body, event in events if event is not None and is_meant(event)]
    if not meant:
        return Erased(0, 0, frozenset())
    gone = {offset for offset, _, _ in meant}
    needed = _needed((body for offset, body, _ in events if offset not in gone), [event for _, _, event in events])
    lost: set[Key] = set()
    # What was kept of earlier ones for the sake of others may be needed by nobody now.
    earlier = [one for one in events if type(one[2]) is Removed]
    for offset, body, event in meant + earlier:
        messages = getattr(event, "messages", None)
        kept = _kept(messages, needed)
        lost |= _keys(messages) - _keys(kept)
        blank = encode_event(Removed(kept)).ljust(len(body))
        frame = pack_frame(blank, crc32(blank))
        content[offset : offset + len(frame)] = frame
    _blank_between(content, frames)
    media.forget(path, media.referred(content))
    _replace(path, bytes(content))
    return Erased(len(meant), sum(len(body) for _, body, _ in meant), frozenset(lost - needed))


def _blank_between(content: bytearray, frames: list[tuple[int, bytes]]) -> None:
    """Overwrite what is no whole frame: it may be a broken one of what is erased."""
    end = SEGMENT_HEADER_BYTES
    for offset, body in [*frames, (len(content), b"")]:
        content[end:offset] = bytes(max(0, offset - end))
        end = offset + frame_bytes(len(body))


def _needed(bodies: Iterable[bytes], events: Iterable[Any]) -> set[Key]:
    """Return the keys of the lists and messages that these bodies refer to."""
    segment = SegmentMessages()
    for event in events:
        segment.learn(getattr(event, "messages", None))
    referred = {found.groups() for body in bodies for found in _REFERENCE.finditer(body)}
    needed: set[Key] = set()
    for number, digest in referred:
        needed |= segment.behind(digest.decode() if number is None else int(number))
    return needed


def _kept(messages: Messages | None, needed: set[Key]) -> Messages | None:
    if messages is None:
        return None
    written = [one for one in messages.written if one[0] in needed]
    lists = [one for one in messages.lists if one[0] in needed]
    return Messages(written, lists) if written or lists else None


def _keys(messages: Messages | None) -> set[Key]:
    if messages is None:
        return set()
    return {key for key, _ in messages.written} | {key for key, *_ in messages.lists}


def _replace(path: Path, content: bytes) -> None:
    """Put a segment's new content in the place of the old, in the form that it has."""
    compressed = path.with_name(path.name + COMPRESSED_SUFFIX)
    for form in (form for form in (path, compressed) if ours.is_file(form)):
        making = form.with_name(f".{form.name}")
        with FileIO(ours.open_ours(form)) as former:
            state = os.fstat(former.fileno())
        try:
            (write_compressed if form is compressed else write_raw)(making, content, state)
            making.replace(form)
        except OSError:
            with suppress(OSError):
                making.unlink()
            raise
