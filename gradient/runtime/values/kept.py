"""Media whose bytes are kept: found while an event is captured, and written beside its segment before the event is.

Off unless the user asks for it. Nothing is kept of what an event does not say in the end: a payload may be withheld.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradient.journal import media
from gradient.runtime.listening.listeners import warn

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gradient.runtime.settings.fields import Settings

_MOST_KNOWN = 10_000
_TOO_LARGE, _NO_ROOM = "larger than max_medium_bytes", "no room in max_media_bytes"


class Keeper:
    """The media that this process has kept, by their digests; never their bytes.

    Attributes:
        written_bytes: How many bytes of media this process has written.
    """

    def __init__(self) -> None:
        self.written_bytes = 0
        self._known: dict[str, Path] = {}
        self._failed = False

    def has(self, digest: str) -> bool:
        """Tell whether a medium is kept."""
        path = self._known.get(digest)
        return path is not None and path.exists()

    def keep(self, segment: Path, body: bytes, found: dict[str, bytes]) -> None:
        """See to it that the media that an event mentions lie beside its segment."""
        for digest in media.referred(body):
            path, former = media.path_of(segment, digest), self._known.get(digest)
            if path == former or (former is None and digest not in found):
                continue
            try:
                self._keep(path, former, found.get(digest))
            except OSError as error:
                if not self._failed:
                    self._failed = True
                    warn(f"a medium could not be kept: {error}.")
            else:
                if len(self._known) >= _MOST_KNOWN:
                    self._known.clear()
                self._known[digest] = path

    def _keep(self, path: Path, former: Path | None, content: bytes | None) -> None:
        if content is None or (former is not None and former.exists()):
            if former is not None:
                media.link(path, former)
        else:
            media.put(path, content)
            self.written_bytes += len(content)


class Kept:
    """The media of one event.

    Args:
        keeper: Knows what is kept already.
        settings: How large one may be, and all of them.

    Attributes:
        found: Their bytes, by digest, until the event is written.
    """

    def __init__(self, keeper: Keeper, settings: Settings) -> None:
        self.found: dict[str, bytes] = {}
        self._keeper = keeper
        self._settings = settings

    def note(self, note: dict[str, Any], read: Callable[[], bytes]) -> dict[str, Any]:
        """Return a note that also says whether the medium is kept, or why not."""
        told = note["$media"]
        digest = told["digest"].removeprefix(media.SCHEME)
        if digest not in self.found and not self._keeper.has(digest):
            reason = self._reason_against(told["bytes"])
            if reason is not None:
                return {"$media": {**told, "kept": reason}}
            try:
                self.found[digest] = read()
            except ValueError:  # base64 that was cut somewhere
                return note
        return {"$media": {**told, "kept": True}}

    def _reason_against(self, size: int) -> str | None:
        if size > self._settings.max_medium_bytes:
            return _TOO_LARGE
        waiting = sum(map(len, self.found.values()))
        return _NO_ROOM if self._keeper.written_bytes + waiting + size > self._settings.max_media_bytes else None
