"""Wrappers whose frames warnings and loggers pass over.

A library that warns with `stacklevel=2` means the line that called it, and a wrapper of ours stands in between. CPython
passes over its import system when it counts frames, and knows that by `importlib` and `_bootstrap` in a file's path. So
the code of our wrappers names its file by way of this folder: `.../importlib_bootstrap/../calls.py` is the same file,
and tracebacks, debuggers and coverage find its lines.
"""

from __future__ import annotations

from os.path import relpath
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any, TypeVar

T = TypeVar("T")
_HERE = Path(__file__).parent
_codes: dict[CodeType, CodeType] = {}


def passed_over(wrapper: T) -> T:
    """Return `wrapper`, a function or a static or class method, with a code that warnings and loggers pass over.

    What is no function in Python, or lies on another drive, is left as it is.
    """
    function: Any = getattr(wrapper, "__func__", wrapper)
    if isinstance(function, FunctionType):
        code = function.__code__
        function.__code__ = _codes.get(code) or _codes.setdefault(code, _by_way_of_here(code))
    return wrapper


def _by_way_of_here(code: CodeType) -> CodeType:
    if is_passed_over(code):
        return code
    try:
        return code.replace(co_filename=str(_HERE / relpath(code.co_filename, _HERE)))
    except ValueError:
        return code


def is_passed_over(code: CodeType) -> bool:
    """Tell whether CPython takes a frame of this code for its import system's."""
    return "importlib" in code.co_filename and "_bootstrap" in code.co_filename


def outermost(frame: FrameType | None) -> FrameType | None:
    """Return the frame that a frame's caller sees as its own call: the last one of a wrapper's below it, or itself."""
    while frame is not None and frame.f_back is not None and is_passed_over(frame.f_back.f_code):
        frame = frame.f_back
    return frame
