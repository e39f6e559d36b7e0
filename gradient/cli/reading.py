"""Find the journals, and say what is the matter with them."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gradient.cli.errors import failure_of
from gradient.cli.messages import tell, warn
from gradient.store import Store, StoreError, open_home

if TYPE_CHECKING:
    from gradient.runtime.settings.fields import Settings

_NOT_FOUND = 3


def current_project() -> str:
    """Return the project of this folder."""
    from gradient.runtime.settings.sources import default_project

    return _settings().project or default_project()


@contextmanager
def reading(home: Path | None) -> Generator[Store]:
    """Give the store of a home, and say at the end what could not be read of it.

    Args:
        home: What `--home` says, or None for the setting.

    Raises:
        Failure: It cannot be read, or what is looked for is not there.
    """
    from gradient.cli.drawing.progress import Progress

    with Progress() as progress:
        try:
            with open_home(home or _home(), project=current_project(), progress=progress.tell) as store:
                progress.clear()
                yield store
                _tell_rest(store)
        except StoreError as error:
            raise failure_of(error) from None


def prepare_text(store: Store, query: str) -> None:
    """Make the index of words, where a query needs one: that takes a while the first time."""
    if store.needs_text(query):
        from gradient.cli.drawing.progress import Progress

        with Progress() as progress:
            store.update_text(progress.tell)


def _tell_rest(store: Store) -> None:
    """Say what of the journals is not in the answer, and what makes it slow."""
    damaged, newer = store.damaged, store.newer
    if damaged:
        warn(f"{damaged:,} damaged frame{'s were' if damaged > 1 else ' was'} skipped.")
    if newer:
        warn(f"{newer:,} journals of a newer version were left out. Upgrade gradient-runtime to see them.")
    if store.note is not None:
        warn(f"The index could not be brought up to date ({store.note}), so new runs were read from the journals.")


def documents(references: Sequence[str], home: Path | None) -> Iterator[dict[str, Any]]:
    """Yield `gradient.run/1` of the runs that references name; a file, or `-` for stdin, may hold several.

    Raises:
        Failure: One of them cannot be found or read.
        UsageError: Stdin is named twice.
    """
    from gradient.cli.files import STDIN, documents_in, is_file

    if references.count(STDIN) > 1:
        raise click.UsageError("Stdin can be read once.")
    with ExitStack() as stack:
        store = None if all(map(is_file, references)) else stack.enter_context(reading(home))
        for reference in references:
            if store is None or is_file(reference):
                yield from documents_in(reference)
                continue
            if store.is_empty:
                tell_no_runs(store)
                raise click.exceptions.Exit(_NOT_FOUND)
            yield store.run_document(store.find(reference))


def document(reference: str, home: Path | None) -> dict[str, Any]:
    """Return `gradient.run/1` of the one run that a reference names.

    Raises:
        Failure: It cannot be found or read.
        UsageError: It names a file of several runs.
    """
    first, *more = documents([reference], home)
    if more:
        raise click.UsageError(f"{reference} holds {len(more) + 1} runs, and one is wanted.")
    return first


def _home() -> Path:
    from gradient.runtime.settings.sources import default_home

    return _settings().home or default_home()


def _settings() -> "Settings":
    """Read the settings; one that cannot be used is told and left out."""
    # Here, because importing the runtime takes longer than all the rest of `gradient show`.
    from gradient.runtime.settings.sources import load_settings

    return load_settings(on_error=warn).settings


def tell_no_runs(store: Store) -> None:
    """Say that nothing was recorded yet, and how to change that."""
    tell(f"No runs in {store.place} yet. To make one:\n")
    tell("    gradient run your_agent.py")
    tell("\nor put @entrypoint, from gradient.sdk, on the function that answers; or `gradient demo`.")
