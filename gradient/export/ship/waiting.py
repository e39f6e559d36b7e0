"""What was read of one request and not yet sent: places of frames, no payloads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gradient.export.ship.segments import Place

REQUEST = 0
"""Stands for the request itself among the numbers of its executions."""


class Waiting:
    """A request that is not done.

    Attributes:
        key: The request's 16 bytes.
        first: Place of its first frame.
        begun: Whether this process opened it; a forked child has executions of a request that its parent opened.
        over: Whether it ended.
        sampled: Whether it is exported, as far as its end has told.
        since_s: When we first saw it, on the shipper's clock.
        sent: What was sent: executions, and `REQUEST`.
        shown: What was sent while it ran; it is sent again when it has ended.
    """

    __slots__ = ("_ended", "_places", "begun", "first", "key", "over", "sampled", "sent", "shown", "since_s")

    def __init__(self, key: bytes, first: Place, since_s: float, sent: Iterable[int] = ()) -> None:
        self.key = key
        self.first = first
        self.begun = False
        self.over = False
        self.sampled = True
        self.since_s = since_s
        self.sent = set(sent)
        self.shown: set[int] = set()
        self._places: dict[int, list[Place]] = {REQUEST: []}
        self._ended: set[int] = set()

    def add(self, execution: int, place: Place, *, ended: bool) -> None:
        """Note a frame of an execution, or of the request itself."""
        self._places.setdefault(execution, []).append(place)
        if ended:
            self._ended.add(execution)

    def places(self, execution: int) -> list[Place]:
        """Return where an execution, or the request itself, stands."""
        return self._places[execution]

    def ready(self, *, final: bool) -> list[int]:
        """Return what can be sent now, in the order in which it was begun.

        Args:
            final: Nothing more will come, because the process has died.
        """
        if not self.sampled:
            return []
        if final:
            # Without its start or its end there is no request to tell of: another process will.
            ready = [one for one in self._places if one != REQUEST or self.begun or self.over]
        elif self.over or not self.begun:
            ready = [one for one in self._places if one in self._ended]
        else:
            return []
        return [one for one in ready if one not in self.sent]

    def in_flight(self) -> list[int]:
        """Return what can be told of a request that runs and was not told before."""
        if not self.begun or self.over:
            return []
        return [one for one in self._places if one not in self.sent and (one in self._ended or one not in self.shown)]

    def has_ended(self, execution: int) -> bool:
        """Tell whether an execution, or the request itself, has ended."""
        return execution in self._ended

    def note_sent(self, execution: int, *, last: bool) -> None:
        """Note that an execution arrived; unless that was the last that will be told of it, it is sent again."""
        (self.sent if last else self.shown).add(execution)

    @property
    def done(self) -> bool:
        """Whether nothing more of it will have to be sent, as far as anybody knows."""
        if not self.sampled:
            return self.over
        pending = self._places.keys() - self.sent
        return not pending if self.over else not self.begun and pending == {REQUEST}
