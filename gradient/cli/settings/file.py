"""The user's own file of settings, changed without touching what else stands in it."""

import os
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import ParseError

from gradient.cli.errors import Failure
from gradient.cli.settings.values import as_json_value


def write_setting(path: Path, name: str, value: Any) -> None:
    """Set one setting in the file, which is made where there is none.

    Raises:
        Failure: The file is no TOML, or cannot be written.
    """
    document = _read(path)
    document[name] = as_json_value(value)
    _write(path, document)


def remove_setting(path: Path, name: str) -> bool:
    """Take one setting out of the file; tell whether it was there.

    Raises:
        Failure: The file is no TOML, or cannot be written.
    """
    document = _read(path)
    if name not in document:
        return False
    del document[name]
    _write(path, document)
    return True


def _read(path: Path) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(path.read_text("utf-8"))
    except FileNotFoundError:
        return tomlkit.document()
    except OSError as error:
        raise Failure(f"Cannot read {path}: {error.strerror}.", 1) from None
    except ParseError as error:
        raise Failure(f"{path} is no valid TOML: {error}. Mend it by hand first.", 1) from None


def _write(path: Path, document: tomlkit.TOMLDocument) -> None:
    """Replace the file in one step, so that no program ever reads half of it."""
    writing = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        writing.write_text(tomlkit.dumps(document), "utf-8")
        writing.replace(path)
    except OSError as error:
        writing.unlink(missing_ok=True)
        raise Failure(f"Cannot write {path}: {error.strerror}.", 1) from None
