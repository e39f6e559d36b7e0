"""Open a store, as programs, notebooks and commands do: only here is it told which kind it is."""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from gradient.store.errors import NewerIndex
from gradient.store.index.database import index_path, open_overlay
from gradient.store.interface import Progress, Store
from gradient.store.sqlite import SqliteStore


def open(home: Path | str | None = None, *, all_projects: bool = False) -> SqliteStore:  # noqa: A001 - read as `gradient.store.open`
    """Open the store of a home and bring it up to date.

    Args:
        home: The folder that runs are recorded below; None for that of the settings: a file of settings,
            `GRADIENT_HOME`, or else the platform's folder for data.
        all_projects: Whether `@last` and other places are among the runs of all projects; else they are of the current
            one, which is that of the settings, or else of the folder that the program runs in.

    Raises:
        ConfigError: A setting cannot be used; only where `home` is None.
        Unreadable: The folder of the journals is there and cannot be read.
        NewerIndex: A newer version of Gradient made the index.
    """
    # What reading must know of recording: where, and under which name.
    from gradient.runtime.settings.sources import default_home, default_project, load_settings

    if home is None:
        settings = load_settings().settings
        home = settings.home or default_home()
    else:  # who names a home needs no settings
        settings = load_settings(on_error=_leave_out).settings
    project = None if all_projects else settings.project or default_project()
    return SqliteStore(Path(home).expanduser(), project=project)


def open_home(home: Path, *, project: str | None = None, progress: Progress | None = None) -> Store:
    """Open the store of a home, without asking the settings, and bring it up to date.

    Args:
        home: The folder that runs are recorded below. It need not exist.
        project: The project whose runs places such as `@last` mean; None for those of all.
        progress: Told of long work.

    Raises:
        Unreadable: The folder of the journals is there and cannot be read.
        NewerIndex: A newer version of Gradient made the index.
    """
    return SqliteStore(home, project=project, progress=progress)


class IndexOnDisk(NamedTuple):
    """The index of a home, as it lies on a disk.

    Attributes:
        bytes: Its size; it can be made anew.
        refused: Why it cannot be used, and what to do; None where it can, or will be made anew.
    """

    bytes: int
    refused: str | None


def look_at_index(home: Path) -> IndexOnDisk:
    """Look at the index of a home; nothing in it is changed."""
    path = index_path(home)
    size = 0
    for file in path.parent.glob("*"):
        with suppress(OSError):  # deleted meanwhile
            size += file.stat().st_size
    try:
        open_overlay(path).close()
    except NewerIndex as error:
        return IndexOnDisk(size, str(error))
    return IndexOnDisk(size, None)


def _leave_out(_problem: str) -> None:
    """Say nothing of a setting that cannot be used."""
