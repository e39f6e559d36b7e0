"""An exception as text: type, message and stack trace, redacted and bounded."""

import traceback
from collections.abc import Callable
from typing import Any

from gradient.journal.events import Failure
from gradient.runtime.shapes import text_of

_MAX_FRAMES = 30


def failure_of(error: Any, redact: Callable[[str], str]) -> Failure:
    """Describe what a piece of work ended with: an exception, what was told of one, or whatever text a caller has."""
    if isinstance(error, Failure):
        stacktrace = error.stacktrace
        return Failure(error.type, redact(error.message), None if stacktrace is None else redact(stacktrace))
    if not isinstance(error, BaseException):
        return Failure("", redact(error if isinstance(error, str) else f"<{type(error).__qualname__}>"))
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return Failure(name, redact(text_of(error)), redact(_stacktrace(error)))


def _stacktrace(error: BaseException) -> str:
    """Return the stack trace without source lines of ours and without running `__str__` of what it was raised from."""
    try:
        # Not traceback.format_exception: it walks the whole chain and reprs what the user's classes define.
        frames = traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), limit=-_MAX_FRAMES)
        return "".join(frames.format()).rstrip()
    except Exception:  # noqa: BLE001 - source files may be gone, or be no text
        return ""
