"""What providers send, whether it is still JSON or already an object of their client."""

from __future__ import annotations

from typing import Any

_DICT: type[Any] = dict  # of anything, for type checkers
_LISTS: tuple[type[Any], ...] = (list, tuple)
_MOST_HELD = 10_000
_LEAVES = frozenset({str, int, float, bool, type(None), bytes})
_ADDRESSES = ("pydantic.networks", "pydantic_core._pydantic_core")  # of pydantic's own: their texts are safe to ask for
_NOT_GIVEN = ("Omit", "NotGiven")  # what clients pass on for an argument that the user has left out


def fields_of(told: Any) -> dict[str, Any]:
    """Return the fields of a dictionary or of a pydantic model, those it does not declare included; {} of all else.

    Nothing is copied where that can be helped: what is returned may be the object's own, and is not to be changed.
    """
    if type(told) is _DICT:  # pyright: ignore[reportUnknownArgumentType] - anything's
        return told  # type: ignore[no-any-return]
    fields: Any = told if isinstance(told, _DICT) else getattr(told, "__dict__", None)
    if not isinstance(fields, _DICT):
        return {}
    extra: Any = getattr(told, "__pydantic_extra__", None)
    return {**fields, **extra} if extra else fields


def held(told: Any, deepest: int = 20, room: list[int] | None = None) -> Any:
    """Return what a provider's value holds as plain data: its models as what they say, none of it lost but None.

    Args:
        told: A model of pydantic, a list or a dictionary with some in it; all else stays what it is.
        deepest: How far down to look.
        room: How many values to look at yet; models may refer to each other, and lists may be long.
    """
    if type(told) in _LEAVES or deepest == 0:
        return told
    room = [_MOST_HELD] if room is None else room
    kind: type[Any] = type(told)  # pyright: ignore[reportUnknownVariableType] - anything's
    sized: Any = told
    room[0] -= len(sized) if issubclass(kind, (*_LISTS, _DICT)) else 1
    if room[0] < 0:
        return told  # what is recorded of it is bounded where it is captured
    if isinstance(told, _LISTS):
        return [held(item, deepest - 1, room) for item in told]
    if isinstance(told, _DICT):
        return {name: held(value, deepest - 1, room) for name, value in told.items()}
    if kind.__module__ in _ADDRESSES or not hasattr(kind, "model_dump"):
        return str(told) if kind.__module__ in _ADDRESSES else told
    return {name: held(value, deepest - 1, room) for name, value in fields_of(told).items() if value is not None}


def inputs_of(body: dict[str, Any], shown: dict[str, Any], unshown: frozenset[str]) -> dict[str, Any]:
    """Return what is recorded of a request: what is `shown` of it, its tools, and the rest as parameters.

    Args:
        body: The request.
        shown: Messages, or whatever a model was asked.
        unshown: Names in the body that are no parameters.
    """
    inputs = {**shown, "tools": body["tools"]} if body.get("tools") else shown
    params = {
        name: value
        for name, value in body.items()
        if name not in unshown and value is not None and type(value).__name__ not in _NOT_GIVEN
    }
    return {**inputs, "params": params} if params else inputs


def failure_of(fields: dict[str, Any]) -> str | None:
    """Return what a response says went wrong: OpenAI's responses may fail without an exception."""
    if fields.get("status") != "failed":
        return None
    told = fields_of(fields.get("error"))
    return f"{told.get('code') or 'failed'}: {told.get('message') or 'the provider gives no reason'}"
