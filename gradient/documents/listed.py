"""A run as it is listed, and `gradient.ls/1`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gradient.documents.times import ms, rfc3339
from gradient.documents.usage import Totals, totals_document

LS_SCHEMA = "gradient.ls/1"


@dataclass(frozen=True, slots=True)
class Listed:
    """A run as it is listed.

    Attributes:
        number: Its number in the index; of two runs the one that began later has the larger.
        key: The request's 16 bytes.
        id: The request id, as users know it.
        wall_ns: Its start in nanoseconds since the epoch, or None where that is lost.
        duration_ns: How long it took, or None while it runs.
        executions, errors: How many there are, and how many failures began in them or in the entrypoint itself.
        usage: The sums over its calls of models.
        sampled: Whether it is listed when nobody asks for it by its id.
    """

    number: int
    key: bytes
    id: str
    entrypoint: str | None
    project: str | None
    status: str
    wall_ns: int | None
    duration_ns: int | None
    executions: int
    errors: int
    usage: Totals
    session_id: str | None
    user_id: str | None
    tags: tuple[str, ...] = ()
    sampled: bool = True


def ls_document(runs: Iterable[Listed]) -> dict[str, Any]:
    """List runs."""
    return {"schema": LS_SCHEMA, "runs": [_listed(run) for run in runs]}


def _listed(run: Listed) -> dict[str, Any]:
    return {
        "request_id": run.id,
        "entrypoint": run.entrypoint,
        "project": run.project,
        "status": run.status,
        "started_at": rfc3339(run.wall_ns),
        "duration_ms": ms(run.duration_ns),
        "executions": run.executions,
        "errors": run.errors,
        "usage": totals_document(run.usage),
        "session_id": run.session_id,
        "tags": list(run.tags),
    }
