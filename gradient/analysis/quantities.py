"""Moments, durations, counts and costs as people, and documents, write and read them."""

import re
from datetime import datetime, timezone
from typing import Any

_MINUTE_S = 60
_UNKNOWN = "-"
_WRITTEN = re.compile(r"[-+]?\$?\d[\d.,:]*(?: ?(?:µs|us|ms|s|m|h|%)(?!\w))?(?: \d\d[ms](?!\w))?")
_NUMBER = r"(?P<number>\d+(?:\.\d*)?|\.\d+)"
_MS = {"us": 0.001, "µs": 0.001, "ms": 1.0, "s": 1000.0, "": 1000.0, "m": 60_000.0, "min": 60_000.0, "h": 3_600_000.0}
_TIMES = {"": 1, "k": 1_000, "m": 1_000_000}


def duration(ms: float | None, *, ascii_only: bool = False) -> str:
    """Return a duration with three digits and a unit of two characters, so that a column of them lines up."""
    if ms is None:
        return _UNKNOWN
    if ms < 1:
        return f"{ms * 1000:.0f} {'us' if ascii_only else 'µs'}"
    if ms < 999.5:  # noqa: PLR2004 - what would be rounded to 1,000
        return f"{_three_digits(ms)} ms"
    seconds = ms / 1000
    if seconds < _MINUTE_S:
        return f"{_three_digits(seconds)} s "
    minutes, seconds = divmod(round(seconds), _MINUTE_S)
    hours, minutes = divmod(minutes, _MINUTE_S)
    return f"{hours}h {minutes:02}m" if hours else f"{minutes}m {seconds:02}s"


def count(number: float | None) -> str:
    """Return a number with separators."""
    return _UNKNOWN if number is None else f"{number:,}"


def cost(usd: float | None) -> str:
    """Return dollars with at least four digits that say something."""
    if usd is None:
        return _UNKNOWN
    return f"${usd:,.2f}" if usd >= 1 or usd == 0 else f"${usd:.4f}" if usd >= 0.001 else f"${usd:.2g}"  # noqa: PLR2004


def total_cost(usd: float | None, usage: dict[str, Any], *, ascii_only: bool = False) -> str:
    """Return the cost of a run, or of many, as a lower bound where the cost of some calls is not known."""
    return at_least(cost(usd), usage, "cost", ascii_only=ascii_only)


def total_count(number: int | None, usage: dict[str, Any], *, ascii_only: bool = False) -> str:
    """Return a number of tokens, likewise."""
    return at_least(count(number), usage, "tokens", ascii_only=ascii_only)


def at_least(text: str, usage: dict[str, Any], part: str, *, ascii_only: bool) -> str:
    """Mark what is written of a sum as a lower bound where it lacks a part, tokens or cost, of some calls."""
    return f"{'>=' if ascii_only else '≥'} {text}" if text != _UNKNOWN and lacking(usage, part) else text


def lacking(usage: dict[str, Any], part: str) -> int:
    """Return how many calls a sum lacks; `part` is tokens or cost."""
    missing: dict[str, int] = usage.get("missing") or {}
    return missing.get(part, 0)


def before_number(text: str, end: int) -> int:
    """Return where to cut a text so that no number is parted, at `end` or before it; its sign and unit belong to it."""
    return next((one.start() for one in _WRITTEN.finditer(text) if one.start() < end < one.end()), end)


def read_moment(text: str) -> datetime:
    """Return what the RFC 3339 of documents says; `fromisoformat` of Python 3.10 does not know the Z."""
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=timezone.utc)


def read_duration_ms(text: str) -> float:
    """Return the milliseconds that a text such as `800ms`, `2s`, `1.5` (seconds), `3m` or `1h` stands for.

    Raises:
        ValueError: It is not written so; the message says what is expected.
    """
    return _read(text, _MS, "a duration such as 800ms, 2s, 3m or 1h")


def read_count(text: str) -> float:
    """Return the number that a text such as `5000`, `5k` or `1.5M` stands for.

    Raises:
        ValueError: It is not written so; the message says what is expected.
    """
    return _read(text, _TIMES, "a number such as 5000, 5k or 1.5M")


def read_cost(text: str) -> float:
    """Return the dollars that a text such as `0.01` or `$2` stands for.

    Raises:
        ValueError: It is not written so; the message says what is expected.
    """
    return _read(text.removeprefix("$"), {"": 1}, "dollars, such as 0.01 or $2")


def _read(text: str, units: dict[str, float] | dict[str, int], wanted: str) -> float:
    found = re.fullmatch(rf"{_NUMBER}\s*(?P<unit>[^\d\s]*)", text.strip())
    if found is None or found["unit"].lower() not in units:
        raise ValueError(f"{text!r} is not {wanted}")
    return float(found["number"]) * units[found["unit"].lower()]


def _three_digits(value: float) -> str:
    return f"{value:.{2 if value < 9.995 else 1 if value < 99.95 else 0}f}"  # noqa: PLR2004 - where a digit is added
