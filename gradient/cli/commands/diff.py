"""`gradient diff`: two runs side by side, and where they part."""

from pathlib import Path
from typing import Literal

import click

from gradient.analysis.difference import compare
from gradient.analysis.thresholds import BadThreshold, Crossed, Threshold, crossed, read_thresholds
from gradient.cli.drawing.comparison import comparison_rows
from gradient.cli.drawing.pager import paged
from gradient.cli.drawing.signs import signs
from gradient.cli.options import JsonOutput, json_option, run_argument
from gradient.cli.reading import documents

_CROSSED = 1
_SIDES = 2


def _limits(_ctx: click.Context, _option: click.Parameter, expression: str | None) -> list[Threshold]:
    """Read what makes a difference too much."""
    try:
        return [] if expression is None else read_thresholds(expression)
    except BadThreshold as error:
        raise click.BadParameter(str(error)) from None


@click.command("diff")
@run_argument("first", metavar="A")
@run_argument("second", metavar="B")
@click.option(
    "--by",
    type=click.Choice(["path", "name"]),
    default="path",
    show_default=True,
    help="What makes two executions each other's: their place in the tree, or their name wherever it is.",
)
@click.option("--io", "values", is_flag=True, help="Show where inputs and outputs differ.")
@click.option(
    "--fail-on",
    "limits",
    metavar="LIMITS",
    callback=_limits,
    help="Exit with 1 when one is crossed, such as tokens>+10%,duration>+2s,cost>0.05,path,error,output.",
)
@json_option("gradient.diff/1")
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 - its options
    home: Path | None,
    first: str,
    second: str,
    by: Literal["path", "name"],
    values: bool,
    limits: list[Threshold],
    as_json: JsonOutput | None,
) -> None:
    """Compare two runs.

    A and B are ids, their first 4 or more characters, @last, @-2, files of
    `gradient export`, or - for stdin.
    """
    # At once, so that both mean the same newest run.
    runs = list(documents([first, second], home))
    if len(runs) != _SIDES:
        raise click.UsageError(f"{first} and {second} hold {len(runs)} runs, and two are compared.")
    a, b = runs
    difference = compare(a, b, by=by, values=values)
    found = [one for limit in limits if (one := crossed(limit, a, b, difference))]
    if as_json:
        as_json.print({**difference, "crossed": [one._asdict() for one in found]})
    else:
        with paged() as page:
            page.print(comparison_rows(difference, signs(ascii_only=page.ascii_only), page), cut=not values)
    _tell(found)


def _tell(found: list[Crossed]) -> None:
    """Say which limits were crossed, and fail if any was."""
    for limit in found:
        click.echo(f"Crossed {limit.threshold}: {limit.seen}.", err=True)
    if found:
        raise click.exceptions.Exit(_CROSSED)
