"""Numbers, times and texts as people read them."""

from datetime import datetime

from gradient.analysis.quantities import at_least, cost, count, duration, read_moment, total_cost, total_count

__all__ = [
    "age", "at_least", "cost", "count", "counted", "duration", "local_time", "name_of", "one_line", "size",
    "total_cost", "total_count",
]  # fmt: skip

_MINUTE_S = 60
_HOUR_S = 3600
_DAY_S = 86_400
_UNKNOWN = "-"


def age(started_at: str | None, now: datetime) -> str:
    """Return how long ago a moment was, in one unit."""
    if started_at is None:
        return _UNKNOWN
    seconds = max(0, int((now - read_moment(started_at)).total_seconds()))
    for limit, size, unit in ((_MINUTE_S, 1, "s"), (_HOUR_S, _MINUTE_S, "min"), (_DAY_S, _HOUR_S, "h")):
        if seconds < limit:
            return f"{seconds // size} {unit}"
    return f"{seconds // _DAY_S} d"


def local_time(started_at: str | None) -> str:
    """Return a moment in the time of the reader's place."""
    return "unknown" if started_at is None else f"{read_moment(started_at).astimezone():%Y-%m-%d %H:%M:%S %z}"


def counted(number: int, noun: str) -> str:
    """Return a number of things, in the plural where there is more or less than one."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def size(number: float) -> str:
    """Return a number of bytes in a unit that fits it."""
    for unit in ("bytes", "KB", "MB", "GB"):
        if number < 1000:  # noqa: PLR2004 - where the next unit begins
            return f"{number:,.0f} {unit}" if unit in ("bytes", "KB") else f"{number:,.1f} {unit}"
        number /= 1000
    return f"{number:,.1f} TB"


def name_of(text: object) -> str:
    """Return a name on one line; an empty one would leave a gap that nobody could explain."""
    return one_line(text) or "(no name)"


def one_line(text: object) -> str:
    """Return a text on one line, without characters that steer a terminal."""
    return "".join(char if char.isprintable() else " " for char in str(text)).strip()
