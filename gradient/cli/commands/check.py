"""`gradient check`: whether a run is as it should be, for CI."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import EllipsisType
from typing import Any

import click

from gradient.analysis import checks, quantities
from gradient.cli.drawing.formats import one_line
from gradient.cli.drawing.page import Cell, Page, table
from gradient.cli.drawing.signs import signs
from gradient.cli.options import JsonOutput, json_option, run_argument
from gradient.cli.reading import document

_FAILED = 1


def _limit(read: Callable[[str], float]) -> Callable[[click.Context, click.Parameter, str | None], float | None]:
    """Return a callback that reads a limit with its unit."""

    def convert(_ctx: click.Context, _option: click.Parameter, text: str | None) -> float | None:
        try:
            return None if text is None else read(text)
        except ValueError as error:
            raise click.BadParameter(f"{error}.") from None

    return convert


def _path(_ctx: click.Context, _option: click.Parameter, text: str | None) -> list[str | EllipsisType] | None:
    """Read names in an order, with `...` for any number of others."""
    if text is None:
        return None
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise click.BadParameter(f"{text!r} has a comma with no name beside it; '...' stands for any nodes.")
    return [... if name == "..." else name for name in names]


def _calls(_ctx: click.Context, _option: click.Parameter, texts: tuple[str, ...]) -> list[tuple[str, int]]:
    """Read how often something is called."""
    parts = [(text, *text.rpartition("=")) for text in texts]
    for text, name, _, times in parts:
        if not name or not times.isdecimal():
            raise click.BadParameter(f"{text!r} is not a name and a number, such as search=2.")
    return [(name, int(times)) for _, name, _, times in parts]


@click.command("check")
@run_argument(default="@last")
@click.option(
    "--max-duration", metavar="TIME", callback=_limit(quantities.read_duration_ms), help="Such as 800ms, 2s or 3m."
)
@click.option("--max-cost", metavar="USD", callback=_limit(quantities.read_cost), help="Such as 0.01.")
@click.option(
    "--max-tokens", metavar="NUMBER", callback=_limit(quantities.read_count), help="In and out, such as 5000 or 5k."
)
@click.option("--no-error", is_flag=True, help="Nothing failed, not even what was handled.")
@click.option("--path", metavar="A,B,...", callback=_path, help="Nodes that ran, in order; '...' is any others.")
@click.option(
    "--calls",
    metavar="NAME=N",
    multiple=True,
    callback=_calls,
    help="How often a name, node id or kind ran; repeatable.",
)
@json_option("gradient.check/1")
@click.pass_obj
def command(home: Path | None, /, reference: str, as_json: JsonOutput | None, **asked: Any) -> None:
    """Check what a run is expected to be; exit with 1 if it is not.

    RUN is an id, its first 4 or more characters, @last (the default), a file of
    `gradient export`, or - for stdin.
    """
    wanted = {name: value for name, value in asked.items() if value not in (None, False, [])}
    if not wanted:
        raise click.UsageError(f"Nothing to check. Give one or more of --{', --'.join(asked).replace('_', '-')}.")
    run = document(reference, home)
    results = list(_results(run, wanted))
    if as_json:
        as_json.print(_as_document(run, results))
    else:
        _print(results)
    if not all(result.passed for result in results):
        raise click.exceptions.Exit(_FAILED)


def _results(run: dict[str, Any], wanted: dict[str, Any]) -> Iterator[checks.Checked]:
    """Yield what became of each check that was asked for."""
    for name, limited in (
        ("max_duration", checks.max_duration),
        ("max_cost", checks.max_cost),
        ("max_tokens", checks.max_tokens),
    ):
        if name in wanted:
            yield limited(run, wanted[name])
    if "no_error" in wanted:
        yield checks.no_error(run)
    if "path" in wanted:
        yield checks.follows_path(run, wanted["path"])
    for name, times in wanted.get("calls", ()):
        yield checks.calls(run, name, times)


def _as_document(run: dict[str, Any], results: list[checks.Checked]) -> dict[str, Any]:
    return {
        "schema": "gradient.check/1",
        "request_id": run["request_id"],
        "passed": all(result.passed for result in results),
        "checks": [result._asdict() for result in results],
    }


def _print(results: list[checks.Checked]) -> None:
    page = Page()
    shown = signs(ascii_only=page.ascii_only)
    rows = [
        [
            Cell(shown.mark("completed" if result.passed else "error"), "green" if result.passed else "red"),
            Cell(result.check, "bold"),
            Cell(f"expected {one_line(result.expected)}", "dim" if result.passed else ""),
            Cell(f"seen {one_line(result.seen)}", "dim" if result.passed else "red"),
        ]
        for result in results
    ]
    page.print(table(rows))
