"""`gradient errors`: what failed, those failures together that are alike."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

from gradient.cli.drawing import formats
from gradient.cli.drawing.page import Cell
from gradient.cli.drawing.pager import paged
from gradient.cli.drawing.signs import signs
from gradient.cli.messages import tell
from gradient.cli.options import JsonOutput, json_option
from gradient.cli.querying import QueryCommand, as_query, query_argument
from gradient.cli.reading import current_project, prepare_text, reading
from gradient.store import ErrorGroup, rfc3339

_SHORT_ID = 8


@click.command("errors", cls=QueryCommand)
@query_argument
@click.option("-n", "number", type=click.IntRange(min=1), default=20, show_default=True, help="How many at most.")
@click.option("--all-projects", is_flag=True, help="Runs of all projects, not only of the one in this folder.")
@json_option("gradient.errors/1", rows="errors")
@click.pass_obj
def command(
    home: Path | None, /, *, query: tuple[str, ...], number: int, all_projects: bool, as_json: JsonOutput | None
) -> None:
    """Tell what failed, the commonest first.

    QUERY selects runs, as for `gradient ls`: since:7d entrypoint:support_*
    """
    project = None if all_projects else current_project()
    asked = as_query(query)
    with reading(home) as store:
        prepare_text(store, asked)
        groups = store.errors(asked, project=project, limit=number)
        if as_json:
            as_json.print({"schema": "gradient.errors/1", "errors": list(map(_document, groups))})
        elif groups:
            with paged() as page:
                for group in groups:
                    page.print(_rows(group, signs(ascii_only=page.ascii_only).mark("error")))
        else:
            tell("No failure was recorded.")


def _document(group: ErrorGroup) -> dict[str, Any]:
    seen = {"first_seen": rfc3339(group.first_seen_ns), "last_seen": rfc3339(group.last_seen_ns)}
    plain = {name: value for name, value in asdict(group).items() if not name.endswith("_seen_ns")}
    return {**plain, **seen}


def _rows(group: ErrorGroup, mark: str) -> Iterator[list[Cell]]:
    times = "1 time" if group.count == 1 else f"{group.count:,} times"
    runs = "1 run" if group.runs == 1 else f"{group.runs:,} runs"
    said = f"{group.type}: {group.message}" if group.type else group.message
    yield [Cell(f"{mark} ", "red"), Cell(formats.one_line(said) or "no message", "bold")]
    handled = "handled" if group.completed_runs == group.runs else f"handled in {group.completed_runs:,}"
    handled = f", {handled}" if group.completed_runs else ""
    nodes = f" in {', '.join(map(formats.one_line, group.nodes))}" if group.nodes else ""
    last = formats.age(rfc3339(group.last_seen_ns), datetime.now(timezone.utc))
    yield [Cell(f"  {times} in {runs}{nodes}{handled}, last {last} ago", "dim")]
    yield [Cell("  gradient show ", "dim"), Cell(", ".join(run[:_SHORT_ID] for run in group.samples))]
