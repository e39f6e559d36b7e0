"""Open the files of a home, and nothing else that stands where one of them should.

A link is not followed: it may name anybody's file. What is no regular file is not opened: reading it may never end.
What belongs to somebody else than its folder does, or stands in a folder that is a link, is not replaced. What has a
second name is not written to in place.
"""

import os
import stat
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from errno import EPERM
from pathlib import Path

_BINARY = getattr(os, "O_BINARY", 0)
# Without waiting, because opening a FIFO waits for whoever is at its other end.
_CAREFULLY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | _BINARY


def open_to_read(path: Path) -> int:
    """Open a regular file, whoever owns it.

    Raises:
        OSError: There is none, or it cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | _CAREFULLY)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(EPERM, "It is not a file", str(path))
    return descriptor


def open_ours(path: Path, *, to_write: bool = False) -> int:
    """Open a file that belongs to whom its folder belongs to.

    Args:
        path: The file.
        to_write: It is changed in place.

    Raises:
        OSError: There is none, it is not ours, or it cannot be opened.
    """
    with _folder_of(path) as (folder, owner):
        flags = (os.O_RDWR if to_write else os.O_RDONLY) | _CAREFULLY
        descriptor = os.open(path if folder is None else path.name, flags, dir_fd=folder)
    state = os.fstat(descriptor)
    if not stat.S_ISREG(state.st_mode) or owner not in (None, state.st_uid) or (to_write and state.st_nlink > 1):
        os.close(descriptor)
        raise OSError(EPERM, "It is not a file of ours alone", str(path))
    return descriptor


def create(path: Path, like: os.stat_result | None = None) -> int:
    """Make a file anew, for its owner only; what stood there loses its name and is not written to.

    Args:
        path: The file.
        like: Who shall own it, if that is not us.

    Raises:
        OSError: It cannot be made.
    """
    with _folder_of(path) as (folder, _):
        name = path if folder is None else path.name
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _CAREFULLY
        descriptor = os.open(name, flags, 0o600, dir_fd=folder)
    if sys.platform != "win32" and like is not None and like.st_uid != os.geteuid():
        try:
            os.fchown(descriptor, like.st_uid, like.st_gid)
        except OSError:
            os.close(descriptor)
            raise
    return descriptor


def create_empty(path: Path) -> None:
    """Make a file that says nothing but that and when it was made, where there is none.

    Raises:
        OSError: It cannot be made.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _CAREFULLY, 0o600))


def open_lock(path: Path) -> int:
    """Open a file that is there to be locked; make it where there is none.

    Raises:
        OSError: It cannot be made, or a link stands there.
    """
    return os.open(path, os.O_RDWR | os.O_CREAT | _CAREFULLY, 0o600)


def is_folder(path: Path) -> bool:
    """Tell whether a folder stands there, and not a link to one."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def is_file(path: Path) -> bool:
    """Tell whether a regular file stands there, and not a link to one."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


@contextmanager
def _folder_of(path: Path) -> Generator[tuple[int | None, int | None]]:
    """Hold the folder of a file open, so that it stays the same; give it and its owner, where systems have these."""
    if os.open not in os.supports_dir_fd:
        yield None, None
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield folder, os.fstat(folder).st_uid
    finally:
        os.close(folder)
