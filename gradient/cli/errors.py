"""How a command ends when it cannot do what it was asked."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from gradient.store import StoreError


class Failure(click.ClickException):
    """A failure that is told in a few lines on stderr, with an exit code that scripts can tell apart."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # click calls it a class variable, and reads it from the error


def failure_of(error: "StoreError") -> Failure:
    """Tell what the store found wrong."""
    from gradient.store import (
        BadReference,
        MediumNotFound,
        NewerIndex,
        QueryError,
        RunNotFound,
        Unreadable,
    )  # Not every command needs the store.

    exit_codes = {2: (BadReference, QueryError), 3: (RunNotFound, MediumNotFound), 4: (Unreadable, NewerIndex)}
    return Failure(str(error), next((code for code, kinds in exit_codes.items() if isinstance(error, kinds)), 1))
