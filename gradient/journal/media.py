"""Media that are kept: beside the segment that refers to them, one file for each, named by its digest.

    000001.seg      000001.media/<sha256>

What refers to a medium stands in the segment beside which it lies, so one goes with the other. Beside a further segment
of the same process the same medium is a further name of the same file, where there are such names. A file has its name
once it is whole, and whoever reads it compares its digest: what is half there, or was changed, is not there.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from gradient.journal import ours

SCHEME = "sha256:"
"""What a digest begins with in the bodies of frames."""

_DIGEST = re.compile(rb"sha256:([0-9a-f]{64})")
_FOLDER_SUFFIX = ".media"
_NUMBERS = iter(range(1, 1 << 62)).__next__  # an iterator of C's gives each number once, whichever threads ask


def referred(content: bytes | bytearray) -> set[str]:
    """Return the digests, in hexadecimal, that bodies of frames mention."""
    return {found.decode() for found in _DIGEST.findall(content)}


def path_of(segment: Path, digest: str) -> Path:
    """Return where a medium lies that a segment refers to, by the name that the segment has before it is compressed."""
    return _folder(segment) / digest


def put(path: Path, content: bytes) -> None:
    """Write a medium.

    Raises:
        OSError: It cannot be written.
    """
    making = _making(path)
    try:
        with os.fdopen(ours.create(making), "wb") as file:
            file.write(content)
        making.replace(path)
    except BaseException:
        with suppress(OSError):
            making.unlink()
        raise


def link(path: Path, former: Path) -> None:
    """Give a medium that is kept already a further name; where the file system has no such names, copy it.

    Raises:
        OSError: The former one is not there, or this one cannot be written.
    """
    making = _making(path)
    try:
        os.link(former, making)
    except FileNotFoundError:
        raise
    except (OSError, NotImplementedError):
        put(path, _content(former))
    else:
        making.replace(path)
        with suppress(FileNotFoundError):  # to rename one name of a file to another of the same does nothing
            making.unlink()


def kept(segment: Path) -> Iterator[tuple[str, Callable[[], bytes | None]]]:
    """Yield the digests of the media beside a segment, and what reads each: None where it is not whole."""
    for path in _files(segment):
        if not path.name.startswith("."):
            yield path.name, lambda path=path: _whole(path)  # type: ignore[misc]


def size_of(segment: Path) -> int:
    """Return how many bytes of media lie beside a segment."""
    size = 0
    for path in _files(segment):
        with suppress(OSError):
            size += path.lstat().st_size
    return size


def forget(segment: Path, needed: set[str] | None = None) -> None:
    """Delete the media beside a segment that nothing in it refers to any more.

    Raises:
        OSError: One of them cannot be deleted.
    """
    for path in _files(segment):
        if path.name not in (needed or ()):
            path.unlink(missing_ok=True)
    with suppress(OSError):  # there is none, or some are left
        _folder(segment).rmdir()


def _folder(segment: Path) -> Path:
    return segment.with_name(segment.name.partition(".")[0] + _FOLDER_SUFFIX)


def _making(path: Path) -> Path:
    """Return a name for a medium that is not whole yet, in a folder that is there."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    return path.with_name(f".{path.name}.{os.getpid()}-{_NUMBERS()}")


def _files(segment: Path) -> list[Path]:
    folder = _folder(segment)
    try:
        return sorted(folder.iterdir()) if ours.is_folder(folder) else []
    except OSError:
        return []


def _content(path: Path) -> bytes:
    with os.fdopen(ours.open_to_read(path), "rb") as file:
        return file.read()


def _whole(path: Path) -> bytes | None:
    try:
        content = _content(path)
    except OSError:
        return None
    return content if sha256(content).hexdigest() == path.name else None
