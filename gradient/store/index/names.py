"""Texts that repeat, each kept once under a number.

sort         text                      detail
node         the node's name           kind, framework and node id, as a JSON array
model        the model                 its provider
error        a message, generalised    the type of the exception
entrypoint, project, session, user, tag
"""

import re
import sqlite3
from collections.abc import Callable
from typing import TypeVar

import msgspec

_MOST_CACHED = 100_000
_VARIABLE = re.compile(r"0x[0-9a-fA-F]+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{16,}\b|\d+")
_MESSAGE_CHARS = 200

_encode = msgspec.json.encode
K = TypeVar("K")


class Names:
    """The table `names` of one index.

    Attributes:
        nodes: Numbers of nodes, by name, kind, framework and node id.
        models: Numbers of models, by name and provider.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[str, str, str], int] = {}
        self.nodes: _Cache[tuple[str, str, str, str]] = _Cache(
            lambda node: self._look_up(("node", node[0], _encode(node[1:]).decode()))
        )
        self.models: _Cache[tuple[str, str | None]] = _Cache(
            lambda model: self._look_up(("model", model[0], model[1] or ""))
        )
        self._next = 0

    def forget(self) -> None:
        """Forget what was added by a transaction that did not come to its end."""
        self._known.clear()
        self.nodes.clear()
        self.models.clear()
        self._next = 0

    def number(self, sort: str, text: str | None, detail: str = "") -> int | None:
        """Return the number of a text, a new one where it has none; None for None."""
        if text is None:
            return None
        key = (sort, text, detail)
        known = self._known.get(key)
        return self._look_up(key) if known is None else known

    def _look_up(self, key: tuple[str, str, str]) -> int:
        query = "SELECT id FROM names WHERE sort = ? AND text = ? AND detail = ?"
        found = self._connection.execute(query, key).fetchone()
        number = self._add(key) if found is None else int(found[0])
        if len(self._known) > _MOST_CACHED:
            self._known.clear()
        self._known[key] = number
        return number

    def _add(self, key: tuple[str, str, str]) -> int:
        if not self._next:
            (highest,) = self._connection.execute("SELECT coalesce(max(id), 0) FROM names").fetchone()
            self._next = highest + 1
        number, self._next = self._next, self._next + 1
        self._connection.execute("INSERT INTO main.names (id, sort, text, detail) VALUES (?, ?, ?, ?)", (number, *key))
        return number


class _Cache(dict[K, int]):
    """Looks up what it does not know when it is asked for: a call for each execution would be felt."""

    def __init__(self, look_up: Callable[[K], int]) -> None:
        super().__init__()
        self._look_up = look_up

    def __missing__(self, key: K) -> int:
        if len(self) > _MOST_CACHED:
            self.clear()
        number = self[key] = self._look_up(key)
        return number


def first_line(message: str) -> str:
    """Return the first line of a message of an error, as far as it is told in lists."""
    return message.strip().partition("\n")[0][:_MESSAGE_CHARS]


def generalised(message: str) -> str:
    """Return the first line of a message of an error, without what differs from one time to the next."""
    return _VARIABLE.sub("#", first_line(message))
