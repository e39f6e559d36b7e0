"""How far each process's journal was sent, on disk, and who is sending it.

    <home>/otlp/<destination>/<process id>.json    how far, replaced in one step after the backend took something
                              <process id>.lock    held (flock) by whoever sends this journal
                              <process id>.done    all of it was sent

A destination has a folder of its own, named by a hash of its address: what one backend has, another may not.
"""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING
from weakref import WeakSet

import msgspec

from gradient.journal import ours
from gradient.journal.descriptors import close_ours, identity_of
from gradient.journal.process import try_lock

if TYPE_CHECKING:
    from pathlib import Path

_FOLDER = "otlp"
_NAME_CHARS = 12


class Sent(msgspec.Struct):
    """What was sent of a request that is not done.

    Attributes:
        segment, offset: Place of its first frame.
        sent: Its executions that were sent, in hexadecimal; 0 stands for the request itself.
    """

    segment: int
    offset: int
    sent: list[str] = []


class Progress(msgspec.Struct):
    """How far one journal was sent.

    Attributes:
        segment, offset: Where reading goes on; what is before was sent, but for what is in `requests`.
        requests: Those that are not done, by id in hexadecimal.
        dropped: How many spans the backend would not take.
    """

    segment: int = 0
    offset: int = 0
    requests: dict[str, Sent] = {}
    dropped: int = 0


class Ledger:
    """The progress of all journals of a home, for one destination.

    Args:
        home: The folder that journals are below.
        url: Where spans go.
    """

    def __init__(self, home: Path, url: str) -> None:
        self._journals = home / "journal"
        self._folder = home / _FOLDER / sha256(url.encode()).hexdigest()[:_NAME_CHARS]

    def claim(self, process_id: str) -> Claim | None:
        """Take over a journal; None where it was sent whole, or somebody else is at it.

        Raises:
            OSError: The folder cannot be written.
        """
        if self._done(process_id).exists():
            return None
        self._make()
        lock = ours.open_lock(self._folder / f"{process_id}.lock")
        if try_lock(lock, shared=False) is False or self._done(process_id).exists():
            os.close(lock)
            return None
        return Claim(self._folder / process_id, lock)

    def begin(self, process_id: str) -> None:
        """Note that a journal is to be sent, so that another goes on where we cannot; never raises."""
        with suppress(OSError):
            self._make()
            ours.create_empty(self._folder / f"{process_id}.json")

    def begun(self) -> set[str]:
        """Return the processes whose journals somebody began to send and did not finish."""
        return {path.stem for path in self._folder.glob("*.json")}

    def forget_gone(self) -> None:
        """Forget processes whose journals are gone."""
        if self._journals.is_dir():
            for path in self._folder.glob("*.*"):
                # Asked for each: a process may have begun since we looked at all of them.
                if not (self._journals / path.stem).exists():
                    path.unlink(missing_ok=True)

    def _make(self) -> None:
        for folder in (self._folder.parent, self._folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _done(self, process_id: str) -> Path:
        return self._folder / f"{process_id}.done"


class Claim:
    """A journal that nobody else sends while this is held."""

    def __init__(self, path: Path, lock: int) -> None:
        self._path = path
        self._lock = lock
        self._file = identity_of(lock)
        _claims.add(self)

    def load(self) -> Progress:
        """Return how far it was sent; what cannot be read is as if nothing was."""
        try:
            return msgspec.json.decode(self._with(".json").read_bytes(), type=Progress)
        except (OSError, msgspec.DecodeError):
            return Progress()

    def save(self, progress: Progress) -> None:
        """Write how far it was sent: whole or not at all, whenever we are killed."""
        new = self._with(".new")
        with os.fdopen(ours.create(new), "wb") as file:
            file.write(msgspec.json.encode(progress))
        new.replace(self._with(".json"))

    def finish(self) -> None:
        """Note that all of it was sent, and let go."""
        ours.create_empty(self._with(".done"))
        for suffix in (".json", ".lock"):
            self._with(suffix).unlink(missing_ok=True)
        self.release()

    def release(self) -> None:
        """Let go; another may go on."""
        lock, self._lock = self._lock, -1
        if lock >= 0:
            close_ours(lock, self._file)

    def _with(self, suffix: str) -> Path:
        return self._path.with_name(self._path.name + suffix)


_claims: WeakSet[Claim] = WeakSet()


def _release_all() -> None:
    """Close what a forked child inherited: it would keep its parent's journals claimed when that is dead."""
    for claim in list(_claims):
        claim.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_release_all)
