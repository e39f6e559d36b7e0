"""`gradient show`: one run, from its outcome to each of its executions."""

from pathlib import Path
from typing import Any, Literal

import click

from gradient.cli.drawing.failures import failure_rows
from gradient.cli.drawing.page import Page
from gradient.cli.drawing.pager import paged
from gradient.cli.drawing.selection import TreeOptions
from gradient.cli.drawing.signs import signs
from gradient.cli.drawing.summary import summary_rows
from gradient.cli.drawing.tree import tree_rows
from gradient.cli.options import JsonOutput, json_option, run_argument
from gradient.cli.reading import document
from gradient.journal.vocabulary import KINDS, is_failure

_FAILED = 1
_GRAPH = "--graph"
_GRAPHS = ("text", "mermaid")


class _Show(click.Command):
    """A command whose `--graph` need not have a value, and still does not take the run's name for one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        words = [
            f"{_GRAPH}={_GRAPHS[0]}" if word == _GRAPH and after not in _GRAPHS else word
            for word, after in zip(args, [*args[1:], ""], strict=False)
        ]
        return super().parse_args(ctx, words)


@click.command("show", cls=_Show)
@run_argument(default="@last")
@click.option("--depth", type=click.IntRange(min=1), help="How many levels of the tree at most.")
@click.option(
    "--only",
    type=click.Choice(["error", *KINDS]),
    metavar="[error|KIND]",
    multiple=True,
    help="Only what failed, or is of a kind, and what it is inside of; repeatable.",
)
@click.option(
    "--io",
    type=click.Choice(["none", "short", "full"]),
    default="none",
    show_default=True,
    help="Whether to show inputs, outputs, and what was noted: in a line, or all of it, with metadata.",
)
@click.option("--state", is_flag=True, help="What each node changed in the state, instead of the tree.")
@click.option(
    _GRAPH, type=click.Choice(_GRAPHS), help="The graph and the path taken, instead of the tree.  [bare: text]"
)
@click.option("--exit-status", is_flag=True, help="Exit with 1 if the run failed.")
@json_option("gradient.run/1")
@click.pass_obj
def command(  # noqa: PLR0913 - its options
    home: Path | None,
    /,
    *,
    reference: str,
    depth: int | None,
    only: tuple[str, ...],
    io: Literal["none", "short", "full"],
    state: bool,
    graph: str | None,
    exit_status: bool,
    as_json: JsonOutput | None,
) -> None:
    """Show a run as a tree.

    RUN is an id, its first 4 or more characters, @last (the default), @-2 for the
    one before it, @last-error, a file of `gradient export`, or - for stdin.
    """
    if sum(map(bool, (as_json, state, graph))) > 1:
        raise click.UsageError("Choose one of --json, --state and --graph.")
    run = document(reference, home)
    if as_json:
        as_json.print(run)
    elif graph == "mermaid":
        from gradient.export.mermaid import mermaid

        click.echo(mermaid(run), nl=False)
    else:
        with paged() as page:
            view = "state" if state else "graph" if graph else "tree"
            _print(run, page, view, TreeOptions(depth, frozenset(only), io))
    if exit_status and is_failure(run["status"]):
        raise click.exceptions.Exit(_FAILED)


def _print(run: dict[str, Any], page: Page, view: str, options: TreeOptions) -> None:
    shown = signs(ascii_only=page.ascii_only)
    page.print(summary_rows(run, shown, page))
    if options.io != "none":
        from gradient.cli.drawing.payloads import note_rows

        page.print(map(list, note_rows(run, "  ", page.width, full=options.io == "full")), cut=options.io != "full")
    page.print([[]])
    page.print(failure_rows(run, shown))
    if view == "state":
        from gradient.cli.drawing.states import state_rows

        page.print(state_rows(run, shown, page.width), cut=True)
    elif view == "graph":
        from gradient.cli.drawing.graph import graph_rows

        page.print(graph_rows(run, shown))
    else:
        page.print(tree_rows(run, shown, page.width, options), cut=options.io != "full")
