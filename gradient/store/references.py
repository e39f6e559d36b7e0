"""How people name a run: by its id, by the beginning of its id, or by its place among the newest.

4f1c9a02-...   id          @last        the newest
4f1c           prefix      @-2          the one before; @-1 is the newest
                           @last-error  the newest that ended in an error

Places are those of a project, for who works in one does not mean what ran in another meanwhile; ids are anybody's.
"""

import re
import sqlite3

from gradient.documents.runs import KEY_BYTES, request_id
from gradient.store.errors import AmbiguousReference, BadReference, RunNotFound
from gradient.store.index.database import has_base
from gradient.store.index.rows import ERROR_STATUS, OF_PROJECT

_SHORTEST_PREFIX = 4
_NEAREST = 3
_NTH = re.compile(r"@-([1-9]\d{0,15})")
_HEX = re.compile(r"[0-9a-f]*")


def resolve(connection: sqlite3.Connection, reference: str, project: str | None = None) -> int:
    """Return the number of the run that a reference names.

    Args:
        connection: The index.
        reference: What the user gave.
        project: Whose places are meant; None for those among all runs.

    Raises:
        BadReference: It is written wrongly.
        RunNotFound: It names no run.
        AmbiguousReference: It is the beginning of several ids.
    """
    if reference.startswith("@"):
        return _by_place(connection, reference, project)
    prefix = reference.lower().replace("-", "")
    if len(prefix) < _SHORTEST_PREFIX:
        raise BadReference(reference, f"the beginning of an id must have at least {_SHORTEST_PREFIX} characters")
    if not _HEX.fullmatch(prefix) or len(prefix) > 2 * KEY_BYTES:
        raise RunNotFound(reference, _newest(connection))
    between = "FROM runs WHERE request BETWEEN ? AND ?"
    bounds = _bounds(prefix)
    query = f"SELECT id, request {between} ORDER BY id DESC LIMIT {_NEAREST}"
    matches = connection.execute(query, bounds).fetchall()
    if not matches:
        check_ids(connection)
        raise RunNotFound(reference, _nearest(connection, prefix))
    if len(matches) > 1:
        (count,) = connection.execute(f"SELECT count(*) {between}", bounds).fetchone()
        raise AmbiguousReference(reference, [request_id(key) for _, key in matches], count)
    return int(matches[0][0])


def number_of(connection: sqlite3.Connection, key: bytes) -> int:
    """Return the number that a run has now.

    Raises:
        RunNotFound: It was removed.
    """
    found = connection.execute("SELECT id FROM runs WHERE request = ?", (key,)).fetchone()
    if found is None:
        check_ids(connection)
        raise RunNotFound(request_id(key), _newest(connection))
    return int(found[0])


def check_ids(connection: sqlite3.Connection) -> None:
    """Look whether ids are found as runs have them, before a run is said not to be there: SQLite itself does not look.

    Raises:
        sqlite3.DatabaseError: They are not, so the index is damaged.
    """
    for schema in ("main", "base") if has_base(connection) else ("main",):
        table = f"{schema}.runs"
        if _ids(connection, f"{table} NOT INDEXED") != _ids(connection, f"{table} INDEXED BY sqlite_autoindex_runs_1"):
            raise sqlite3.DatabaseError("the ids of runs are damaged")


def _ids(connection: sqlite3.Connection, source: str) -> int:
    """Return what is the same for the same ids in any order."""
    found = 0
    for row in connection.execute(f"SELECT id, request FROM {source}"):  # noqa: S608 - a constant
        found ^= hash(row)
    return found


def is_unique(connection: sqlite3.Connection, prefix: str) -> bool:
    """Tell whether no two runs begin with these hexadecimal digits."""
    query = "SELECT count(*) FROM (SELECT 1 FROM runs WHERE request BETWEEN ? AND ? LIMIT 2)"
    return bool(connection.execute(query, _bounds(prefix)).fetchone()[0] <= 1)


def _bounds(prefix: str) -> tuple[bytes, bytes]:
    """Return the first and the last key that begin so."""
    return bytes.fromhex(prefix.ljust(2 * KEY_BYTES, "0")), bytes.fromhex(prefix.ljust(2 * KEY_BYTES, "f"))


def _by_place(connection: sqlite3.Connection, reference: str, project: str | None) -> int:
    """Return a run by its place in the list; what is not listed has none."""
    nth = _NTH.fullmatch("@-1" if reference in ("@last", "@last-error") else reference)
    if nth is None:
        raise BadReference(reference, "nothing is called so")
    wanted = "sampled" + (f" AND status = {ERROR_STATUS}" if reference == "@last-error" else "")
    whose = () if project is None else (project,)
    if whose:
        wanted += f" AND {OF_PROJECT}"
    query = f"SELECT id FROM runs WHERE {wanted} ORDER BY id DESC LIMIT 1 OFFSET ?"  # noqa: S608 - constants
    found = connection.execute(query, (*whose, int(nth.group(1)) - 1)).fetchone()
    if found is None:
        raise RunNotFound(reference, _newest(connection), project)
    return int(found[0])


def _newest(connection: sqlite3.Connection) -> list[str]:
    query = "SELECT request FROM runs ORDER BY id DESC LIMIT ?"
    return [request_id(key) for (key,) in connection.execute(query, (_NEAREST,))]


def _nearest(connection: sqlite3.Connection, prefix: str) -> list[str]:
    """Return the ids that share most of their beginning with `prefix`; of those that share as much, the newest.

    Ids that share a beginning stand together in the order of ids, so as many on either side are enough.
    """
    key = _bounds(prefix)[0]
    around: list[tuple[int, bytes]] = []
    for side in ("< ? ORDER BY request DESC", "> ? ORDER BY request"):
        query = f"SELECT id, request FROM runs WHERE request {side} LIMIT ?"  # noqa: S608 - a constant
        around += connection.execute(query, (key, _NEAREST)).fetchall()
    around.sort(key=lambda one: (-_shared(prefix, one[1].hex()), -one[0]))
    return [request_id(near) for _, near in around[:_NEAREST]]


def _shared(one: str, other: str) -> int:
    return next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), len(one))
