"""An exception as text: type, message and stack trace, redacted and bounded; and which exceptions are the same."""

import traceback
from collections.abc import Callable
from typing import Any
from weakref import ref

from gradient.journal.events import Failure
from gradient.runtime.shapes import text_of

_MAX_FRAMES = 30
_MOST_REMEMBERED = 100
_dict_of: Any = BaseException.__dict__["__dict__"].__get__


class Raised:
    """The exceptions that ended executions of a request, and which each of them ended first.

    None of them is kept alive, nor what its frames hold, and nothing is written to it. An address alone would soon be
    another exception's, so something is held that proves it: a weak reference, or the `__dict__` of those that Python
    itself defines, which have none; it is one object for as long as the exception lives, and empty.
    """

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, int]] = {}

    def origin(self, error: BaseException, execution_id: int) -> int:
        """Return which execution an exception ended first; the one given, where it is the first."""
        known = self._known.get(id(error))
        if known is not None and known[0]() is (error if type(known[0]) is ref else _dict_of(error)):
            return known[1]
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.pop(next(iter(self._known), 0), None)
        try:
            proof: Any = ref(error)
        except TypeError:
            own = _dict_of(error)
            proof = lambda: own  # noqa: E731 - called as a reference is
        self._known[id(error)] = (proof, execution_id)
        return execution_id


def failure_of(error: Any, redact: Callable[[str], str], raised: Raised | None, execution_id: int) -> Failure:
    """Describe what a piece of work ended with: an exception, what was told of one, or whatever text a caller has.

    Args:
        error: What it ended with.
        redact: Cuts and redacts a text.
        raised: What ended other executions of its request; None outside of any.
        execution_id: The execution, 0 for the request.
    """
    if isinstance(error, Failure):
        stacktrace = error.stacktrace
        return Failure(error.type, redact(error.message), None if stacktrace is None else redact(stacktrace))
    if not isinstance(error, BaseException):
        return Failure("", redact(error if isinstance(error, str) else f"<{type(error).__qualname__}>"))
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    origin = execution_id if raised is None else raised.origin(error, execution_id)
    return Failure(name, redact(text_of(error)), redact(_stacktrace(error)), origin)


def _stacktrace(error: BaseException) -> str:
    """Return the stack trace without source lines of ours and without running `__str__` of what it was raised from."""
    try:
        # Not traceback.format_exception: it walks the whole chain and reprs what the user's classes define.
        frames = traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), limit=-_MAX_FRAMES)
        return "".join(frames.format()).rstrip()
    except Exception:  # noqa: BLE001 - source files may be gone, or be no text
        return ""
