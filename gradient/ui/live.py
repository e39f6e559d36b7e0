"""What happens, as it happens: server-sent events, of which each says which runs changed.

id: 4711
data: {"runs": [rows of gradient.ls/1], "executions": {columns of a skeleton} or null}
"""

import asyncio
from collections.abc import AsyncIterator, Callable

import msgspec
from starlette.requests import Request
from starlette.responses import StreamingResponse

from gradient.store import Change, Changes, ls_document
from gradient.ui.lists import Lists
from gradient.ui.reader import Reader

_PAUSE_S = 0.25
_SILENT_PAUSES = 40  # After so many, say that we are still there: who listens would not notice otherwise.


class Live:
    """Tells browsers what changes.

    Args:
        reader: The store.
        lists: Knows whose runs are asked for.
        is_closing: Tells whether the server wants to end.
    """

    def __init__(self, reader: Reader, lists: Lists, is_closing: Callable[[], bool]) -> None:
        self._reader = reader
        self._lists = lists
        self._is_closing = is_closing

    async def changes(self, request: Request) -> StreamingResponse:
        """Answer with a stream of events that ends when either side goes away."""
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._events(request), media_type="text/event-stream", headers=headers)

    async def _events(self, request: Request) -> AsyncIterator[bytes]:
        project, watched = self._lists.project(request), request.query_params.get("run")
        seen = request.headers.get("last-event-id", request.query_params.get("cursor", ""))
        cursor = int(seen) if seen.isdecimal() else (await self._follow(None)).cursor
        yield _event(cursor, b"{}")
        silent = 0
        while not self._is_closing() and not await request.is_disconnected():
            found = await self._follow(cursor)
            changes = [change for change in found.changes if project in (None, change.run.project)]
            if changes or found.cursor != cursor:
                cursor, silent = found.cursor, 0
                yield _event(cursor, _told(changes, watched))
            elif (silent := silent + 1) >= _SILENT_PAUSES:
                silent = 0
                yield b": still here\n\n"
            await asyncio.sleep(_PAUSE_S)

    async def _follow(self, cursor: int | None) -> Changes:
        return await self._reader.ask(lambda store: store.follow(cursor))


def _told(changes: list[Change], watched: str | None) -> bytes:
    runs = ls_document(change.run for change in changes)["runs"]
    executions = next((change.executions for change in changes if change.run.id == watched), None)
    return msgspec.json.encode({"runs": runs, "executions": executions})


def _event(cursor: int, data: bytes) -> bytes:
    return b"id: %d\ndata: %b\n\n" % (cursor, data)
