"""The home as a place on a disk: whether it can be written, and what lies in it."""

import os
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from gradient.journal import processes
from gradient.store.opening import look_at_index

_OTHERS_BITS = 0o077


@dataclass(frozen=True, slots=True)
class Place:
    """A home, as it is now.

    Attributes:
        path: The home.
        exists: Whether it was made already; the first run makes it.
        writable: Whether we may write to it, or make it.
        readable: Whether we may read the journals.
        private: Whether nobody else may read it; None where it does not exist, or nobody can say.
        free_bytes: Room on its disk, or None where nobody can say.
        alive: Processes that write to it now; `dead` and `unknown` likewise.
        lost: Events that those processes could not write.
        segments: Files of the journals, `journal_bytes` their size.
        index_bytes: Size of the index, which can be rebuilt.
        index_refused: Why the index cannot be used, and what to do; None where it can, or will be made anew.
    """

    path: Path
    exists: bool
    writable: bool
    readable: bool
    private: bool | None
    free_bytes: int | None
    alive: int
    dead: int
    unknown: int
    lost: int
    segments: int
    journal_bytes: int
    index_bytes: int
    index_refused: str | None


def look_at(home: Path) -> Place:
    """Look at a home; nothing in it is changed."""
    journal = home / "journal"
    there = next((path for path in (home, *home.parents) if path.exists()), home)
    # What exists is what is written to; what does not is made below the nearest folder that does.
    written = journal if journal.exists() else there
    every = processes(journal)
    lives = Counter(process.liveness() for process in every)
    segments = list(_files(journal, "*/*.seg*"))
    index = look_at_index(home)
    return Place(
        path=home,
        exists=home.is_dir(),
        writable=_can_write(written),
        readable=not journal.exists() or (journal.is_dir() and os.access(journal, os.R_OK | os.X_OK)),
        private=_is_private(home),
        free_bytes=_free_bytes(there),
        alive=lives["alive"],
        dead=lives["dead"],
        unknown=lives["unknown"],
        lost=sum(process.lost() for process in every),
        segments=len(segments),
        journal_bytes=sum(segments) + sum(_files(journal, "*/*.media/*")),
        index_bytes=index.bytes,
        index_refused=index.refused,
    )


def _can_write(folder: Path) -> bool:
    """Try it, with a file that has no name: permissions do not tell of everything that can be in the way."""
    try:
        with TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _files(folder: Path, pattern: str) -> Iterable[int]:
    """Yield the sizes of files; one that is deleted meanwhile has none."""
    for path in folder.glob(pattern):
        try:
            if path.is_file():
                yield path.stat().st_size
        except OSError:
            continue


def _is_private(home: Path) -> bool | None:
    try:
        return None if os.name == "nt" else not home.stat().st_mode & _OTHERS_BITS
    except OSError:
        return None


def _free_bytes(there: Path) -> int | None:
    try:
        return shutil.disk_usage(there).free
    except OSError:
        return None
