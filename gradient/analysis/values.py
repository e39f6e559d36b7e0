"""Where two recorded values differ.

Ids of messages and of tool calls count for nothing: they are new in every run. Nor do the provider's own notes on a
message. What a message says is its role, its name and its parts.
"""

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any, NamedTuple, TypeGuard

from gradient.journal.vocabulary import MESSAGE_FIELDS


class Absent:
    """What stands for a value that one side does not have."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = Absent()
_CALLS = ("tool_call", "tool_call_response")


class Difference(NamedTuple):
    """One place where two values differ.

    Attributes:
        at: The place, such as `messages[1].parts[0].content`; empty for the whole value.
        a: What stands there in one, or `ABSENT`.
        b: What stands there in the other, or `ABSENT`.
    """

    at: str
    a: Any
    b: Any


def differences(a: Any, b: Any) -> Iterator[Difference]:
    """Yield the places where two values differ, in the order of the values, the innermost place of each."""
    waiting = [Difference("", a, b)]
    while waiting:
        here = waiting.pop()
        if here.a == here.b:
            continue
        below = _below(here)
        if below is None:
            yield here
        else:
            waiting.extend(reversed(below))


def first_difference(a: Any, b: Any) -> Difference | None:
    """Return the first place where two values differ, or None where they say the same."""
    return next(differences(a, b), None)


def telling(value: Any) -> Any:
    """Return a value without what differs in every run; containers are copied, and only those."""
    if is_mapping(value):
        return {key: telling(part) for key, part in _telling(value).items()}
    if is_list(value):
        return [telling(part) for part in value]
    return value


def _below(pair: Difference) -> list[Difference] | None:
    """Return the parts of two values that can be compared one by one, or None where they cannot."""
    one, other = pair.a, pair.b
    if is_mapping(one) and is_mapping(other):
        a, b = _telling(one), _telling(other)
        dot = "." if pair.at else ""
        return [Difference(f"{pair.at}{dot}{key}", a.get(key, ABSENT), b.get(key, ABSENT)) for key in a | b]
    if is_list(one) and is_list(other):
        items = enumerate(zip_longest(one, other, fillvalue=ABSENT))
        return [Difference(f"{pair.at}[{number}]", *sides) for number, sides in items]
    return None


def is_mapping(value: Any) -> TypeGuard[dict[str, Any]]:
    """Tell whether a value is a JSON object."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Tell whether a value is a JSON array."""
    return isinstance(value, list)


def is_message(value: Any) -> TypeGuard[dict[str, Any]]:
    """Tell whether a value is a chat message."""
    return is_mapping(value) and "role" in value and is_list(value.get("parts"))


def _telling(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """Return what counts of a mapping."""
    if is_message(mapping):
        return {key: mapping[key] for key in MESSAGE_FIELDS if key in mapping}
    if mapping.get("type") in _CALLS:
        return {key: value for key, value in mapping.items() if key != "id"}
    return dict(mapping)
