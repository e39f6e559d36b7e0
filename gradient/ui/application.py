"""Which address is answered by what."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from gradient.runtime.bearer import LOOPBACK
from gradient.store import Store
from gradient.ui.access import TRACES, Access
from gradient.ui.answers import HANDLERS, answer
from gradient.ui.lists import Lists
from gradient.ui.live import Live
from gradient.ui.reader import Reader
from gradient.ui.runs import Runs
from gradient.ui.taking import Taking

if TYPE_CHECKING:
    from gradient.ingest import Ingest

STATIC = Path(__file__).parent / "static"


def _nothing() -> dict[str, Any]:
    return {}


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the page shows, and to whom.

    Attributes:
        open_store: Opens the store.
        home: Where that is.
        open_ingest: Returns what records traces that other programs send; None where nothing is taken.
        project: Whose runs are shown at first; None for all.
        about: Returns `gradient.doctor/1`; may take seconds.
        hosts: Names by which we may be called; None for any, where there is a token.
        token: What must be known to be let in.
        is_closing: Tells whether the server wants to end.
    """

    open_store: Callable[[], Store]
    home: Path
    open_ingest: "Callable[[], Ingest] | None" = None
    project: str | None = None
    about: Callable[[], dict[str, Any]] = _nothing
    hosts: Sequence[str] | None = LOOPBACK
    token: str | None = None
    is_closing: Callable[[], bool] = _never


def application(shown: Shown) -> Starlette:
    """Return the page and what it asks for, as an ASGI application."""
    reader, documents = Reader(shown.open_store), Reader(shown.open_store)
    lists = Lists(reader, shown.project)
    runs = Runs(reader, documents, lists.project)
    live = Live(reader, lists, shown.is_closing)
    taking = None if shown.open_ingest is None else Taking(shown.open_ingest)

    async def place(_request: Request) -> Response:
        return answer({"home": str(shown.home), "project": shown.project})

    async def about(_request: Request) -> Response:
        return answer(await run_in_threadpool(shown.about))

    @asynccontextmanager
    async def lifespan(_application: Starlette) -> AsyncGenerator[None]:
        yield
        reader.close()
        documents.close()
        if taking is not None:
            taking.close()

    return Starlette(
        routes=[
            Route("/api/place", place),
            Route("/api/about", about),
            Route("/api/live", live.changes),
            Route("/api/runs", lists.runs),
            Route("/api/facets", lists.facets),
            Route("/api/fields", lists.fields),
            Route("/api/sessions", lists.sessions),
            Route("/api/sessions/{session:path}", lists.session),
            Route("/api/stats", lists.stats),
            Route("/api/errors", lists.errors),
            Route("/api/compare", runs.compare),
            Route("/api/runs/{run}", runs.run),
            Route("/api/runs/{run}/export", runs.export),
            Route("/api/runs/{run}/executions/{execution}", runs.execution),
            Route("/api/runs/{run}/media/{digest}", runs.medium),
            Route("/api/runs/{run}/{view}", runs.view),
            *([Route(TRACES, taking.traces, methods=["POST"])] if taking is not None else []),
            Mount("/", _Page(directory=STATIC, html=True)),
        ],
        middleware=[Middleware(Access, hosts=shown.hosts, token=shown.token)],
        exception_handlers=dict(HANDLERS),
        lifespan=lifespan,
    )


class _Page(StaticFiles):
    """The files of the page; those with a hash in their name never change."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if path.startswith("assets/"):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
