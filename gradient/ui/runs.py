"""Answers about one run: its executions without payloads at once, everything else when it is looked at."""

import re
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Literal

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gradient.analysis.difference import compare
from gradient.analysis.forest import Document
from gradient.export.columns import packed
from gradient.export.formats import FORMATS
from gradient.export.views import chat_view, events_view, graph_view, request_view, state_view
from gradient.store import Listed, Store, ls_document
from gradient.ui.answers import Refusal, answer, compressed, encoded
from gradient.ui.images import image_type
from gradient.ui.reader import Reader

VIEWS: dict[str, Callable[[Document], dict[str, Any]]] = {
    "request": request_view,
    "graph": graph_view,
    "state": state_view,
    "chat": chat_view,
    "events": events_view,
}
_MEDIA = {"html": "text/html", "csv": "text/csv", "md": "text/markdown", "mermaid": "text/plain"}
_SUFFIXES = {"mermaid": "mmd", "otlp-json": "otlp.json", "perfetto": "perfetto.json"}
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_ALONE = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox"}
_REMEMBERED = 8
_MOST_REMEMBERED = 5_000

_Version = tuple[str, str, int]


class Runs:
    """Answers about runs, one at a time.

    Args:
        reader: The store, for what is quick.
        documents: The same store, for what takes longer: whole documents. Nothing quick waits for them.
        project: Tells whose runs are asked for, by the question; places such as `@last` are of these.
    """

    def __init__(self, reader: Reader, documents: Reader, project: Callable[[Request], str | None]) -> None:
        self._reader = reader
        self._project = project
        self._documents = documents
        self._trees: OrderedDict[_Version, bytes] = OrderedDict()
        self._known: OrderedDict[_Version, Document] = OrderedDict()

    async def run(self, request: Request) -> Response:
        """Answer with a run as it is listed and with its executions by column."""
        run = await self._find(request, request.path_params["run"])
        version = _version(run)
        body = self._trees.get(version)
        if body is None:
            body = await self._reader.ask(lambda store: _tree(store, run))
            if run.status != "running":
                _remember(self._trees, version, body)
        return compressed(body)

    async def execution(self, request: Request) -> Response:
        """Answer with one execution, payloads and all."""
        reference, execution_id = request.path_params["run"], request.path_params["execution"]
        try:
            int(execution_id, 16)
        except ValueError:
            raise Refusal(404, f"{execution_id!r} is no id of an execution: these are 16 hexadecimal digits.") from None
        run = await self._find(request, reference)
        found = await self._reader.ask(lambda store: store.payloads(run, execution_id))
        if found is None:
            raise Refusal(404, f"The run {reference} has no execution {execution_id}; retention may have taken it.")
        return answer(found)

    async def view(self, request: Request) -> Response:
        """Answer with one of `VIEWS`."""
        view = VIEWS.get(request.path_params["view"])
        if view is None:
            raise Refusal(404, f"A run has no {request.path_params['view']!r}; it has {', '.join(VIEWS)}.")
        document = await self.document(request, request.path_params["run"])
        return answer(await run_in_threadpool(view, document))

    async def medium(self, request: Request) -> Response:
        """Answer with an image that is kept with a run."""
        digest = request.path_params["digest"]
        if _DIGEST.fullmatch(digest) is None:
            raise Refusal(404, f"{digest!r} is no digest: these are sha256: and 64 hexadecimal digits.")
        run = await self._find(request, request.path_params["run"])
        content = await self._documents.ask(lambda store: store.medium(run, digest))
        kind = image_type(content)
        if kind is None:
            raise Refusal(415, f"What is kept is no PNG, JPEG, GIF or WebP: gradient export {run.id} --medium {digest}")
        return Response(content, media_type=kind, headers=_ALONE)

    async def export(self, request: Request) -> Response:
        """Answer with a file of a run."""
        name = request.query_params.get("format", "json")
        if name not in FORMATS:
            raise Refusal(400, f"format is {name!r}; it must be one of {', '.join(FORMATS)}.")
        document = await self.document(request, request.path_params["run"])
        body = await run_in_threadpool(lambda: b"".join(FORMATS[name].write([document])))
        file_name = f"{document['request_id'][:8]}.{_SUFFIXES.get(name, name)}"
        disposition = {"Content-Disposition": f'attachment; filename="{file_name}"'}
        return Response(body, media_type=_MEDIA.get(name, "application/json"), headers=disposition)

    async def compare(self, request: Request) -> Response:
        """Answer with `gradient.diff/1` of two runs."""
        references = [request.query_params.get(side, "") for side in ("a", "b")]
        if not all(references):
            raise Refusal(400, "Name two runs: a=ID&b=ID.")
        a, b = [await self.document(request, reference) for reference in references]
        by: Literal["path", "name"] = "name" if request.query_params.get("by") == "name" else "path"
        return answer(await run_in_threadpool(lambda: compare(a, b, by=by, values=True)))

    async def document(self, request: Request, reference: str) -> Document:
        """Return `gradient.run/1` of a run."""
        run = await self._find(request, reference)
        version = _version(run)
        document = self._known.get(version)
        if document is None:
            document = await self._documents.ask(lambda store: store.run_document(store.find(run.id)))
            if run.status != "running" and run.executions <= _MOST_REMEMBERED:
                _remember(self._known, version, document)
        return document

    async def _find(self, request: Request, reference: str) -> Listed:
        project = self._project(request)
        return await self._reader.ask(lambda store: store.find(reference, project=project))


def _tree(store: Store, run: Listed) -> bytes:
    return encoded(
        {
            **ls_document([run])["runs"][0],
            "user_id": run.user_id,
            "columns": packed(store.skeleton(run)),
            "changes": store.follow().cursor,
        }
    )


def _version(run: Listed) -> _Version:
    """Return what tells a run from the same run later."""
    return run.id, run.status, run.executions


def _remember(memory: OrderedDict[_Version, Any], version: _Version, what: Any) -> None:
    memory[version] = what
    if len(memory) > _REMEMBERED:
        memory.popitem(last=False)
