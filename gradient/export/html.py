"""A run as one HTML file: the page, with the run in it, opens from disk without a server.

The page itself is built from `web/` into `gradient/export/static/standalone.html`. Data goes in compressed and in
base 64, so that nothing in it can ever be taken for markup.
"""

import gzip
from base64 import b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from gradient.analysis.forest import Document, count_failures
from gradient.export.columns import packed, skeleton_of
from gradient.export.views import chat_view, events_view, graph_view, request_view, state_view

TEMPLATE = Path(__file__).with_name("static") / "standalone.html"
_PLACE = b"__GRADIENT_RUN__"


def html(documents: Iterable[Document]) -> Iterator[bytes]:
    """Yield the pieces of a page that shows a run."""
    before, _, after = TEMPLATE.read_bytes().partition(_PLACE)
    for document in documents:
        yield before
        # The same run gives the same file.
        yield b64encode(gzip.compress(msgspec.json.encode(embedded(document)), mtime=0))
        yield after


def embedded(document: Document) -> dict[str, Any]:
    """Return all that the page asks a server for, of one run."""
    return {
        "run": {**run_summary(document), "columns": packed(skeleton_of(document))},
        "request": request_view(document),
        "graph": graph_view(document),
        "state": state_view(document),
        "chat": chat_view(document),
        "events": events_view(document),
        "executions": {execution["execution_id"]: execution for execution in document["executions"]},
    }


def run_summary(document: Document) -> dict[str, Any]:
    """Return a run as a row of `gradient.ls/1`."""
    names = (
        "request_id",
        "entrypoint",
        "project",
        "status",
        "started_at",
        "duration_ms",
        "usage",
        "session_id",
        "tags",
    )
    errors = count_failures(document)
    return {"executions": len(document["executions"]), "errors": errors} | {name: document[name] for name in names}
