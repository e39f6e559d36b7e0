"""Tokens of all providers in one shape: `input` and `output` are totals, the others parts of them.

    usage_of      what a provider tells, in whichever words: see `usage_names`
    told_in       what is told somewhere in what a framework hands on beside an answer
    merged        what is told of the same call in several places
    total         several calls

Some count cached tokens beside the input and thoughts beside the output, some as parts, and some frameworks hand on the
numbers of one provider under the names of another. Where a grand total is told, it says which it is; else the names do.
What a provider does not tell is None, never 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from gradient.instrumentors.providers import usage_names as names
from gradient.instrumentors.providers.usage_details import details_of, first, of_kind, sum_known
from gradient.instrumentors.wire import fields_of
from gradient.journal.events import Usage
from gradient.journal.vocabulary import DETAILS, USAGE

if TYPE_CHECKING:
    from collections.abc import Iterable

_TICKS_PER_USD = 10**10  # xAI's
_MOST_NESTED = 3


def usage_of(told: Any, tier: Any = None) -> Usage | None:
    """Return the tokens that a provider tells of, in a dictionary or an object; None where it tells of none.

    Args:
        told: What it tells.
        tier: The class of service, where that is told beside it.
    """
    counts = fields_of(told)
    given, made = first(counts, *names.INPUT), first(counts, *names.OUTPUT)
    before, after = details_of(counts, names.INPUT_DETAILS), details_of(counts, names.OUTPUT_DETAILS)
    read, written, hour = _cached(counts, before)
    if given is None and made is None and read is None and written is None:
        return None
    reasoning = first(counts, *names.REASONING)
    reasoning = first(after, *names.REASONING_IN_DETAILS) if reasoning is None else reasoning
    results = first(counts, *names.TOOL_RESULTS)
    cached = sum_known([read, written])
    adds_cached, adds_thoughts = _beside(counts, before, sum_known([given, results]), made, cached, reasoning)
    audio = first(counts, *names.AUDIO_INPUT)
    spoken = first(counts, *names.AUDIO_OUTPUT)
    return Usage(
        None if given is None else sum_known([given, results, cached if adds_cached else None]),
        None if made is None and not adds_thoughts else sum_known([made, reasoning if adds_thoughts else None]),
        read,
        written,
        reasoning,
        _cost(counts),
        hour,
        _uncached_audio(counts, before) if audio is None else audio,
        first(after, *names.AUDIO_IN_DETAILS) if spoken is None else spoken,
        _tier(counts, before, tier),
    )


def told_in(*places: Any, tier: Any = None) -> Usage | None:
    """Return what is told of one call in several places: in each itself, or under one of the usual names in it."""
    found = [usage for place in places for usage in _nested(fields_of(place), tier, _MOST_NESTED)]
    return merged(*found)


def merged(*told: Usage | None) -> Usage | None:
    """Return the first of several accounts of one call, with what those of the same call know besides."""
    known = [usage for usage in told if usage is not None]
    if not known:
        return None
    main = known[0]
    for other in known[1:]:
        if _is_of_same(main, other):
            news = {
                name: value
                for name in other.__struct_fields__
                if getattr(main, name) is None and (value := getattr(other, name)) is not None
            }
            main = msgspec.structs.replace(main, **news) if news else main
    return main


def total(parts: Iterable[Usage]) -> Usage | None:
    """Return the sum of several, or None where there are none; a number is None where none of them tells it."""
    known = list(parts)
    if len(known) < 2:  # noqa: PLR2004 - nothing to add
        return known[0] if known else None
    sums: dict[str, Any] = {name: sum_known(getattr(part, name) for part in known) for name in (*USAGE, *DETAILS)}
    if any(part.cost_usd is None for part in known):
        sums["cost_usd"] = None
    return Usage(**sums, tier=known[0].tier)


def _is_of_same(one: Usage, other: Usage) -> bool:
    return all(
        getattr(one, name) is None or getattr(other, name) in (None, getattr(one, name)) for name in ("input", "output")
    )


def _nested(place: dict[str, Any], tier: Any, depth: int) -> Iterable[Usage]:
    tier = first(place, *names.TIER, kind=str) or tier
    usage = usage_of(place, tier)
    if usage is not None:
        yield usage
    elif (cost := _cost(place)) is not None:
        yield Usage(cost_usd=cost)
    for name in names.PLACES if depth else ():
        if inner := fields_of(place.get(name)):
            yield from _nested(inner, tier, depth - 1)


def _cached(counts: dict[str, Any], details: dict[str, Any]) -> tuple[int | None, int | None, int | None]:
    """Return tokens read from a cache, written to one, and written to one that keeps them for an hour."""
    read = first(details, *names.READ_IN_DETAILS)
    read = first(counts, *names.READ) if read is None else read
    written = first(details, *names.WRITTEN_IN_DETAILS)
    written = first(counts, *names.WRITTEN) if written is None else written
    lifetimes = {**details, **details_of(counts, names.LIFETIMES), **details_of(details, names.LIFETIMES)}
    short, long = first(lifetimes, names.FIVE_MINUTES), first(lifetimes, names.ONE_HOUR)
    if short is None and long is None:
        listed = [fields_of(each) for each in counts.get("cacheDetails") or ()]  # Bedrock's
        long = sum_known(each.get("inputTokens") for each in listed if each.get("ttl") == "1h")
    # LangChain has 0 for all of them where it tells the lifetimes apart.
    parts = sum_known([short, long])
    return read, (written if parts is None else max(parts, written or 0)), long


def _beside(  # noqa: PLR0913, PLR0917 - all that may be a part
    counts: dict[str, Any],
    before: dict[str, Any],
    given: int | None,
    made: int | None,
    cached: int | None,
    reasoning: int | None,
) -> tuple[bool, bool]:
    """Tell whether cached tokens are counted beside the input, and thoughts beside the output."""
    is_in_details = first(before, *names.READ_IN_DETAILS, *names.WRITTEN_IN_DETAILS) is not None
    adds_cached = bool(cached) and not is_in_details and not names.BESIDE_INPUT.isdisjoint(counts)
    adds_thoughts = bool(reasoning) and not names.BESIDE_OUTPUT.isdisjoint(counts)
    grand = first(counts, *names.TOTAL)
    rest = None if grand is None or given is None or made is None else grand - given - made
    if rest == 0:
        # Of cached tokens it proves nothing: there are totals of everything but them.
        adds_thoughts = False
    elif rest == (reasoning or 0) + (cached or 0):
        adds_cached, adds_thoughts = bool(cached), bool(reasoning)
    elif rest is not None and reasoning != cached and rest in (reasoning, cached):
        adds_thoughts = rest == reasoning
        adds_cached = adds_cached or rest == cached
    # A part is never more than the whole.
    return (
        adds_cached or (given is not None and (cached or 0) > given),
        adds_thoughts or (made is not None and (reasoning or 0) > made),
    )


def _uncached_audio(counts: dict[str, Any], details: dict[str, Any]) -> Any:
    heard = first(details, *names.AUDIO_IN_DETAILS)
    cached = of_kind(first(counts, *names.READ_DETAILS, kind=list), "audio")
    return heard if not heard or not cached else max(0, heard - cached)


def _tier(counts: dict[str, Any], details: dict[str, Any], told: Any) -> str | None:
    """Return the class of service, in small letters, or None where it is the standard one."""
    named = first(counts, *names.TIER, kind=str) or details.get("tier") or getattr(told, "value", told)
    tier = named.lower().removeprefix("on_demand_") if isinstance(named, str) else ""
    return None if tier in names.STANDARD else tier


def _cost(counts: dict[str, Any]) -> float | None:
    """Return what a provider says that a call cost, in US dollars."""
    told = counts.get("cost")
    told = fields_of(told).get("total_cost") if fields_of(told) else told
    if isinstance(told, (int, float)) and not isinstance(told, bool):
        # Who brings a key of their own pays the router its fee, and the provider the rest.
        upstream = fields_of(counts.get("cost_details")).get("upstream_inference_cost")
        is_own_key = counts.get("is_byok") and isinstance(upstream, (int, float))
        return float(told) + (float(upstream) if is_own_key and upstream is not None else 0.0)
    ticks = counts.get("cost_in_usd_ticks")
    return ticks / _TICKS_PER_USD if type(ticks) is int else None
