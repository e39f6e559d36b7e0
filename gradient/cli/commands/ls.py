"""`gradient ls`: the newest runs as a table."""

import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

from gradient.analysis.forest import tokens_of
from gradient.cli.drawing import formats
from gradient.cli.drawing.page import Cell, Page, table
from gradient.cli.drawing.pager import paged
from gradient.cli.drawing.signs import Signs, colour, signs
from gradient.cli.messages import tell
from gradient.cli.options import JsonOutput, json_option
from gradient.cli.querying import QueryCommand, as_query, query_argument
from gradient.cli.reading import current_project, prepare_text, reading, tell_no_runs
from gradient.store import Listed, Store, ls_document

_SHORT_ID, _WHOLE_ID = 8, 36
_ENTRYPOINT = 2
_RIGHT = (5, 6, 7, 8, 9)
_OPTIONAL = (6, 3, 8, 7, 4, 9, 5)  # executions first, how long it took last


@click.command("ls", cls=QueryCommand)
@query_argument
@click.option("-n", "number", type=click.IntRange(min=1), default=20, show_default=True, help="How many runs at most.")
@click.option("--all-projects", is_flag=True, help="Runs of all projects, not only of the one in this folder.")
@click.option("--ids", is_flag=True, help="Print nothing but the ids.")
@json_option("gradient.ls/1", rows="runs")
@click.pass_obj
def command(  # noqa: PLR0913 - its options
    home: Path | None,
    /,
    *,
    query: tuple[str, ...],
    number: int,
    all_projects: bool,
    ids: bool,
    as_json: JsonOutput | None,
) -> None:
    """List the newest runs.

    QUERY selects: status:error node:tools dur>2s cost>0.01 -tag:ci since:7d text:glacier
    """
    project = None if all_projects else current_project()
    asked = as_query(query)
    with reading(home) as store:
        prepare_text(store, asked)
        runs = store.list(asked, project=project, limit=number).runs
        document = ls_document(runs)
        if as_json:
            as_json.print(document)
        elif ids:
            click.echo("".join(f"{run.id}\n" for run in runs), nl=False)
        elif runs:
            with paged() as page:
                _print_table(document["runs"], _id_chars(store, runs), page, all_projects=all_projects)
        _tell_rest(store, len(runs), number, project, asked)


def _print_table(runs: Sequence[dict[str, Any]], id_chars: int, page: Page, *, all_projects: bool) -> None:
    shown = signs(ascii_only=page.ascii_only)
    now = datetime.now(timezone.utc) if page.terminal else None
    rows = [_row(run, id_chars, shown, now, all_projects=all_projects) for run in runs]
    started, project = "AGE" if page.terminal else "STARTED", "PROJECT" if all_projects else ""
    words = ["STATUS", "ID", "ENTRYPOINT", project, started, "TOOK", "EXECS", "ERR", "TOKENS", "COST"]
    headings = [Cell(word, "dim") for word in words]
    page.print(table([headings, *rows], _RIGHT, width=page.width, shrink=_ENTRYPOINT, optional=_OPTIONAL), cut=True)


def _row(run: dict[str, Any], id_chars: int, shown: Signs, now: datetime | None, *, all_projects: bool) -> list[Cell]:
    usage, status, errors = run["usage"], run["status"], run["errors"]
    started = formats.age(run["started_at"], now) if now else run["started_at"] or "-"
    return [
        Cell(f"{shown.mark(status)} {status}", colour(status)),
        Cell(run["request_id"][:id_chars], "bold"),
        Cell(formats.one_line(run["entrypoint"] or "-")),
        Cell(formats.one_line(run["project"] or "-") if all_projects else ""),
        Cell(started, "dim"),
        Cell(formats.duration(run["duration_ms"], ascii_only=shown.ascii_only)),
        Cell(formats.count(run["executions"])),
        Cell(formats.count(errors), "red" if errors else "dim"),
        Cell(formats.total_count(tokens_of(usage), usage, ascii_only=shown.ascii_only)),
        Cell(formats.total_cost(usage["cost_usd"], usage, ascii_only=shown.ascii_only)),
    ]


def _id_chars(store: Store, runs: Sequence[Listed]) -> int:
    """Return how much of each id must be shown to tell it from all others."""
    return _SHORT_ID if all(store.is_unique(run.id[:_SHORT_ID]) for run in runs) else _WHOLE_ID


def _tell_rest(store: Store, shown: int, number: int, project: str | None, asked: str) -> None:
    """Say on stderr what the table does not show."""
    if shown == number:
        if sys.stderr.isatty() and (count := store.count(asked, project=project)) > number:
            tell(f"\nThe newest {number:,} of {count:,}; gradient ls -n {count} lists all.")
    elif shown:
        return
    elif not (elsewhere := store.count()):
        tell_no_runs(store)
    elif asked and store.count(project=project):
        tell(f"No run of {project or 'any project'} is so: {asked}")
    else:
        tell(f"No runs of the project {project} yet; {elsewhere:,} of others: gradient ls --all-projects")
