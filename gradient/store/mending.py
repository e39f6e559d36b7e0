"""Answer although the index turns out to be broken: make it anew, and ask again."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar


class Mendable(Protocol):
    """Something with an index that can be made anew."""

    def mend(self) -> None:
        """Throw the index away, and make it anew."""
        ...

    def snapshot(self) -> AbstractContextManager[None]:
        """Let all that is read inside the block be of one moment."""
        ...


S = TypeVar("S", bound=Mendable)
P = ParamSpec("P")
T = TypeVar("T")


def mending(answer: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """Let a method of a store find a broken index without whoever asked noticing more than the time it takes."""

    @wraps(answer)
    def answered(store: S, /, *arguments: P.args, **options: P.kwargs) -> T:
        try:
            with store.snapshot():
                return answer(store, *arguments, **options)
        except sqlite3.DatabaseError as error:
            if not is_broken(error):
                raise
        store.mend()
        with store.snapshot():
            return answer(store, *arguments, **options)

    return answered


def is_broken(error: sqlite3.DatabaseError) -> bool:
    """Tell whether an error says that a database is damaged, or is not what its version promises."""
    return type(error) is sqlite3.DatabaseError or str(error).startswith("no such ")
