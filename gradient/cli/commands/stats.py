"""`gradient stats`: what ran, how often, how long, at what cost."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from time import time_ns

import click

from gradient.cli.drawing import formats
from gradient.cli.drawing.amounts import age_s
from gradient.cli.drawing.page import Cell, table
from gradient.cli.drawing.pager import paged
from gradient.cli.messages import tell
from gradient.cli.options import JsonOutput, json_option
from gradient.cli.querying import QueryCommand, as_query, query_argument
from gradient.cli.reading import current_project, prepare_text, reading
from gradient.store import Group

_RIGHT = (2, 3, 4, 5, 6, 7, 8, 9, 10)
_OPTIONAL = (1, 6, 4, 9, 8, 5, 7, 10, 3)  # kinds first, failures last
_BY = ("node", "model", "entrypoint", "day")
_NS_PER_S = 10**9


@click.command("stats", cls=QueryCommand)
@query_argument
@click.option("--by", type=click.Choice(_BY), default="node", show_default=True, help="What to group by.")
@click.option("--since", "ago_s", type=age_s, default="30d", show_default=True, metavar="AGE", help="How far back.")
@click.option("--all-projects", is_flag=True, help="Runs of all projects, not only of the one in this folder.")
@json_option("gradient.stats/1", rows="groups")
@click.pass_obj
def command(  # noqa: PLR0913 - its options
    home: Path | None,
    /,
    *,
    query: tuple[str, ...],
    by: str,
    ago_s: float,
    all_projects: bool,
    as_json: JsonOutput | None,
) -> None:
    """Tell how often things ran, how long they took, and what they cost.

    QUERY selects runs, as for `gradient ls`. Without one the answer comes from sums by the hour, whatever the size.
    """
    project = None if all_projects else current_project()
    asked = as_query(query)
    with reading(home) as store:
        prepare_text(store, asked)
        groups = store.stats(by, project=project, since_ns=time_ns() - int(ago_s * _NS_PER_S), query=asked)
        if as_json:
            as_json.print({"schema": "gradient.stats/1", "by": by, "groups": [asdict(group) for group in groups]})
        elif groups:
            _print(groups, by)
        else:
            tell(f"Nothing ended in this time{f' in the project {project}' if project else ''}.")


def _print(groups: Sequence[Group], by: str) -> None:
    with paged() as page:
        kind = {"node": "KIND", "model": "PROVIDER"}.get(by, "")
        words = [by.upper(), kind, "COUNT", "ERR", "P50", "P95", "P99", "MAX", "TOTAL", "TOKENS", "COST"]
        rows = [_row(group, ascii_only=page.ascii_only) for group in groups]
        headings = [Cell(word, "dim") for word in words]
        page.print(table([headings, *rows], _RIGHT, width=page.width, optional=_OPTIONAL), cut=True)


def _row(group: Group, *, ascii_only: bool) -> list[Cell]:
    lasted = (group.p50_ms, group.p95_ms, group.p99_ms, group.max_ms)
    times = [formats.duration(ms, ascii_only=ascii_only) for ms in lasted]
    told = [value for value in (group.input_tokens, group.output_tokens) if value is not None]
    sums = {"missing": group.missing}
    return [
        Cell(formats.name_of(group.name), "bold"),
        Cell(formats.one_line(group.kind), "dim"),
        Cell(formats.count(group.count)),
        Cell(formats.count(group.errors), "red" if group.errors else "dim"),
        *map(Cell, times),
        Cell(formats.duration(group.total_ms, ascii_only=ascii_only)),
        Cell(formats.total_count(sum(told) if told else None, sums, ascii_only=ascii_only)),
        Cell(formats.total_cost(group.cost_usd, sums, ascii_only=ascii_only)),
    ]
