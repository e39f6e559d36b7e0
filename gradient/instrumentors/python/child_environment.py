"""Tell a child process of the trace by a variable, and leave everything else of its environment as it would be.

A child that is given no environment inherits the one of the C library, which may hold more than `os.environ`: what
`os.putenv`, a library in C or the child's own `preexec_fn` has set. So that is what we add to, never `os.environ`.
"""

from __future__ import annotations

import os
import sys
from itertools import count, takewhile
from typing import TYPE_CHECKING, Any

from gradient.runtime.remote import PARENT, headers_for

if TYPE_CHECKING:
    from collections.abc import Callable

# Positions of arguments of `Popen.__init__`, `self` counted.
_PREEXEC, _ENV = 7, 11
_PARENT_VARIABLE = PARENT.upper().encode()


def with_variables(args: Any, kwargs: Any) -> tuple[Any, Any]:
    """Return the arguments of `Popen.__init__` with the trace in them; an environment that has one is left alone."""
    told = {name.upper(): value for name, value in headers_for().items()}
    given = _argument(args, kwargs, _ENV, "env")
    prepare = _argument(args, kwargs, _PREEXEC, "preexec_fn")
    if given is None and prepare is not None:
        return _with(args, kwargs, _PREEXEC, "preexec_fn", _telling(told, prepare))
    if given is None:
        return _with(args, kwargs, _ENV, "env", _inherited(told))
    if any(os.fsencode(name) == _PARENT_VARIABLE for name in given):
        return args, kwargs
    return _with(args, kwargs, _ENV, "env", {**given, **told})


def _argument(args: Any, kwargs: Any, position: int, name: str) -> Any:
    return args[position] if len(args) > position else kwargs.get(name)


def _with(args: Any, kwargs: Any, position: int, name: str, value: Any) -> tuple[Any, Any]:
    if len(args) > position:
        return (*args[:position], value, *args[position + 1 :]), kwargs
    return args, {**kwargs, name: value}


def _telling(told: dict[str, str], prepare: Callable[[], Any]) -> Callable[[], None]:
    """Return what runs in the child before its program: the user's function, which may see and change our variable."""

    def prepare_child() -> None:
        for name, value in told.items():
            os.putenv(name, value)
        prepare()

    return prepare_child


def _inherited(told: dict[str, str]) -> dict[Any, Any]:
    """Return the environment that a child would inherit, and what it is told."""
    if sys.platform == "win32":
        return {**os.environ, **told}  # there, the two environments are one
    return {**_of_the_c_library(), **{os.fsencode(name): os.fsencode(value) for name, value in told.items()}}


def _of_the_c_library() -> dict[bytes, bytes]:
    import ctypes  # not before it is needed: importing it takes milliseconds

    library = ctypes.CDLL(None)
    entries = ctypes.POINTER(ctypes.c_char_p)
    if sys.platform == "darwin":
        place = library["_NSGetEnviron"]
        place.restype = ctypes.POINTER(entries)
        block = place().contents
    else:
        block = entries.in_dll(library, "environ")
    found: dict[bytes, bytes] = {}
    for entry in takewhile(lambda entry: entry is not None, map(block.__getitem__, count() if block else ())):
        name, is_set, value = entry.partition(b"=")
        if is_set:
            found.setdefault(name, value)  # of equals, the first is what `getenv` finds
    return found
