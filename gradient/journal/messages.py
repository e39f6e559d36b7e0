"""How a payload refers to chat messages that its segment already holds.

A conversation grows by a message or two a turn, and every node of every turn is given all of it. Written out each time,
it would cost bytes and time quadratic in its length. So a message is written once in a segment, and a list of messages
once too: as so many messages of an earlier list, and those after them. A payload then says {"$list": key}. Nothing
refers to another segment. User data cannot be mistaken for a reference, because user keys that begin with `$` are
written with `$$`.

A key is a digest of what it stands for, in hexadecimal. Format 1 had numbers, which could come twice in a segment: what
such a number stands for cannot be told, so a reader says that instead of showing another message.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from gradient.journal.events import Key, Messages

_decode = msgspec.json.Decoder().decode
_REFERENCE = b'"$list":'
_NO_LIST: tuple[Key, ...] = (0, "")
AMBIGUOUS: Final = msgspec.Raw(b'{"$ambiguous":"message"}')
"""Stands for a message whose number was given out twice."""
# Of anything, for type checkers.
_DICT: type[Any] = dict
_LIST: type[Any] = list

List = tuple[Key, int, list[Key]]


class SegmentMessages:
    """The messages and lists of one segment, learnt frame by frame in the order they were written.

    Args:
        written: JSON of messages that are known from elsewhere, by key.
        lists: Base, how much of it is kept, and what is added, of lists that are known from elsewhere.
    """

    def __init__(self, written: Mapping[str, bytes] | None = None, lists: Mapping[str, Any] | None = None) -> None:
        self._elsewhere: Mapping[Any, bytes] = written or {}
        self._lists_elsewhere: Mapping[Any, Any] = lists or {}
        self._written: dict[Key, Any] = {}
        self._lists: dict[Key, List | None] = {}
        self._decoded: dict[Key, Any] = {}

    def learn(self, messages: Messages | None) -> None:
        """Remember what came with a frame."""
        if messages is None:
            return
        for key, json in messages.written:
            known = self._written.get(key)
            self._written[key] = json if known is None or bytes(known) == bytes(json) else AMBIGUOUS
        for key, base, keep, added in messages.lists:
            made = (base, keep, added)
            self._lists[key] = made if self._lists.get(key, made) == made else None

    def list_at(self, key: Key) -> List | None:
        """Return the base, what is kept of it, and what is added in a list; None where it is lost, or ambiguous."""
        return self._lists.get(key) or self._lists_elsewhere.get(key)

    def message_at(self, key: Key) -> Any:
        """Return the JSON of a message; None where it is lost."""
        return self._written.get(key) or self._elsewhere.get(key)

    def behind(self, key: Key) -> set[Key]:
        """Return the keys of a list, of the lists it is made of, and of its messages."""
        return {found for found, _ in self._walk(key)}

    def read(self, payload: bytes | None) -> Any:
        """Decode a payload, its references replaced by what they stand for; None stays None."""
        if payload is None:
            return None
        value = _decode(payload)
        return self._expand(value) if _REFERENCE in payload else value

    def _expand(self, value: Any) -> Any:
        if isinstance(value, _DICT):
            if "$list" in value:
                return self._messages(value["$list"])
            return {key: self._expand(item) for key, item in value.items()}
        if isinstance(value, _LIST):
            return [self._expand(item) for item in value]
        return value

    def _messages(self, key: Key) -> list[Any]:
        """Return a list's messages; a beginning that is lost is one that says so."""
        newest_first = [
            self._message(found) if of is None else self._gap(found, of)
            for found, of in self._walk(key)
            if of is None or of >= 0
        ]
        return newest_first[::-1]

    def _walk(self, key: Key) -> Iterator[tuple[Key, int | None]]:
        """Follow a list to its base lists, newest first, without recursion.

        Yields each message with None, each list with -1, and one that is lost with how many of its messages are wanted,
        or 0 where nobody knows.
        """
        wanted: int | None = None
        while key not in _NO_LIST:
            found = self.list_at(key)
            if found is None:
                yield key, wanted or 0
                return
            yield key, -1
            base, keep, added = found
            for message in reversed(added if wanted is None else added[: max(0, wanted - keep)]):
                yield message, None
            wanted = keep if wanted is None else min(keep, wanted)
            key = base if wanted else 0

    def _gap(self, key: Key, messages: int) -> dict[str, Any]:
        if key in self._lists:
            return {"$ambiguous": "messages"}
        return {"$missing": key, "messages": messages} if messages else {"$missing": key}

    def _message(self, key: Key) -> Any:
        if key not in self._decoded:
            found = self.message_at(key)
            self._decoded[key] = {"$missing": key} if found is None else _decode(found)
        return self._decoded[key]
