"""The folder of one process, and the lock that tells whether that process still lives.

The lock is on a file of its own, never on a segment: a memory map keeps a file's lock alive, and so does a forked
child. The folder is made and locked under a temporary name, so that nobody ever sees it unlocked while we live.
"""

import os
import sys
import time
from pathlib import Path
from typing import Literal

from gradient.journal.ours import open_to_read

if sys.platform != "win32":
    import fcntl

from gradient.journal.descriptors import close_ours, identity_of, is_ours

Liveness = Literal["alive", "dead", "unknown"]

ALIVE_NAME = "alive"


class ProcessFolder:
    """The folder that this process writes to, locked for as long as the object is not released.

    Attributes:
        path: `<root>/<process id>`.
    """

    def __init__(self, root: Path) -> None:
        for folder in (root.parent, root):  # `parents` would make it for everybody to read
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        process_id = new_process_id()
        making = root / f".{process_id}"
        making.mkdir(mode=0o700)
        self.path = root / process_id
        self._descriptor = _lock_new(making / ALIVE_NAME)
        self._file = (0, 0) if self._descriptor < 0 else identity_of(self._descriptor)
        try:
            making.rename(self.path)
        except BaseException:
            self.release()
            raise

    def is_ours(self) -> bool:
        """Tell whether the lock is still held: it is not where somebody closed all descriptors of the process."""
        return self._descriptor < 0 or is_ours(self._descriptor, self._file)

    def release(self) -> None:
        """Stop being alive, here. A forked child calls this too: its parent's lock stays until the parent ends."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            close_ours(descriptor, self._file)


def new_process_id() -> str:
    """Return an id that sorts by time and that no other process has."""
    return f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.getpid()}-{os.urandom(3).hex()}"


def liveness_of(folder: Path) -> Liveness:
    """Tell whether the process that owns `folder` still writes to it.

    "unknown" means that nobody can say: the folder was copied without its lock file, or there are no locks here.
    A process that is dead once is dead for ever, because nobody locks an existing folder again.
    """
    if sys.platform == "win32":
        return "unknown"
    try:
        descriptor = open_to_read(folder / ALIVE_NAME)
    except OSError:
        return "unknown"
    try:
        # Shared, so that two who ask at once do not take each other for the owner.
        free = try_lock(descriptor, shared=True)
        if free:
            fcntl.flock(descriptor, fcntl.LOCK_UN)  # Closing is not enough while a fork holds a copy.
    finally:
        os.close(descriptor)
    return "unknown" if free is None else "dead" if free else "alive"


def try_lock(descriptor: int, *, shared: bool) -> bool | None:
    """Take the lock of an open file without waiting; False when another holds it, None when there are no locks."""
    if sys.platform == "win32":
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_NB | (fcntl.LOCK_SH if shared else fcntl.LOCK_EX))
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _lock_new(path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    if try_lock(descriptor, shared=False):
        return descriptor
    # No locks here, so readers will say "unknown"; and on Windows an open file keeps its folder from being renamed.
    os.close(descriptor)
    return -1
