"""Answers about many runs: lists, facets, sessions, statistics, groups of errors."""

import re
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gradient.documents.usage import missing
from gradient.journal.vocabulary import KINDS, STATUSES
from gradient.store import Listed, Store, ls_document, rfc3339
from gradient.store.query import FIELDS
from gradient.ui.answers import Refusal, answer
from gradient.ui.reader import Reader

_PAGE, _MOST = 200, 500
_NEWEST = 2_000
_BY = ("node", "model", "entrypoint", "day")
_AGO = re.compile(r"(\d{1,4})([hdw])")
_HOUR_NS = 3_600 * 10**9
_HOURS = {"h": 1, "d": 24, "w": 168}
_MOST_NAMES = 200


class Lists:
    """Answers about the runs of a store.

    Args:
        reader: The store.
        project: Whose runs are shown unless all are asked for; None for all.
    """

    def __init__(self, reader: Reader, project: str | None) -> None:
        self._reader = reader
        self._project = project

    async def runs(self, request: Request) -> Response:
        """Answer with a page of runs, newest first, and with where in the stream of changes it stands."""
        query, project = request.query_params.get("q", ""), self.project(request)
        limit = min(_number(request, "limit", _PAGE), _MOST)
        cursor = request.query_params.get("cursor")
        if cursor is not None and not cursor.isdecimal():
            raise Refusal(400, f"cursor is {cursor!r}; take the one of the page before.")

        def question(store: Store) -> dict[str, Any]:
            page = store.list(query, project=project, limit=limit, cursor=cursor)
            return {**ls_document(page.runs), "cursor": page.cursor, "changes": store.follow().cursor}

        return answer(await self._reader.ask(question))

    async def facets(self, request: Request) -> Response:
        """Answer with how many runs a query selects, and how many of them of each status and entrypoint."""
        query, project = request.query_params.get("q", ""), self.project(request)

        def question(store: Store) -> dict[str, Any]:
            counts = {status: store.count(f"{query} status:{status}", project=project) for status in STATUSES}
            groups = sorted(store.stats("entrypoint", project=project, query=query), key=lambda group: -group.count)
            return {
                "count": store.count(query, project=project),
                "every": store.count("", project=project),
                "elsewhere": store.count(""),
                "status": {status: count for status, count in counts.items() if count},
                "entrypoint": {group.name: group.count for group in groups[:20]},
                "damaged": store.damaged,
                "newer": store.newer,
            }

        return answer(await self._reader.ask(question))

    async def fields(self, request: Request) -> Response:
        """Answer with the query language, and with the names that occur, for completion."""
        project = self.project(request)

        def question(store: Store) -> dict[str, Any]:
            names = {by: _names(store, by, project) for by in ("node", "model", "entrypoint")}
            tools = [group.name for group in store.stats("node", project=project) if group.kind == "tool"]
            values = {**names, "tool": tools[:_MOST_NAMES], "status": list(STATUSES), "kind": list(KINDS)}
            return {
                "fields": [
                    {"name": field.name, "sort": field.sort, "help": field.help, "example": field.example}
                    for field in FIELDS.values()
                ],
                "values": values,
            }

        return answer(await self._reader.ask(question))

    async def sessions(self, request: Request) -> Response:
        """Answer with the sessions of the newest runs, the one that was active last first."""
        project = self.project(request)
        listed = await self._reader.ask(lambda store: store.list("", project=project, limit=_NEWEST).runs)
        of_session: dict[str, list[Listed]] = {}
        for run in listed:
            if run.session_id is not None:
                of_session.setdefault(run.session_id, []).append(run)
        sessions = [_session(session_id, runs) for session_id, runs in of_session.items()]
        return answer({"sessions": sessions, "newest": _NEWEST, "whole": len(listed) < _NEWEST})

    async def session(self, request: Request) -> Response:
        """Answer with the runs of a session, oldest first."""
        session_id = request.path_params["session"].replace("\\", "\\\\").replace('"', '\\"')
        query, project = f'session:"{session_id}"', self.project(request)
        page = await self._reader.ask(lambda store: store.list(query, project=project, limit=_MOST))
        return answer(ls_document(reversed(page.runs)))

    async def stats(self, request: Request) -> Response:
        """Answer with what ran, by node, model, entrypoint or day."""
        by, query, project = (
            request.query_params.get("by", "node"),
            request.query_params.get("q", ""),
            self.project(request),
        )
        if by not in _BY:
            raise Refusal(400, f"by is {by!r}; it must be one of {', '.join(_BY)}.")
        since_ns = _since_ns(request.query_params.get("since", "30d"))
        groups = await self._reader.ask(lambda store: store.stats(by, project=project, since_ns=since_ns, query=query))
        return answer({"by": by, "groups": [asdict(group) for group in groups]})

    async def errors(self, request: Request) -> Response:
        """Answer with failures that are alike, the commonest first."""
        query, project = request.query_params.get("q", ""), self.project(request)
        groups = await self._reader.ask(lambda store: store.errors(query, project=project, limit=100))
        told = [
            {**asdict(group), "first_seen": rfc3339(group.first_seen_ns), "last_seen": rfc3339(group.last_seen_ns)}
            for group in groups
        ]
        return answer({"groups": told})

    def project(self, request: Request) -> str | None:
        """Return whose runs are asked for, None for everybody's."""
        return None if request.query_params.get("all") == "1" else self._project


def _names(store: Store, by: str, project: str | None) -> list[str]:
    return list(dict.fromkeys(group.name for group in store.stats(by, project=project)))[:_MOST_NAMES]


def _session(session_id: str, runs: Sequence[Listed]) -> dict[str, Any]:
    """Add up the runs of a session; the newest comes first."""
    costs = [run.usage.cost_usd for run in runs if run.usage.cost_usd is not None]
    tokens = [(run.usage.input or 0) + (run.usage.output or 0) for run in runs]
    return {
        "session_id": session_id,
        "user_id": next((run.user_id for run in runs if run.user_id), None),
        "runs": len(runs),
        "status": runs[0].status,
        "errors": sum(run.status == "error" for run in runs),
        "entrypoints": list(dict.fromkeys(run.entrypoint for run in reversed(runs) if run.entrypoint)),
        "started_at": rfc3339(runs[-1].wall_ns),
        "last_at": rfc3339(runs[0].wall_ns),
        "duration_ms": sum(run.duration_ns or 0 for run in runs) / 1e6,
        "tokens": sum(tokens) or None,
        "cost_usd": sum(costs) if costs else None,
        "missing": missing(
            sum(run.usage.untold or 0 for run in runs),
            sum(run.usage.unpriced or 0 for run in runs),
        ),
    }


def _since_ns(ago: str) -> int:
    """Return the moment that is so long ago, such as 24h, 30d or 4w, in nanoseconds since the epoch."""
    found = _AGO.fullmatch(ago)
    if found is None:
        raise Refusal(400, f"since is {ago!r}; write hours, days or weeks, such as 24h, 30d or 4w.")
    return time.time_ns() - int(found[1]) * _HOURS[found[2]] * _HOUR_NS


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, "")
    if text and not (text.isdecimal() and int(text) > 0):
        raise Refusal(400, f"{name} is {text!r}; it must be a number from 1.")
    return int(text) if text else default
