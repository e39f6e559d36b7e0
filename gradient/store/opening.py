"""Open a store, as programs and notebooks do."""

from pathlib import Path

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


def _leave_out(_problem: str) -> None:
    """Say nothing of a setting that cannot be used."""
