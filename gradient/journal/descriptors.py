"""Whether a descriptor is still ours.

A program may close all descriptors there are, as daemons do, and then our numbers are those of files of its own. So
what we keep open is known by its file, and nothing is done with a number that leads to another one.
"""

import mmap
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

Identity = tuple[int, int]

_OPEN = os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)

# Maps whose own descriptor is somebody else's by now. Letting go of one would close that; so they stay until the very
# end of the interpreter, where callbacks for forks go later than the files of the user's modules.
_kept: list[mmap.mmap] = []
if sys.platform != "win32":
    os.register_at_fork(after_in_child=_kept.__len__)


def identity_of(descriptor: int) -> Identity:
    """Return what a file is known by while it exists."""
    state = os.fstat(descriptor)
    return state.st_dev, state.st_ino


def is_ours(descriptor: int, file: Identity) -> bool:
    """Tell whether a descriptor still leads to a file of ours."""
    try:
        return identity_of(descriptor) == file
    except OSError:
        return False


def close_ours(descriptor: int, file: Identity) -> None:
    """Close a descriptor, unless it is somebody else's by now."""
    if is_ours(descriptor, file):
        os.close(descriptor)


@contextmanager
def reopened(path: Path, file: Identity) -> Generator[int]:
    """Open a file of ours once more, for a moment.

    Raises:
        OSError: It is gone, or another one stands in its place.
    """
    descriptor = os.open(path, _OPEN)
    try:
        if identity_of(descriptor) != file:
            raise FileNotFoundError(path)
        yield descriptor
    finally:
        os.close(descriptor)


class FileMap:
    """A file in memory. Nothing of ours stays open beside it, except what `mmap` itself opens before Python 3.13.

    Attributes:
        memory: What to write to.
    """

    __slots__ = ("_descriptor", "_file", "memory")

    def __init__(self, descriptor: int, size: int) -> None:
        self._file = identity_of(descriptor)
        self._descriptor: int | None = None
        if sys.version_info >= (3, 13):
            self.memory = mmap.mmap(descriptor, size, trackfd=False)
        else:
            # `mmap` takes the lowest number that is free, as this does; unless another thread is quicker.
            expected = os.dup(descriptor)
            os.close(expected)
            self.memory = mmap.mmap(descriptor, size)
            self._descriptor = expected if is_ours(expected, self._file) else self._search(descriptor)

    def close(self) -> None:
        """Take the file out of memory, where that closes nothing of somebody else's."""
        if self._let_go():
            self.memory.close()
        del self.memory

    def drop(self) -> None:
        """Let go, and not close: a copy that a fork interrupted may still be using it."""
        self._let_go()
        del self.memory

    def _let_go(self) -> bool:
        may_go = self._descriptor is None or is_ours(self._descriptor, self._file)
        if not may_go:
            _kept.append(self.memory)
        return may_go

    def _search(self, other_than: int) -> int | None:
        numbers = (int(entry.name) for entry in Path("/proc/self/fd").iterdir())
        return next((number for number in numbers if number != other_than and is_ours(number, self._file)), None)
