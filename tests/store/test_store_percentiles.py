"""Percentiles and the maximum of durations: exact where they are few, close where many, whatever was removed."""

import random
from math import ceil

import pytest

from gradient.store import SqliteStore
from gradient.store.index.durations import Durations

MS = 1_000_000
SHARES = (0.5, 0.95, 0.99, 1.0)


def nearest_rank(durations_ns, share):
    return sorted(durations_ns)[max(1, ceil(round(share * len(durations_ns), 9))) - 1] / MS


def told(durations):
    return [durations.percentile_ms(share) for share in SHARES]


@pytest.fixture
def lasting(process, home):
    """Return a function that records a run with steps of so many milliseconds each."""

    def record(*durations_ms):
        one = process()
        one.request(1)
        for number, lasted_ms in enumerate(durations_ms, 1):
            one.end(1, number, at_ms=lasted_ms, name="lookup")
        one.end_request(1, at_ms=max(durations_ms))
        one.die()

    return record


@pytest.mark.parametrize("query", ["", "project:demo"])
@pytest.mark.parametrize(
    ("durations_ms", "right"),
    [
        ((10, 1_000), (10, 1_000, 1_000, 1_000)),
        ((5,), (5, 5, 5, 5)),
        ((1, 2, 3), (2, 3, 3, 3)),
        (tuple(range(1, 21)), (10, 19, 20, 20)),
        (tuple(range(1, 201)), (pytest.approx(100, rel=0.032), 190, 198, 200)),
    ],
)
def test_percentiles_of_few_are_exact_and_there_is_a_maximum(lasting, home, durations_ms, right, query):
    lasting(*durations_ms)

    with SqliteStore(home) as store:
        (group,) = store.stats("node", query=query)

    assert (group.p50_ms, group.p95_ms, group.p99_ms, group.max_ms) == right


@pytest.mark.parametrize("seed", range(20))
def test_durations_of_many_rows_are_told_as_if_they_stood_in_one(seed):
    chance = random.Random(seed)
    rows = [
        [int(chance.lognormvariate(17, 3)) for _ in range(chance.choice([0, 1, 2, 19, 20, 21, 300]))] for _ in range(6)
    ]
    together = Durations()
    for row in rows:
        one = Durations()
        for start in range(0, len(row), 7):
            one = Durations(one.pack())
            one.add(row[start : start + 7])
        together.include(one)

    every = [one for row in rows for one in row]
    if not every:
        assert told(together) == [None] * len(SHARES)
        return
    right = [nearest_rank(every, share) for share in SHARES]
    assert told(together) == pytest.approx(right, rel=0.032)
    assert together.max_ms() == right[-1]
    assert len(every) > 20 or told(together) == right


@pytest.mark.parametrize("seed", range(20))
def test_what_was_taken_away_is_in_no_percentile(seed):
    chance = random.Random(seed)
    parts = [[chance.randrange(1, 10**10) for _ in range(chance.choice([1, 5, 30, 200]))] for _ in range(5)]
    durations = Durations()
    for part in parts:
        durations.add(part)
    for part in parts[2:]:
        gone = Durations()
        gone.add(part)
        durations.take_away(gone)

    left = [*parts[0], *parts[1]]
    assert told(durations) == pytest.approx([nearest_rank(left, share) for share in SHARES], rel=0.07)
    assert all(one in left for one in durations.longest)
    durations.add([10**11])
    assert durations.max_ms() == 10**11 / MS


def test_durations_of_an_index_that_knows_no_longest_are_read():
    import msgspec

    old = Durations(msgspec.msgpack.encode({480: 3}))

    old.add([1_000 * MS])

    assert old.max_ms() == 1_000
    assert old.percentile_ms(0.5) == pytest.approx(554, rel=0.032)
