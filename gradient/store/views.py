"""Runs as objects, for programs and notebooks: what is listed is there, what is inside is read when asked for."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cached_property
from html import escape
from typing import Any

from gradient import plugins
from gradient.documents.listed import Listed, ls_document
from gradient.journal.vocabulary import outcome_of
from gradient.store.interface import Store

_MOST_SHOWN = 200
_STYLE = "font-family:monospace;line-height:1.5;white-space:pre"


class RunView:
    """One run.

    Args:
        store: Where it is read from, when it is.
        listed: What is listed of it.
    """

    def __init__(self, store: Store, listed: Listed) -> None:
        self._store = store
        self.listed = listed

    @property
    def id(self) -> str:
        """The request id."""
        return self.listed.id

    @property
    def status(self) -> str:
        """What became of it."""
        return self.listed.status

    @property
    def entrypoint(self) -> str | None:
        """What was called, or None where that is lost."""
        return self.listed.entrypoint

    @cached_property
    def document(self) -> dict[str, Any]:
        """All of it, as `gradient.run/1`."""
        return self._store.run_document(self.listed)

    @property
    def executions(self) -> list[dict[str, Any]]:
        """Its executions, in the order in which they began."""
        executions: list[dict[str, Any]] = self.document["executions"]
        return executions

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return its executions flat, for tables: what is listed of the run goes with each."""
        about = {"request_id": self.id, "entrypoint": self.entrypoint, "run_status": self.status}
        return [{**about, **execution} for execution in self.executions]

    def view(self, height_px: int = 600) -> "Frame":
        """Return the page with this run in it, as the last line of a notebook's cell: every view, and no server.

        Args:
            height_px: Of the frame in the notebook; it is as wide as the cell.
        """
        page = b"".join(plugins.load("gradient.formats", "html")([self.document])).decode()
        return Frame(page, height_px, _text(self))

    def __repr__(self) -> str:
        return f"<run {self.id} {self.entrypoint} {self.status}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:  # noqa: ARG002 - IPython's
        return {"text/plain": _text(self), "text/html": _html(self)}


class Frame:
    """A page in a frame of a notebook, which may run its own scripts and reach nothing of the notebook.

    Args:
        page: The whole page, as HTML.
        height_px: How high the frame is.
        text: What is shown where there are no frames.
    """

    def __init__(self, page: str, height_px: int, text: str) -> None:
        self._page = page
        self._height_px = height_px
        self._text = text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:  # noqa: ARG002 - IPython's
        style = f"width:100%;height:{self._height_px}px;border:1px solid #8886;border-radius:6px;box-sizing:border-box"
        frame = f'<iframe title="Run" sandbox="allow-scripts" style="{style}" srcdoc="{escape(self._page)}"></iframe>'
        return {"text/plain": self._text, "text/html": frame}


class Runs:
    """The runs that a query selects, newest first; read page by page as they are iterated."""

    def __init__(self, store: Store, query: str = "", project: str | None = None) -> None:
        self._store = store
        self._query = query
        self._project = project

    def __iter__(self) -> Iterator[RunView]:
        return (RunView(self._store, run) for run in self._store.each(self._query, project=self._project))

    def __len__(self) -> int:
        return self._store.count(self._query, project=self._project)

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return what is listed of each run, for tables."""
        listed: list[dict[str, Any]] = ls_document(view.listed for view in self)["runs"]
        return listed


def _text(view: RunView) -> str:
    return "\n".join(_rows(view, str, _plain))


def _html(view: RunView) -> str:
    """Return a tree without scripts, which shows in every notebook's viewer."""
    rows = "\n".join(_rows(view, escape, _coloured))
    return f'<div style="{_STYLE}">{rows}</div>'


def _rows(view: RunView, write: Callable[[str], str], mark: Callable[[str], str]) -> Iterator[str]:
    yield f"{mark(view.status)} {write(str(view.entrypoint))}  {view.id}"
    children: dict[str | None, list[dict[str, Any]]] = defaultdict(list)
    known = {execution["execution_id"] for execution in view.executions}
    for execution in view.executions:
        children[execution["parent_id"] if execution["parent_id"] in known else None].append(execution)
    stack = [(1, execution) for execution in reversed(children[None])]
    shown = 0
    while stack and shown < _MOST_SHOWN:
        depth, execution = stack.pop()
        shown += 1
        took = "" if execution["duration_ms"] is None else f"  {execution['duration_ms']:,.1f} ms"
        indent = "  " * depth
        yield f"{indent}{mark(execution['status'])} {write(execution['kind'])} {write(execution['name'])}{took}"
        stack += [(depth + 1, child) for child in reversed(children[execution["execution_id"]])]
    if len(view.executions) > shown:
        yield f"  and {len(view.executions) - shown:,} more"


def _plain(status: str) -> str:
    return f"[{status}]"


def _coloured(status: str) -> str:
    colour = outcome_of(status).tone.html
    return f'<span style="color:{colour}">{escape(status)}</span>'
