"""Keep the journals within an age and a size, oldest segments first.

A live process's files are never touched. Where nobody can tell whether a process lives, it is taken for dead once
its newest file is older than the limit.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from gradient.journal import media, ours
from gradient.journal.process import ALIVE_NAME, liveness_of

PRUNED_NAME = ".pruned"
"""A file beside the processes' folders, touched when segments were deleted, so that an index need not look at all."""


class Pruned(NamedTuple):
    """What was deleted.

    Attributes:
        files: How many segments.
        bytes: Their size.
    """

    files: int
    bytes: int


class _Segment(NamedTuple):
    written_s: float
    path: Path
    size: int


def prune(root: Path, *, max_age_s: float, max_bytes: float, now_s: float, dry_run: bool = False) -> Pruned:
    """Delete segments of dead processes: those past the age, then the oldest until all fit in `max_bytes`.

    Args:
        root: Folder of all processes' journals; may be missing.
        max_age_s: Segments last written longer ago go, in seconds.
        max_bytes: Most bytes of segments to keep, those of live processes counted.
        now_s: The time now, in seconds since the epoch.
        dry_run: Delete nothing, and say what would be.
    """
    oldest_s = now_s - max_age_s
    total, candidates, gone = 0, list[_Segment](), list[Path]()
    for folder in _folders(root):
        segments = _segments(folder)
        total += sum(segment.size for segment in segments)
        if _is_over(folder, segments, oldest_s):
            candidates += segments
            gone.append(folder)
    files = freed = 0
    for segment in sorted(candidates):
        if segment.written_s >= oldest_s and total - freed <= max_bytes:
            break
        if dry_run or _delete(segment.path):
            files += 1
            freed += segment.size
    if dry_run:
        return Pruned(files, freed)
    for folder in gone:
        _remove_emptied(folder)
    if files:
        mark_pruned(root)
    return Pruned(files, freed)


def mark_pruned(root: Path) -> None:
    """Note that segments were deleted."""
    with suppress(OSError):
        os.close(ours.create(root / PRUNED_NAME))


def _folders(root: Path) -> list[Path]:
    try:
        # Folders that were never renamed from their temporary name are dead, or a moment old; see `_is_over`.
        return [path for path in root.iterdir() if ours.is_folder(path)]
    except OSError:
        return []


def _segments(folder: Path) -> list[_Segment]:
    found: list[_Segment] = []
    with suppress(OSError):
        for path in folder.glob("*.seg*"):
            state = path.lstat()
            if stat.S_ISREG(state.st_mode):
                found.append(_Segment(state.st_mtime, path, state.st_size + media.size_of(path)))
    return found


def _is_over(folder: Path, segments: list[_Segment], oldest_s: float) -> bool:
    with suppress(OSError):
        newest_s = max((segment.written_s for segment in segments), default=folder.stat().st_mtime)
        # Looking at the lock of a folder that is being made could keep its owner from taking it.
        if folder.name.startswith(".") and newest_s >= oldest_s:
            return False
        liveness = liveness_of(folder)
        return liveness == "dead" or (liveness == "unknown" and newest_s < oldest_s)
    return False


def _delete(path: Path) -> bool:
    try:
        media.forget(path)
        path.unlink()
    except OSError:
        return False
    return True


def _remove_emptied(folder: Path) -> None:
    if not _segments(folder):
        with suppress(OSError):
            (folder / ALIVE_NAME).unlink(missing_ok=True)
            folder.rmdir()
