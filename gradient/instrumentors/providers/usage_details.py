"""What is told of the parts of tokens: in a dictionary of names, or in a list by modality."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradient.instrumentors.providers import usage_names as names
from gradient.instrumentors.wire import fields_of

if TYPE_CHECKING:
    from collections.abc import Iterable


def details_of(counts: dict[str, Any], places: Iterable[str]) -> dict[str, Any]:
    """Return the details in the first of these places that has any; a class of service is told as `tier`."""
    for name in places:
        told = counts.get(name)
        if isinstance(told, list):
            return {"audio": of_kind(told, "audio")}  # pyright: ignore[reportUnknownArgumentType] - anything's
        if found := fields_of(told):
            return _without_tier(found)
    return {}


def of_kind(listed: Any, modality: str) -> Any:
    """Return how many tokens of a modality a list of Gemini's tells of."""
    found = [fields_of(each) for each in listed or ()]
    return sum_known(
        first(each, "tokenCount", "token_count")
        for each in found
        if str(getattr(each.get("modality"), "value", each.get("modality"))).lower() == modality
    )


def first(counts: dict[str, Any], *wanted: str, kind: type[Any] = int) -> Any:
    """Return the first value of a kind that is told under one of several names; Cohere tells whole numbers as 10.0."""
    for name in wanted:
        value = counts.get(name)
        value = int(value) if kind is int and isinstance(value, float) and value.is_integer() else value
        value = getattr(value, "value", value) if kind is str else value
        if isinstance(value, kind) and not isinstance(value, bool):
            return value
    return None


def sum_known(numbers: Iterable[Any]) -> Any:
    """Return the sum of the numbers that are known, or None where none is."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def _without_tier(details: dict[str, Any]) -> dict[str, Any]:
    """Return details under their plain names, where LangChain writes the class of service before them."""
    tier = next((tier for tier in names.TIERS for name in details if name == tier or name.startswith(f"{tier}_")), None)
    if tier is None:
        return details
    return {**{name.removeprefix(f"{tier}_"): value for name, value in details.items()}, "tier": tier}
