"""`gradient demo`: a run to look at, made up on the spot."""

from functools import partial
from pathlib import Path

import click

from gradient.cli.drawing.progress import Progress
from gradient.cli.errors import Failure
from gradient.cli.messages import tell
from gradient.cli.sample import EXECUTIONS, EXECUTIONS_WITH_ERROR, record_sample
from gradient.cli.settings.values import settings_for

_FAILED = 1


@click.command("demo")
@click.option("--error", is_flag=True, help="Let a tool fail and be tried again, and the run fail in the end.")
@click.option(
    "--spans",
    "number",
    type=click.IntRange(min=EXECUTIONS_WITH_ERROR),
    help=f"How many executions it has.  [default: {EXECUTIONS}, or {EXECUTIONS_WITH_ERROR} with --error]",
)
@click.pass_obj
def command(home: Path | None, error: bool, number: int | None) -> None:
    """Record a made-up run to look at, offline.

    A travel agent with two models and two tools, among your own runs. Prints the id of the run.
    """
    pages = 0 if number is None else number - (EXECUTIONS_WITH_ERROR if error else EXECUTIONS)
    with Progress() as progress:
        tell_how_far = partial(progress.tell, unit="executions")
        recorded = record_sample(settings_for(home).settings, error=error, pages=pages, tell=tell_how_far)
    if recorded.dropped:
        raise Failure("The run could not be kept. `gradient doctor` tells why.", _FAILED)
    click.echo(recorded.request_id)
    gradient = "gradient" if home is None else f"gradient --home {home}"
    tell(
        f"\nThis run was made up and recorded. To look at it:\n\n"
        f"    {gradient} show @last\n    {gradient} ls\n\n"
        f"One that fails, and what is different there:\n\n"
        f"    {gradient} demo --error\n    {gradient} diff @-2 @last\n"
    )
