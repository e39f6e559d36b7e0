"""How a payload refers to chat messages that its segment already holds.

A conversation grows by a message or two a turn, and every node of every turn is given all of it. Written out each time,
it would cost bytes and time quadratic in its length. So a message is written once in a segment, under a number, and a
list of messages once too: as so many messages of an earlier list, and the numbers of those after them. A payload then
says {"$list": number}. Nothing refers to another segment. User data cannot be mistaken for a reference, because user
keys that begin with `$` are written with `$$`.
"""

from typing import Any

import msgspec

from gradient.journal.events import Messages

_decode = msgspec.json.Decoder().decode
_REFERENCE = b'"$list":'
# Of anything, for type checkers.
_DICT: type[Any] = dict
_LIST: type[Any] = list


class SegmentMessages:
    """The messages and lists of one segment, learnt frame by frame in the order they were written."""

    def __init__(self) -> None:
        self._written: dict[int, Any] = {}
        self._lists: dict[int, tuple[int, int, list[int]]] = {}

    def learn(self, messages: Messages | None) -> None:
        """Remember what came with a frame."""
        if messages is None:
            return
        self._written.update(messages.written)
        for number, base, keep, added in messages.lists:
            self._lists[number] = (base, keep, added)

    def list_at(self, number: int) -> tuple[int, int, list[int]] | None:
        """Return the base, what is kept of it, and what is added in the list of a number; None where it is lost."""
        return self._lists.get(number)

    def message_at(self, number: int) -> Any:
        """Return the message of a number, decoded or as `msgspec.Raw`; None where it is lost."""
        return self._written.get(number)

    def behind(self, number: int) -> set[int]:
        """Return the numbers of a list, of the lists it is made of, and of its messages."""
        found = set(self._numbers(number))
        while number not in found and (entry := self.list_at(number)) is not None:
            found.add(number)
            number = entry[0]
        return found

    def read(self, payload: bytes | None) -> Any:
        """Decode a payload, its references replaced by what they stand for; None stays None."""
        if payload is None:
            return None
        value = _decode(payload)
        return self._expand(value) if _REFERENCE in payload else value

    def _expand(self, value: Any) -> Any:
        if isinstance(value, _DICT):
            if "$list" in value:
                return [self._message(number) for number in self._numbers(value["$list"])]
            return {key: self._expand(item) for key, item in value.items()}
        if isinstance(value, _LIST):
            return [self._expand(item) for item in value]
        return value

    def _numbers(self, number: int) -> list[int]:
        """Return the numbers of a list's messages, followed from list to base list without recursion."""
        newest_first: list[int] = []
        wanted: int | None = None
        while (found := self.list_at(number)) is not None:
            base, keep, added = found
            own = added if wanted is None else added[: max(0, wanted - keep)]
            newest_first.extend(reversed(own))
            wanted = keep if wanted is None else min(keep, wanted)
            number = base
        return newest_first[::-1]

    def _message(self, number: int) -> Any:
        found = self.message_at(number)
        if found is None:
            return {"$missing": number}
        if isinstance(found, msgspec.Raw):
            found = self._written[number] = _decode(found)
        return found
