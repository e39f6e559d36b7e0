"""Runs from files and from stdin, where a command takes a reference to a run."""

import os
import sys
from pathlib import Path
from typing import Any

from gradient.analysis.documents import NotARun, read_documents
from gradient.cli.errors import Failure

STDIN = "-"
_SUFFIXES = (".json", ".jsonl")
_NOT_FOUND, _UNREADABLE = 3, 4


def is_file(reference: str) -> bool:
    """Tell whether a reference names a file, or stdin, rather than a run of the store."""
    return reference == STDIN or reference.endswith(_SUFFIXES) or os.sep in reference


def documents_in(reference: str) -> list[dict[str, Any]]:
    """Return the runs in a file, each a `gradient.run/1`.

    Raises:
        Failure: There is no such file, or it holds something else.
    """
    name = "stdin" if reference == STDIN else reference
    try:
        data = sys.stdin.buffer.read() if reference == STDIN else Path(reference).read_bytes()
        return read_documents(data)
    except FileNotFoundError:
        hint = "A run of the store has no slash and no .json in its name."
        raise Failure(f"There is no file {name}.\n{hint}", _NOT_FOUND) from None
    except OSError as error:
        raise Failure(f"Cannot read {name}: {error.strerror}.", _UNREADABLE) from None
    except NotARun as error:
        hint = "Upgrade gradient-runtime to read it." if error.newer else "`gradient export RUN -o run.json` makes one."
        raise Failure(f"Cannot read a run from {name}: {error}.\n{hint}", _UNREADABLE) from None
