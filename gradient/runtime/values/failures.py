"""An exception as text, redacted and bounded; and which exceptions are the same."""

from typing import Any
from weakref import ref

from gradient.journal.failures import Failure
from gradient.runtime.values.causes import Redact, causes_of, dict_of, name_of, notes_of, stacktrace
from gradient.runtime.values.shapes import text_of

_MOST_REMEMBERED = 100


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
        if known is not None and known[0]() is (error if type(known[0]) is ref else dict_of(error)):
            return known[1]
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.pop(next(iter(self._known), 0), None)
        try:
            proof: Any = ref(error)
        except TypeError:
            own = dict_of(error)
            proof = lambda: own  # noqa: E731 - called as a reference is
        self._known[id(error)] = (proof, execution_id)
        return execution_id


def failure_of(error: Any, redact: Redact, raised: Raised | None, execution_id: int) -> Failure:
    """Describe what a piece of work ended with: an exception, what was told of one, or whatever text a caller has.

    Args:
        error: What it ended with.
        redact: Cuts and redacts a text.
        raised: What ended other executions of its request; None outside of any.
        execution_id: The execution, 0 for the request.
    """
    if isinstance(error, Failure):
        return error.with_texts(redact)
    if not isinstance(error, BaseException):
        return Failure("", redact(error if isinstance(error, str) else f"<{type(error).__qualname__}>"))
    origin = execution_id if raised is None else raised.origin(error, execution_id)
    message, trace = redact(text_of(error)), redact(stacktrace(error))
    return Failure(name_of(type(error)), message, trace, origin, notes_of(error, redact), *causes_of(error, redact))
