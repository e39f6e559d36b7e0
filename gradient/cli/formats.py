"""Numbers, times and texts as people read them."""

from datetime import datetime, timezone

_MINUTE_S = 60
_HOUR_S = 3600
_DAY_S = 86_400
_UNKNOWN = "-"


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


def _three_digits(value: float) -> str:
    return f"{value:.{2 if value < 9.995 else 1 if value < 99.95 else 0}f}"  # noqa: PLR2004 - where a digit is added


def count(number: float | None) -> str:
    """Return a number with separators."""
    return _UNKNOWN if number is None else f"{number:,}"


def cost(usd: float | None) -> str:
    """Return dollars with at least four digits that say something."""
    if usd is None:
        return _UNKNOWN
    return f"${usd:,.2f}" if usd >= 1 or usd == 0 else f"${usd:.4f}" if usd >= 0.001 else f"${usd:.2g}"  # noqa: PLR2004


def age(started_at: str | None, now: datetime) -> str:
    """Return how long ago a moment was, in one unit."""
    if started_at is None:
        return _UNKNOWN
    seconds = max(0, int((now - moment(started_at)).total_seconds()))
    for limit, size, unit in ((_MINUTE_S, 1, "s"), (_HOUR_S, _MINUTE_S, "min"), (_DAY_S, _HOUR_S, "h")):
        if seconds < limit:
            return f"{seconds // size} {unit}"
    return f"{seconds // _DAY_S} d"


def local_time(started_at: str | None) -> str:
    """Return a moment in the time of the reader's place."""
    return "unknown" if started_at is None else f"{moment(started_at).astimezone():%Y-%m-%d %H:%M:%S %z}"


def moment(started_at: str) -> datetime:
    """Return what RFC 3339 says; `fromisoformat` of Python 3.10 does not know the Z."""
    return datetime.strptime(started_at, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)


def one_line(text: object) -> str:
    """Return a text on one line, without characters that steer a terminal."""
    return "".join(char if char.isprintable() else " " for char in str(text)).strip()
