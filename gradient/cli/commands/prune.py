"""`gradient prune`: keep what was recorded within an age and a size."""

import sys
from pathlib import Path
from time import time

import click

from gradient.cli.drawing import formats
from gradient.cli.drawing.amounts import age_s, size_bytes
from gradient.cli.errors import Failure
from gradient.cli.reading import reading
from gradient.cli.settings.values import settings_for
from gradient.store import Store

_USAGE = 2
_DAY_S = 86_400


@click.command("prune")
@click.option(
    "--older-than",
    "oldest_s",
    type=age_s,
    metavar="AGE",
    help="What was written longer ago goes: 12h, 30d, 4w.  [default: the setting]",
)
@click.option(
    "--max-size",
    "most_bytes",
    type=size_bytes,
    metavar="SIZE",
    help="Then the oldest, until the rest fits: 500MB, 2GB.  [default: the setting]",
)
@click.option("--keep", type=click.IntRange(min=1), help="Keep at least so many of the newest runs.")
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def command(  # noqa: PLR0913 - its options
    home: Path | None,
    /,
    *,
    oldest_s: float | None,
    most_bytes: float | None,
    keep: int | None,
    dry_run: bool,
    yes: bool,
) -> None:
    """Delete the oldest files of the journals, and the runs that were only in them.

    Files of living processes stay. What is left out is as the settings retention_days and retention_bytes say.
    """
    settings = settings_for(home).settings
    max_age_s = settings.retention_days * _DAY_S if oldest_s is None else oldest_s
    max_bytes = settings.retention_bytes if most_bytes is None else most_bytes
    with reading(home) as store:
        if keep is not None:
            max_age_s, max_bytes = max(max_age_s, _age_to_keep_s(store, keep)), float("inf")
        before = store.count()
        planned = store.prune(max_age_s=max_age_s, max_bytes=max_bytes, dry_run=True)
        about = f"{formats.counted(planned.files, 'file')} of the journals, {planned.bytes:,} bytes"
        if dry_run or not planned.files:
            click.echo(f"{'Would delete' if planned.files else 'Nothing to delete:'} {about}.")
            return
        if not yes:
            if not sys.stdin.isatty():
                raise Failure("Nobody can be asked here. Give --yes to delete without asking.", _USAGE)
            click.confirm(f"Delete {about}?", abort=True, err=True)
        pruned = store.prune(max_age_s=max_age_s, max_bytes=max_bytes)
        runs = formats.counted(before - store.count(), "run")
        click.echo(f"Deleted {formats.counted(pruned.files, 'file')} of the journals, {pruned.bytes:,} bytes: {runs}.")


def _age_to_keep_s(store: Store, keep: int) -> float:
    """Return the age of the oldest run that must stay; where there are fewer, all must."""
    oldest = store.list(limit=keep).runs[keep - 1 :]
    return time() - (oldest[0].wall_ns or 0) / 1e9 if oldest else float("inf")
