"""What providers send, whether it is still JSON or already an object of their client."""

from __future__ import annotations

from typing import Any

_DICT: type[Any] = dict  # of anything, for type checkers
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
