"""How a command ends when it cannot do what it was asked."""

import click

from gradient.store import BadReference, RunNotFound, StoreError, Unreadable

_EXIT_CODES: tuple[tuple[type[StoreError], int], ...] = ((BadReference, 2), (RunNotFound, 3), (Unreadable, 4))


class Failure(click.ClickException):
    """A failure that is told in a few lines on stderr, with an exit code that scripts can tell apart."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # click calls it a class variable, and reads it from the error


def failure_of(error: StoreError) -> Failure:
    """Tell what the store found wrong."""
    return Failure(str(error), next((code for kind, code in _EXIT_CODES if isinstance(error, kind)), 1))
