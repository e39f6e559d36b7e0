"""What was recorded of messages and of lists of them, and which of it stands in the segment being written.

A message is known by the digest of its recorded JSON, a list by a digest over those of its messages. So a reference
means the same for ever: a table that was emptied costs a second copy, never a wrong answer.

There is no lock, for a fork, a signal handler or a finalizer could be caught in one. Each change is one operation that
Python does not divide, and what others refer to comes first.
"""

from __future__ import annotations

import sys
from hashlib import blake2b
from typing import Any

from gradient.journal.events import Key
from gradient.runtime.values.conversations.looking import common, signature
from gradient.runtime.values.conversations.modes import Modes

DIGEST_BYTES = 16
MAX_BYTES = 32 * 1024 * 1024
"""Of all that is kept of messages, the texts of snapshots included."""

_EMPTY = "list"  # what the digest of a list's first message is mixed with, so that no list is known as a message is
_MAX_BRANCHES = 4  # of conversations that begin alike
_HEAD_CHARS = 64
_ENTRY_BYTES = 256
"""About what a digest takes, as a key, in a list and in a set."""


def digest_of(content: bytes, before: str = "") -> str:
    """Return what a message is known by; with `before`, what a list is known by that has one message more."""
    return blake2b(content, digest_size=DIGEST_BYTES, key=before.encode()).hexdigest()


Listed = tuple[str, int, list[Key]]
"""A base list, how many of its messages to keep, and the messages after these."""


class Growing:
    """One list of messages: its snapshots, and what each message and each beginning of the list is known by.

    Attributes:
        snapshots: What the messages were, see `looking`.
        digests: Of the messages.
        ends: `ends[n]` is the digest of the list that ends with message n.
        sizes: `sizes[n]` is about how many bytes are kept of that list.
        digest: What the whole list is known by.
        size: About how many bytes are kept of it.
        first_cut: The number of the first message that was cut, or None.
    """

    __slots__ = ("digest", "digests", "ends", "first_cut", "size", "sizes", "snapshots")

    def __init__(self, former: Growing | None = None, keep: int = 0) -> None:
        """Begin with the first `keep` messages of a former list; their snapshots are shared."""
        self.first_cut: int | None = None
        self.snapshots: list[Any] = []
        self.digests: list[str] = []
        self.ends: list[str] = []
        self.sizes: list[int] = []
        self.digest, self.size = _EMPTY, 0
        if former is not None and keep:
            self.snapshots, self.digests = former.snapshots[:keep], former.digests[:keep]
            self.ends, self.sizes = former.ends[:keep], former.sizes[:keep]
            self.digest, self.size = self.ends[-1], self.sizes[-1]
            cut = former.first_cut
            self.first_cut = cut if cut is not None and cut < keep else None

    def add(self, snapshot: Any, size: int, digest: str, *, cut: bool) -> None:
        """Take one message more, whose snapshot keeps about `size` bytes."""
        if cut and self.first_cut is None:
            self.first_cut = len(self.digests)
        self.digest, self.size = digest_of(digest.encode(), self.digest), self.size + size + _ENTRY_BYTES
        self.snapshots.append(snapshot)
        self.digests.append(digest)
        self.ends.append(self.digest)
        self.sizes.append(self.size)


class Large:
    """A large text, or bytes, with what was found out about it, by what was asked."""

    __slots__ = ("answers", "content")

    def __init__(self, content: Any) -> None:
        self.content = content
        self.answers: dict[Any, Any] = {}


class Table:
    """All that is kept of messages.

    Attributes:
        messages: JSON of each message, by digest.
        lists: Base list, how many of its messages to keep, and the messages after these, of each list by digest.
        size: About how many bytes it keeps.
    """

    __slots__ = ("__weakref__", "_growing", "_large", "lists", "messages", "size")

    def __init__(self) -> None:
        self.messages: dict[str, bytes] = {}
        self.lists: dict[str, Listed] = {}
        self._large: dict[Any, Large] = {}
        self.size = 0
        self._growing: dict[int, list[Growing]] = {}

    def closest(self, states: list[Any], modes: Modes) -> tuple[int, Growing | None, int]:
        """Return a list's signature, the known list that shares most of its beginning with it, and how much that is."""
        key = signature(states)
        best, most = None, 0
        for known in self._growing.get(key, ()):
            shared = common(known.snapshots, states, modes)
            if shared > most:
                best, most = known, shared
                if most == len(states):
                    break
        return key, best, most

    def learn(self, messages: dict[str, bytes], lists: dict[str, Listed]) -> None:
        """Take over what was recorded of messages and lists."""
        new = [digest for digest in messages if digest not in self.messages]
        self.messages.update(messages)
        self.lists.update(lists)
        entries = len(new) + sum(len(added) for _, _, added in lists.values())
        self.size += sum(len(messages[digest]) for digest in new) + _ENTRY_BYTES * entries

    def large(self, content: Any) -> Large:
        """Return what is kept of a large text or of large bytes: of equal ones, which frameworks make, only one."""
        key = (len(content), content[:_HEAD_CHARS], content[-_HEAD_CHARS:])  # texts and bytes are never equal
        known = self._large.get(key)
        if known is None or known.content != content:
            known = self._large[key] = Large(content)
            self.size += sys.getsizeof(content) + _ENTRY_BYTES
        return known

    def intern(self, content: Any) -> Any:
        """Return the one copy of a large text, or of large bytes, that is kept."""
        return self.large(content).content

    def remember(self, key: int, known: Growing | None, shared: int, new: Growing) -> None:
        """Keep a list, in the place of the `known` one where it has most of that."""
        branches = list(self._growing.get(key, ()))
        gone = known if known is not None and 2 * shared >= len(known.digests) and known in branches else None
        if gone is None and len(branches) >= _MAX_BRANCHES:
            gone = branches[-1]
        self._growing[key] = [new, *(branch for branch in branches if branch is not gone)]
        self.size += new.size - (0 if gone is None else gone.size)


class Written:
    """What stands in one segment.

    Attributes:
        generation: The number of the segment.
        messages: Digests of messages; `lists` of lists.
    """

    __slots__ = ("generation", "lists", "messages")

    def __init__(self, generation: int) -> None:
        self.generation = generation
        self.messages: set[str] = set()
        self.lists: set[str] = set()
