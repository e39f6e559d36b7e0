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
        NewerIndex,
        QueryError,
        RunNotFound,
        Unreadable,
    )  # Not every command needs the store.

    exit_codes = ((BadReference, 2), (QueryError, 2), (RunNotFound, 3), (Unreadable, 4), (NewerIndex, 4))
    return Failure(str(error), next((code for kind, code in exit_codes if isinstance(error, kind)), 1))
