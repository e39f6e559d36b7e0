"""`gradient show`: one run, from its outcome to each of its executions."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

from gradient.cli import formats
from gradient.cli.failures import failure_rows
from gradient.cli.page import Cell, Page
from gradient.cli.reading import print_json, reading, tell_no_runs
from gradient.cli.signs import Signs, colour, signs
from gradient.cli.tree import tree_rows

_NOT_FOUND = 3
_LABEL_CHARS = 10


@click.command("show")
@click.argument("reference", metavar="[RUN]", default="@last")
@click.option("--json", "as_json", is_flag=True, help="Print gradient.run/1 as JSON.")
@click.pass_obj
def command(home: Path | None, reference: str, as_json: bool) -> None:
    """Show a run as a tree.

    RUN is an id, its first 4 or more characters, @last (the default), @-2 for the one before it, or @last-error.
    """
    with reading(home) as journals:
        if not journals.runs:
            tell_no_runs(journals)
            raise click.exceptions.Exit(_NOT_FOUND)
        document = journals.run_document(journals.find(reference))
        if as_json:
            print_json(document)
        else:
            _print_run(document)


def _print_run(document: dict[str, Any]) -> None:
    page = Page()
    shown = signs(ascii_only=page.ascii_only)
    page.print([*_heading(document, shown, page), []])
    page.print(failure_rows(document, shown))
    page.print(tree_rows(document, shown, page.width), cut=True)


def _heading(document: dict[str, Any], shown: Signs, page: Page) -> Iterator[list[Cell]]:
    status = document["status"]
    yield [
        Cell(f"{shown.mark(status)} {status}  ", f"bold {colour(status)}"),
        Cell(formats.one_line(document["entrypoint"] or "unknown entrypoint"), "bold"),
        Cell(f"  {document['request_id']}", "dim"),
    ]
    for label, value in _facts(document, shown, page):
        if value:
            yield [Cell(f"  {label:<{_LABEL_CHARS}}", "dim"), Cell(value)]


def _facts(document: dict[str, Any], shown: Signs, page: Page) -> Iterator[tuple[str, str]]:
    """Yield what is known about the run as a whole; what is not known is empty."""
    age = formats.age(document["started_at"], datetime.now(timezone.utc))
    yield "started", formats.local_time(document["started_at"]) + (f", {age} ago" if page.terminal else "")
    yield "duration", formats.duration(document["duration_ms"], ascii_only=shown.ascii_only).strip()
    yield "executed", _counts(document)
    yield "tokens", _tokens(document["usage"])
    yield "cost", "" if document["usage"]["cost_usd"] is None else formats.cost(document["usage"]["cost_usd"])
    yield "session", formats.one_line(document["session_id"] or "")
    yield "user", formats.one_line(document["user_id"] or "")
    yield "tags", ", ".join(map(formats.one_line, document["tags"]))
    for link in document["links"]:
        yield "link", formats.one_line(f"{str(link['relation']).replace('_', ' ')} {link['request_id']}")
    yield "lost", _loss(document["loss"])


def _counts(document: dict[str, Any]) -> str:
    """Say how many executions of which kinds there are."""
    kinds = Counter(execution["kind"] for execution in document["executions"])
    return (
        ", ".join(f"{number:,} {formats.one_line(kind)}" for kind, number in kinds.most_common()) or "nothing recorded"
    )


def _tokens(usage: dict[str, Any]) -> str:
    parts = {
        "in": usage["input_tokens"],
        "out": usage["output_tokens"],
        "read from cache": usage["cache_read_tokens"],
        "written to cache": usage["cache_write_tokens"],
        "for reasoning": usage["reasoning_tokens"],
    }
    return ", ".join(
        f"{number:,} {part}" for part, number in parts.items() if number or (number == 0 and part == "out")
    )


def _loss(loss: dict[str, int]) -> str:
    parts = {"events not recorded": loss["dropped"], "values cut": loss["truncated"]}
    return ", ".join(f"{number:,} {part}" for part, number in parts.items() if number)
