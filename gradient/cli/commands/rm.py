"""`gradient rm`: remove runs for good."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from gradient.cli.drawing import formats
from gradient.cli.errors import Failure
from gradient.cli.options import run_argument
from gradient.cli.reading import reading
from gradient.store import Listed

_USAGE = 2
_MOST_NAMED = 10


@click.command("rm")
@run_argument("references", nargs=-1)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def command(home: Path | None, references: tuple[str, ...], yes: bool) -> None:
    """Remove runs for good, from the index and from the journals.

    A run that a living process still writes beside is not removed: try again when that process has ended.
    """
    with reading(home) as store:
        runs = list({run.number: run for run in map(store.find, references)}.values())
        if not yes:
            _ask(runs)
        removed = store.remove(runs)
    click.echo(
        f"Removed {formats.counted(removed.runs, 'run')}: {formats.counted(removed.frames, 'event')},"
        f" {removed.bytes:,} bytes, in {formats.counted(removed.files, 'file')} of the journals."
    )


def _ask(runs: Sequence[Listed]) -> None:
    if not sys.stdin.isatty():
        raise Failure("Nobody can be asked here. Give --yes to remove without asking.", _USAGE)
    for run in runs[:_MOST_NAMED]:
        told = (run.id, run.status, run.entrypoint or "-", f"of the project {run.project or 'unknown'}")
        click.echo("  " + "  ".join(map(formats.one_line, told)), err=True)
    click.confirm(f"Remove {formats.counted(len(runs), 'run')} for good?", abort=True, err=True)
