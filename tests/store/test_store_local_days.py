"""A day is the day of the reader's place: in queries, in statistics, where times are shown, whatever clocks do."""

import random
import time
from datetime import date, datetime, timedelta, timezone

import pytest

from gradient.cli.drawing.formats import local_time
from gradient.store import QueryError, SqliteStore, rfc3339

# Whole hours, half hours and quarters, on either side of UTC; clocks that are set at midnight, by half an hour, over a
# whole day; and none that are set at all.
ZONES = (
    "UTC", "Asia/Tokyo", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Vienna", "America/New_York", "Asia/Kolkata",
    "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Beirut", "America/Havana", "Pacific/Apia",
    "Africa/Casablanca", "America/St_Johns", "Pacific/Chatham",
)  # fmt: skip
# A transition of each sort, and days without any; in UTC.
CHANGES = (
    "2025-03-30", "2025-10-26", "2025-03-09", "2025-11-02", "2018-11-04", "2018-02-18", "2011-12-30", "2025-04-05",
    "2025-07-01", "2025-01-01",
)  # fmt: skip


@pytest.fixture(params=ZONES)
def zone(request, monkeypatch):
    """The time zone of the reader."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def moments(seed):
    """Return moments around changes of clocks, in seconds since the epoch."""
    chance = random.Random(seed)
    around = [datetime.fromisoformat(f"{day}T00:00+00:00").timestamp() for day in CHANGES]
    return sorted({int(start + chance.uniform(-40, 40) * 3600) for start in around for _ in range(6)})


@pytest.fixture
def store(process, home, zone):
    """Runs at these moments."""
    for number, second in enumerate(moments(seed=7)):
        one = process()
        one.began_ns = second * 10**9
        one.writer.close()
        one.request(number, entrypoint="agent")
        one.end_request(number, 1, entrypoint="agent")
    with SqliteStore(home) as opened:
        yield opened


def seen_day(run):
    """Return the day on which people are told that a run began."""
    return local_time(rfc3339(run.wall_ns))[:10]


def test_a_query_for_a_day_finds_the_runs_that_are_shown_with_it(store):
    runs = list(store)
    days = {seen_day(run) for run in runs}

    for day in sorted(days | {str(date.fromisoformat(day) + timedelta(1)) for day in days}):
        after = date.fromisoformat(day) + timedelta(1)
        found = {run.id for run in store.list(f"since:{day} until:{after}", limit=500).runs}
        assert found == {run.id for run in runs if seen_day(run) == day}, day


def test_statistics_count_the_runs_of_the_day_that_is_shown(store):
    runs = list(store)
    expected = {day: sum(seen_day(run) == day for run in runs) for day in map(seen_day, runs)}

    assert {group.name: group.count for group in store.stats("day")} == expected
    assert {group.name: group.count for group in store.stats("day", query="dur>=0s")} == expected


def test_a_zone_that_is_named_is_taken_as_it_is(store):
    for text in ("2025-03-30Z", "2025-03-30T00:00Z", "2025-03-30T02:00+02:00", "2025-03-29T19:00:00-05:00"):
        found = {run.id for run in store.list(f"since:{text}", limit=500).runs}
        start_ns = int(datetime(2025, 3, 30, tzinfo=timezone.utc).timestamp()) * 10**9
        assert found == {run.id for run in store if run.wall_ns >= start_ns}, text


@pytest.mark.parametrize("text", ["0001-01-01", "1492-10-12", "9000-01-01", "9999-12-31T23:59:59.999999"])
def test_a_date_before_or_after_all_runs_is_refused_as_one(home, text):
    with SqliteStore(home) as opened, pytest.raises(QueryError, match="a date such as"):
        opened.count(f"started>{text}")
