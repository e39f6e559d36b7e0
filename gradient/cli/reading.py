"""Find the journals, and say what is the matter with them."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from gradient.cli.errors import failure_of
from gradient.store import Journals, StoreError

if TYPE_CHECKING:
    from gradient.runtime.config import Settings


def current_project() -> str:
    """Return the project of this folder."""
    from gradient.runtime.sources import default_project

    return _settings().project or default_project()


@contextmanager
def reading(home: Path | None) -> Generator[Journals]:
    """Give the journals of a home, and say at the end what could not be read of them.

    Args:
        home: What `--home` says, or None for the setting.

    Raises:
        Failure: They cannot be read, or what is looked for is not there.
    """
    journals = Journals(home or _home())
    try:
        yield journals
    except StoreError as error:
        raise failure_of(error) from None
    if journals.damaged:
        warn(f"{journals.damaged:,} damaged frame{'s were' if journals.damaged > 1 else ' was'} skipped.")
    if journals.newer:
        warn(f"{journals.newer:,} journals of a newer version were left out. Upgrade gradient-runtime to see them.")


def _home() -> Path:
    from gradient.runtime.sources import default_home

    return _settings().home or default_home()


def _settings() -> "Settings":
    """Read the settings; one that cannot be used is told and left out."""
    # Here, because importing the runtime takes longer than all the rest of `gradient show`.
    from gradient.runtime.sources import load_settings

    return load_settings(on_error=warn).settings


def warn(message: str) -> None:
    """Say something on stderr that is no result."""
    click.echo(f"gradient: {message}", err=True)


def tell_no_runs(journals: Journals) -> None:
    """Say that nothing was recorded yet, and how to change that."""
    click.echo(f"No runs in {journals.root.parent} yet. To make one:\n", err=True)
    click.echo("    gradient run your_agent.py", err=True)
    click.echo("\nor put @entrypoint, from gradient.sdk, on the function that answers.", err=True)


def print_json(document: dict[str, Any]) -> None:
    """Print a document as JSON."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")
