"""Open a store, as programs and notebooks do."""

import os
from pathlib import Path

import platformdirs

from gradient.store.sqlite import SqliteStore


def open(home: Path | str | None = None) -> SqliteStore:  # noqa: A001 - read as `gradient.store.open`
    """Open the store of a home and bring it up to date.

    Args:
        home: The folder that runs are recorded below; None for `GRADIENT_HOME`, or else the platform's folder for data.

    Raises:
        Unreadable: The folder of the journals is there and cannot be read.
        NewerIndex: A newer version of Gradient made the index.
    """
    if home is None:
        home = os.environ.get("GRADIENT_HOME") or platformdirs.user_data_path("gradient")
    return SqliteStore(Path(home).expanduser())
