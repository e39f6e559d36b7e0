"""Find the journals, and say what is the matter with them."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec

from gradient.cli.errors import failure_of
from gradient.runtime.config import Settings
from gradient.runtime.sources import default_home, load_settings
from gradient.store import Journals, StoreError


def settings() -> Settings:
    """Read the settings; one that cannot be used is told and left out."""
    return load_settings(on_error=warn).settings


@contextmanager
def reading(home: Path | None) -> Generator[Journals]:
    """Give the journals of a home, and say at the end what could not be read of them.

    Args:
        home: What `--home` says, or None for the setting.

    Raises:
        Failure: They cannot be read, or what is looked for is not there.
    """
    journals = Journals(home or settings().home or default_home())
    try:
        yield journals
        if journals.damaged:
            warn(f"{journals.damaged:,} damaged frame{'s were' if journals.damaged > 1 else ' was'} skipped.")
        if journals.newer:
            warn(f"{journals.newer:,} journals of a newer version were left out. Upgrade gradient-runtime to see them.")
    except StoreError as error:
        raise failure_of(error) from None


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
