"""`gradient ls`: the newest runs as a table."""

import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

from gradient.cli import formats
from gradient.cli.page import Cell, Page, table
from gradient.cli.reading import current_project, print_json, reading, tell_no_runs
from gradient.cli.signs import Signs, colour, signs
from gradient.store import Journals, Run

_SHORT_ID, _WHOLE_ID = 8, 36
_ENTRYPOINT = 2
_RIGHT = (5, 6, 7, 8, 9)


@click.command("ls")
@click.option("-n", "number", type=click.IntRange(min=1), default=20, show_default=True, help="How many runs at most.")
@click.option("--all-projects", is_flag=True, help="Runs of all projects, not only of the one in this folder.")
@click.option("--json", "as_json", is_flag=True, help="Print gradient.ls/1 as JSON.")
@click.pass_obj
def command(home: Path | None, number: int, all_projects: bool, as_json: bool) -> None:
    """List the newest runs."""
    project = None if all_projects else current_project()
    with reading(home) as journals:
        runs = journals.listed(project)
        document = journals.ls_document(runs[:number])
        if as_json:
            print_json(document)
        elif runs:
            _print_table(document["runs"], journals, all_projects=all_projects)
        _tell_rest(journals, runs, number, project)


def _print_table(runs: Sequence[dict[str, Any]], journals: Journals, *, all_projects: bool) -> None:
    page = Page()
    shown = signs(ascii_only=page.ascii_only)
    now = datetime.now(timezone.utc) if page.terminal else None
    id_chars = _id_chars(journals.runs)
    rows = [_row(run, id_chars, shown, now, all_projects=all_projects) for run in runs]
    started, project = "AGE" if page.terminal else "STARTED", "PROJECT" if all_projects else ""
    words = ["STATUS", "ID", "ENTRYPOINT", project, started, "TOOK", "EXECS", "ERR", "TOKENS", "COST"]
    headings = [Cell(word, "dim") for word in words]
    page.print(table([headings, *rows], _RIGHT, width=page.width, shrink=_ENTRYPOINT), cut=True)


def _row(run: dict[str, Any], id_chars: int, shown: Signs, now: datetime | None, *, all_projects: bool) -> list[Cell]:
    usage, status, errors = run["usage"], run["status"], run["errors"]
    tokens = [usage[part] for part in ("input_tokens", "output_tokens") if usage[part] is not None]
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
        Cell(formats.count(sum(tokens) if tokens else None)),
        Cell(formats.cost(usage["cost_usd"])),
    ]


def _id_chars(runs: Sequence[Run]) -> int:
    """Return how much of each id must be shown to tell it from all others."""
    return _SHORT_ID if len({run.key[: _SHORT_ID // 2] for run in runs}) == len(runs) else _WHOLE_ID


def _tell_rest(journals: Journals, runs: Sequence[Run], number: int, project: str | None) -> None:
    """Say on stderr what the table does not show."""
    if not journals.listed():
        tell_no_runs(journals)
    elif not runs:
        elsewhere = len(journals.listed())
        click.echo(
            f"No runs of the project {project} yet; {elsewhere:,} of others: gradient ls --all-projects", err=True
        )
    elif len(runs) > number and sys.stderr.isatty():
        click.echo(f"\nThe newest {number:,} of {len(runs):,}; gradient ls -n {len(runs)} lists all.", err=True)
