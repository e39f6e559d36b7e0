"""What an exception came from: its causes, what was being handled, the members of groups, and the notes on each.

No attribute is read as a subclass may define it: Python's own fields are asked, by Python's own descriptors. What runs
of the user's is `__str__`, which is what it is for. Costs are bounded, whatever the exceptions hold.
"""

import traceback
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from gradient.journal.failures import MOST_DEPTH, Cause
from gradient.runtime.values.shapes import text_for, text_of

MOST_FRAMES = 30
_MOST_CAUSES = MOST_DEPTH  # so that none can be deeper
_MOST_MEMBERS = 8
_LONGEST_CHAIN = 1_000
_FIRST, _LAST = 5, 3  # of a long chain: what was raised last, and where all began
_FIRST_OF_MEMBER, _LAST_OF_MEMBER = 2, 1
_MOST_NOTES = 8
_CAUSES_FRAMES = 5
_CAUSES_CHARS = 2_000
_GROUP = "BaseExceptionGroup"
_GROUPS_MODULES = ("builtins", "exceptiongroup")

Redact = Callable[..., str]
"""Redacts a text, and cuts it: where the settings say, or at fewer characters."""

dict_of: Any = BaseException.__dict__["__dict__"].__get__
_cause_of: Any = BaseException.__dict__["__cause__"].__get__
_context_of: Any = BaseException.__dict__["__context__"].__get__
_hides_context: Any = BaseException.__dict__["__suppress_context__"].__get__
_traceback_of: Any = BaseException.__dict__["__traceback__"].__get__


def causes_of(error: BaseException, redact: Redact) -> tuple[list[Cause], int]:
    """Return what an exception came from, in the order of `gradient.journal.failures`, and how much more there was."""
    try:
        walk = _Walk(error)
        causes = [_cause(*step, redact) for step in islice(walk.below(error, 0), _MOST_CAUSES)]
    except Exception:  # noqa: BLE001 - classes of the user's are asked for their names, and what is told is our luxury
        return [], 0
    return causes, walk.known - len(causes)


def notes_of(error: BaseException, redact: Redact) -> list[str]:
    """Return the notes that were added to an exception."""
    try:
        notes: Any = dict_of(error).get("__notes__")
        told = notes[:_MOST_NOTES] if type(notes) in (list, tuple) else ()
        return [redact(text_for(note), _CAUSES_CHARS) for note in told]
    except Exception:  # noqa: BLE001 - as above
        return []


def stacktrace(error: BaseException, most_frames: int = MOST_FRAMES) -> str:
    """Return the last frames of a stack trace, without what it was raised from."""
    try:
        # Not traceback.format_exception: it reprs what the user's classes define.
        frames = traceback.StackSummary.extract(traceback.walk_tb(_traceback_of(error)), limit=-most_frames)
        return "".join(frames.format()).rstrip()
    except Exception:  # noqa: BLE001 - source files may be gone, or be no text
        return ""


def name_of(kind: type[Any]) -> str:
    """Return the qualified name of a class of exceptions."""
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


class _Walk:
    """Goes through what an exception came from, and meets none of it twice.

    Attributes:
        known: How many exceptions were found, gone through or not.
    """

    def __init__(self, error: BaseException) -> None:
        self._seen = {id(error)}
        self.known = 0

    def below(self, error: BaseException, depth: int) -> Iterator[tuple[str, int, BaseException]]:
        """Yield the members of an exception, then what it came from with its members, and so on."""
        yield from self._members(error, depth + 1)
        chain = list(islice(self._chain(error), _LONGEST_CHAIN))
        first, last = (_FIRST_OF_MEMBER, _LAST_OF_MEMBER) if depth else (_FIRST, _LAST)
        for relation, each in chain if len(chain) <= first + last else chain[:first] + chain[-last:]:
            yield relation, depth, each
            yield from self._members(each, depth + 1)

    def _chain(self, error: BaseException) -> Iterator[tuple[str, BaseException]]:
        """Yield what an exception came from, what that came from, and so on, as Python's own account tells it."""
        while True:
            relation, found = "cause", _cause_of(error)
            if found is None:
                relation, found = "context", None if _hides_context(error) else _context_of(error)
            if found is None or not self._is_new(found):
                return
            yield relation, found
            error = found

    def _members(self, error: BaseException, depth: int) -> Iterator[tuple[str, int, BaseException]]:
        members = _members_of(error)
        self.known += max(0, len(members) - _MOST_MEMBERS)
        for member in filter(self._is_new, members[:_MOST_MEMBERS]):
            yield "member", depth, member
            yield from self.below(member, depth)

    def _is_new(self, error: BaseException) -> bool:
        if id(error) in self._seen:
            return False
        self._seen.add(id(error))
        self.known += 1
        return True


def _members_of(error: BaseException) -> tuple[BaseException, ...]:
    # By name: Python 3.10 has no such class, and one of a package instead.
    bases = (base for base in type(error).__mro__ if base.__name__ == _GROUP and base.__module__ in _GROUPS_MODULES)
    group = next(bases, None)
    return () if group is None else tuple(group.__dict__["exceptions"].__get__(error))


def _cause(relation: str, depth: int, error: BaseException, redact: Redact) -> Cause:
    message, trace = redact(text_of(error), _CAUSES_CHARS), redact(stacktrace(error, _CAUSES_FRAMES))
    return Cause(relation, depth, name_of(type(error)), message, trace or None, notes_of(error, redact))
