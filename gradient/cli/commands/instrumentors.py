"""`gradient instrumentors`: the frameworks that can be traced, and what was found of each."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from gradient.cli.commands.doctor import framework_rows
from gradient.cli.doctor.installed import Found, installed_frameworks
from gradient.cli.drawing.formats import one_line
from gradient.cli.drawing.page import Cell
from gradient.cli.drawing.pager import paged
from gradient.cli.drawing.signs import Signs, signs
from gradient.cli.options import JsonOutput, json_option
from gradient.cli.settings.values import settings_for

_SCHEMA = "gradient.instrumentors/1"


@click.command("instrumentors")
@json_option(_SCHEMA, rows="instrumentors")
@click.pass_obj
def command(home: Path | None, as_json: JsonOutput | None) -> None:
    """List the frameworks that can be traced, and the seams found in each.

    Frameworks are imported for it, your own code is not run.
    """
    found = installed_frameworks(settings_for(home).settings)
    if as_json:
        as_json.print({"schema": _SCHEMA, "instrumentors": [asdict(one) for one in found]})
        return
    with paged() as page:
        shown = signs(ascii_only=page.ascii_only)
        page.print(framework_rows(found), cut=True)
        for one in found:
            page.print(_details(one, shown))


def _details(one: Found, shown: Signs) -> Iterator[list[Cell]]:
    yield []
    by = f", of {one.provider}" if one.provider else ""
    yield [Cell(one_line(one.name), "bold"), Cell(f"  {one_line(one.instrumentor)}{by}", "dim")]
    for seam in one.found:
        yield [Cell(f"  {shown.mark('completed')} ", "green"), Cell(one_line(seam))]
    for seam in one.missing:
        yield [Cell(f"  {shown.mark('error')} ", "red"), Cell(f"{one_line(seam)}: not there", "red")]
    for said in one.complaints:
        yield [Cell(f"  {shown.mark('error')} ", "red"), Cell(one_line(said), "red")]
    if one.state in ("absent", "off"):
        why = "is not installed" if one.state == "absent" else "is left alone, as settings say"
        yield [Cell(f"  {one_line(one.name)} {why}", "dim")]
