"""Texts that repeat, each kept once under a number.

sort         text                      detail
node         the node's name           kind, framework and node id, as a JSON array
model        the model                 its provider
error        a message, generalised    the type of the exception
entrypoint, project, session, user, tag
"""

import re
import sqlite3

import msgspec

_MOST_CACHED = 100_000
_VARIABLE = re.compile(r"0x[0-9a-fA-F]+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{16,}\b|\d+")
_MESSAGE_CHARS = 200

_encode = msgspec.json.encode


class Names:
    """The table `names` of one index."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[str, str, str], int] = {}
        self._nodes: dict[tuple[str, str, str, str], int] = {}
        self._next = 0

    def forget(self) -> None:
        """Forget what was added by a transaction that did not come to its end."""
        self._known.clear()
        self._nodes.clear()
        self._next = 0

    def number(self, sort: str, text: str | None, detail: str = "") -> int | None:
        """Return the number of a text, a new one where it has none; None for None."""
        if text is None:
            return None
        key = (sort, text, detail)
        known = self._known.get(key)
        return self._look_up(key) if known is None else known

    def node(self, name: str, kind: str, framework: str, node_id: str) -> int:
        """Return the number of a node."""
        key = (name, kind, framework, node_id)
        known = self._nodes.get(key)
        if known is None:
            known = self._nodes[key] = self._look_up(("node", name, _encode(key[1:]).decode()))
        return known

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


def generalised(message: str) -> str:
    """Return the first line of a message of an error, without what differs from one time to the next."""
    first = message.strip().partition("\n")[0][:_MESSAGE_CHARS]
    return _VARIABLE.sub("#", first)
