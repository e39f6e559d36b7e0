"""How documents write times: moments as RFC 3339 in UTC, durations in milliseconds."""

from datetime import datetime, timedelta, timezone

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def ms(duration_ns: int | None) -> float | None:
    """Return a duration in milliseconds."""
    return None if duration_ns is None else duration_ns / 1e6


def rfc3339(wall_ns: int | None) -> str | None:
    """Return a moment as RFC 3339 in UTC with microseconds."""
    if wall_ns is None:
        return None
    moment = _EPOCH + timedelta(microseconds=wall_ns // 1000)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
