"""What many runs add up to, from the sums by the hour and from the executions themselves."""

import time

import pytest

from gradient.journal.events import Usage
from gradient.journal.failures import Failure
from gradient.store import SqliteStore

EPOCH_S = 1_700_000_000

HOUR_S = 3_600


def day_of(moment_s):
    """Return the day of a moment, wherever the tests run."""
    return time.strftime("%Y-%m-%d", time.localtime(moment_s))


@pytest.fixture
def busy(process, home):
    """A hundred calls of 1 to 100 ms in the first hour, and a failed one of a second a day later."""
    one = process()
    one.request(1)
    for number in range(1, 101):
        usage = Usage(10, 5, None, None, None, 0.001)
        times = {"at_ms": 100 + number, "started_ms": 100}
        one.end(1, number, **times, name="chat", kind="llm", model="gpt", provider="openai", usage=usage)
    one.end_request(1, at_ms=300)
    late = process(began_s=24 * HOUR_S)
    late.request(2, entrypoint="other")
    late.end(2, 1, at_ms=1_000, name="search", kind="tool", status="error", error=Failure("E", "line 7 is dead"))
    late.end_request(2, at_ms=2_000, entrypoint="other", status="error", error=Failure("E", "line 7 is dead"))


@pytest.fixture
def store(busy, home):
    with SqliteStore(home) as store:
        yield store


@pytest.mark.parametrize("query", ["", "project:demo"])
def test_durations_are_told_by_percentiles(store, query):
    chat = next(group for group in store.stats("node", query=query) if group.name == "chat")

    assert (chat.kind, chat.count, chat.errors, chat.total_ms) == ("llm", 100, 0, 5050.0)
    assert chat.p50_ms == pytest.approx(50, rel=0.05)
    assert chat.p95_ms == pytest.approx(95, rel=0.05)
    assert (chat.input_tokens, chat.output_tokens) == (1000, 500)
    assert chat.cost_usd == pytest.approx(0.1)


@pytest.mark.parametrize("query", ["", "project:demo"])
@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("node", [("chat", 100, 0), ("search", 1, 1)]),
        ("model", [("gpt", 100, 0)]),
        ("entrypoint", [("other", 1, 1), ("agent", 1, 0)]),
        ("day", [(day_of(EPOCH_S), 1, 0), (day_of(EPOCH_S + 24 * HOUR_S), 1, 1)]),
    ],
)
def test_groups_count_what_ended_and_what_failed(store, by, groups, query):
    assert [(group.name, group.count, group.errors) for group in store.stats(by, query=query)] == groups


def test_what_began_before_is_left_out(store):
    since_ns = (EPOCH_S + 23 * HOUR_S) * 10**9

    assert [group.name for group in store.stats("node", since_ns=since_ns)] == ["search"]
    assert [group.name for group in store.stats("node", since_ns=since_ns, query="project:demo")] == ["search"]


def test_other_projects_are_left_out(store):
    assert len(store.stats("node", project="demo")) == 2
    assert store.stats("node", project="another") == []


def test_failures_that_differ_in_numbers_are_one_group(busy, process, home):
    more = process(began_s=30 * HOUR_S)
    more.request(3)
    more.end(3, 1, at_ms=1, name="fetch", status="error", error=Failure("E", "line 8 is dead"))
    more.end(3, 2, at_ms=1, name="parse", status="error", error=Failure("F", "line 8 is dead"))

    with SqliteStore(home) as store:
        alike, other = store.errors()

    assert (alike.type, alike.message, alike.count, alike.runs) == ("E", "line 8 is dead", 2, 2)
    assert [run[:2] for run in alike.samples] == ["03", "02"]
    assert alike.nodes == ("fetch", "search")
    assert alike.last_seen_ns - alike.first_seen_ns == 6 * HOUR_S * 10**9
    assert (other.type, other.count) == ("F", 1)


def test_failures_that_were_handled_are_told_from_those_that_were_not(process, home):
    some = process()
    for run, status in enumerate(("completed", "error", "completed"), 1):
        some.request(run)
        some.end(run, 1, at_ms=1, name="fetch", status="error", error=Failure("E", "line 8 is dead"))
        some.end_request(run, at_ms=2, status=status)

    with SqliteStore(home) as store:
        (group,) = store.errors()
        (unhandled,) = store.errors("status:error")

    assert (group.runs, group.completed_runs) == (3, 2)
    assert (unhandled.runs, unhandled.completed_runs) == (1, 0)


def test_failures_of_selected_runs_only(store):
    assert len(store.errors("entrypoint:other")) == 1
    assert store.errors("entrypoint:agent") == ()


def test_sums_are_the_same_however_often_they_are_brought_up_to_date(busy, process, home, tmp_path):
    one = process(began_s=7)
    with SqliteStore(home) as store:
        for number in range(10, 20):
            one.request(number, at_ms=number)
            store.refresh()
            one.end(number, 1, at_ms=number + 1, started_ms=number)
            store.refresh()
            one.end_request(number, at_ms=number + 2, started_ms=number)
            store.refresh()
        step_by_step = {by: store.stats(by) for by in ("node", "model", "entrypoint", "day")}
    (home / "index" / "v1.sqlite").unlink()

    with SqliteStore(home) as store:
        assert {by: store.stats(by) for by in step_by_step} == step_by_step


@pytest.mark.parametrize("lasted_ms", [0, 1, 3, 250, 1_000, 86_400_000, 40 * 86_400_000])
def test_a_percentile_is_as_long_as_what_it_stands_for_to_a_sixteenth(process, home, lasted_ms):
    one = process()
    one.request(1)
    one.end(1, 1, at_ms=lasted_ms)
    one.end_request(1, at_ms=lasted_ms)

    with SqliteStore(home) as store:
        (group,) = store.stats("node")
        (exact,) = store.stats("node", query="project:demo")

    assert group.p50_ms == exact.p50_ms == pytest.approx(lasted_ms, rel=1 / 16)


def test_what_ends_before_it_began_lasts_no_time(process, home):
    one = process()
    one.request(1)
    one.end(1, 1, at_ms=1, started_ms=2)
    one.end_request(1, at_ms=2)

    with SqliteStore(home) as store:
        assert store.stats("node")[0].p50_ms == 0
