"""Open a store, as programs and notebooks do."""

from pathlib import Path

from gradient.store.sqlite import SqliteStore


def open(home: Path | str | None = None) -> SqliteStore:  # noqa: A001 - read as `gradient.store.open`
    """Open the store of a home and bring it up to date.

    Args:
        home: The folder that runs are recorded below; None for that of the settings: a file of settings,
            `GRADIENT_HOME`, or else the platform's folder for data.

    Raises:
        ConfigError: A setting cannot be used; only where `home` is None.
        Unreadable: The folder of the journals is there and cannot be read.
        NewerIndex: A newer version of Gradient made the index.
    """
    return SqliteStore(_recorded_at() if home is None else Path(home).expanduser())


def _recorded_at() -> Path:
    # The one thing that reading must know of recording: where. Who names a home needs no settings.
    from gradient.runtime.sources import default_home, load_settings

    return load_settings().settings.home or default_home()
