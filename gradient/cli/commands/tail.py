"""`gradient tail`: runs and their executions as they happen, of all processes."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from gradient.cli.drawing import formats
from gradient.cli.drawing.page import Cell, Page
from gradient.cli.drawing.signs import Signs, colour, signs
from gradient.cli.messages import tell
from gradient.cli.reading import current_project, reading
from gradient.store import Change, ls_document

_PAUSE_S = 0.1
_SHORT_ID = 8
_MOST_REMEMBERED = 100_000
_OPEN = "running"


@click.command("tail")
@click.option(
    "--format",
    "form",
    type=click.Choice(["pretty", "jsonl"]),
    default="pretty",
    show_default=True,
    help="How to print: for people, or one JSON document a line.",
)
@click.option("--runs", "runs_only", is_flag=True, help="Only runs, not what happens in them.")
@click.option("--all-projects", is_flag=True, help="Runs of all projects, not only of the one in this folder.")
@click.pass_obj
def command(home: Path | None, form: str, runs_only: bool, all_projects: bool) -> None:
    """Follow what happens, of all processes; end it with Ctrl-C."""
    project = None if all_projects else current_project()
    seen = _Seen()
    with reading(home) as store:
        cursor = store.follow().cursor
        tell(f"Following {project or 'all projects'}; Ctrl-C ends it.")
        page = Page()
        while True:
            store.refresh()
            found = store.follow(cursor)
            cursor = found.cursor
            for change in found.changes:
                if project in (None, change.run.project):
                    events = list(seen.new(change, runs_only=runs_only))
                    _print(events, page, form)
            time.sleep(_PAUSE_S)


class _Seen:
    """What was printed before."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()

    def new(self, change: Change, *, runs_only: bool) -> Iterator[dict[str, Any]]:
        """Yield what is new of a run: that it began, what ended in it, and that it ended."""
        run, rows = change.run, change.executions
        about = {"schema": "gradient.tail/1", "run": ls_document([run])["runs"][0]}
        if self._first(run.id, "began"):
            yield {"event": "run_started", **about}
        if not runs_only:
            for values in zip(*rows.values(), strict=True):
                execution = dict(zip(rows, values, strict=True))
                if execution["status"] != _OPEN and self._first(run.id, execution["execution_id"]):
                    yield {"event": "execution_ended", **about, "execution": execution}
        if run.status != _OPEN and self._first(run.id, "ended"):
            yield {"event": "run_ended", **about}

    def _first(self, *what: str) -> bool:
        if what in self._seen:
            return False
        if len(self._seen) > _MOST_REMEMBERED:
            self._seen.clear()
        self._seen.add((what[0], what[1]))
        return True


def _print(events: list[dict[str, Any]], page: Page, form: str) -> None:
    if form == "jsonl":
        for event in events:
            sys.stdout.buffer.write(msgspec.json.encode(event) + b"\n")
        sys.stdout.buffer.flush()
    else:
        shown = signs(ascii_only=page.ascii_only)
        page.print((_row(event, shown) for event in events), cut=True)
        sys.stdout.flush()


def _row(event: dict[str, Any], shown: Signs) -> list[Cell]:
    run, execution = event["run"], event.get("execution")
    what = run if execution is None else execution
    status = _OPEN if event["event"] == "run_started" else what["status"]
    name = run["entrypoint"] or "-" if execution is None else f"  {execution['kind']} {execution['name']}"
    took = "" if status == _OPEN else formats.duration(what["duration_ms"], ascii_only=shown.ascii_only)
    failed = "" if execution is None or not execution["error_type"] else f"  {execution['error_type']}"
    return [
        Cell(f"{run['request_id'][:_SHORT_ID]}  ", "dim"),
        Cell(f"{shown.mark(status)} ", colour(status)),
        Cell(
            formats.one_line(name) if execution is None else "  " + formats.one_line(name),
            "bold" if execution is None else "",
        ),
        Cell(f"  {took}", "dim"),
        Cell(failed, "red"),
    ]
