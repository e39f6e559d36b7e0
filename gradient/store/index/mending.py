"""Answer although the index turns out to be broken: make it anew, and ask again."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from gradient.store.errors import StoreError

# Of a database that is whole: others use it, or the disk and its rights are in the way.
_PASSING = (
    "database is locked",
    "database table is locked",
    "database or disk is full",
    "unable to open database file",
    "attempt to write a readonly database",
    "disk I/O error",
    "interrupted",
    "out of memory",
)


class Mendable(Protocol):
    """Something with an index that can be made anew."""

    def mend(self, error: Exception) -> None:
        """Throw the index away because of an error, and make it anew; raise an error that does not say it is broken."""
        ...

    def give_up(self, error: Exception) -> None:
        """Do without an index, because it cannot be made anew; raise an error that does not say it is broken."""
        ...

    def snapshot(self) -> AbstractContextManager[None]:
        """Let all that is read inside the block be of one moment."""
        ...


S = TypeVar("S", bound=Mendable)
P = ParamSpec("P")
T = TypeVar("T")


def mending(answer: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """Let a method of a store find a broken index without whoever asked noticing more than the time it takes."""

    @mending_what_it_writes
    @wraps(answer)
    def answered(store: S, /, *arguments: P.args, **options: P.kwargs) -> T:
        with store.snapshot():
            return answer(store, *arguments, **options)

    return answered


def mending_what_it_writes(answer: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """Do the same for a method that begins its own transactions."""

    @wraps(answer)
    def answered(store: S, /, *arguments: P.args, **options: P.kwargs) -> T:
        for mend in (store.mend, store.give_up):
            try:
                return answer(store, *arguments, **options)
            except Exception as error:  # noqa: BLE001 - raised again where it is no fault of the index
                mend(error)
        return answer(store, *arguments, **options)

    return answered


def is_broken(error: Exception) -> bool:
    """Tell whether an error says that a database is damaged, or is not what its version promises.

    What cannot be decoded, or is of another type than it must be, says so too.
    """
    if isinstance(error, sqlite3.DatabaseError):
        return not str(error).startswith(_PASSING)
    return not isinstance(error, (StoreError, OSError, sqlite3.Error, MemoryError))
