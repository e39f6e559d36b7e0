"""Sums of many runs say which calls they lack, and each call counts once in them, whatever came when and went again."""

import operator
import random

import pytest

from gradient.analysis import checks
from gradient.journal.events import Usage
from gradient.store import SqliteStore

PARTS = ("input_tokens", "output_tokens", "cost_usd", "missing")


def sums(group):
    return tuple(getattr(group, part) for part in PARTS)


def spent(one, number, execution, usage, **more):
    about = {"kind": "llm", "name": "chat", "model": "gpt", "provider": "openai", **more}
    one.end(number, execution, at_ms=execution, usage=usage, **about)


@pytest.mark.parametrize("query", ["", "project:demo"])
@pytest.mark.parametrize("by", ["node", "model", "entrypoint", "day"])
def test_sums_say_how_many_calls_told_no_tokens_and_how_many_have_no_known_cost(process, home, by, query):
    one = process()
    one.request(1)
    spent(one, 1, 1, Usage(10, 5, cost_usd=0.5))
    spent(one, 1, 2, Usage(20, 5, unpriced="no price of gpt is known"))
    spent(one, 1, 3, None)
    spent(one, 1, 4, None, status="error")
    one.end_request(1, at_ms=9)

    with SqliteStore(home) as store:
        (group,) = store.stats(by, query=query)

    assert sums(group) == (30, 10, 0.5, {"tokens": 1, "cost": 2})


@pytest.mark.parametrize("query", ["", "project:demo"])
@pytest.mark.parametrize("by", ["model", "entrypoint"])
def test_a_call_inside_another_counts_once_in_sums_of_many_runs(process, home, by, query):
    one = process()
    one.request(1)
    spent(one, 1, 1, Usage(10, 5, cost_usd=0.5), kind="agent")
    spent(one, 1, 2, Usage(10, 5, cost_usd=0.5), parent=1)
    spent(one, 1, 3, Usage(10, 5), parent=2, name="inner")
    one.end_request(1, at_ms=9)

    with SqliteStore(home) as store:
        (group,) = store.stats(by, query=query)

    assert sums(group) == (10, 5, 0.5, None)


def test_a_sum_of_which_nothing_is_left_is_unknown_and_not_nothing(process, home):
    for number, usage in ((1, Usage(10, 5, cost_usd=0.1)), (2, Usage(10, 5, cost_usd=0.2)), (3, None)):
        one = process(began_s=number)
        one.request(number)
        spent(one, number, 1, usage)
        one.end_request(number, at_ms=9)
        one.die()

    with SqliteStore(home) as store:
        store.remove([store.find("01" * 4), store.find("02" * 4)])
        (group,) = store.stats("model")

    assert sums(group) == (None, None, None, {"tokens": 1, "cost": 1})


def test_runs_before_1970_are_in_the_statistics(process, home):
    one = process(began_s=-1_800_000_000)
    one.request(1)
    one.end_request(1, at_ms=9)

    with SqliteStore(home) as store:
        days = [[group.name for group in store.stats("day", query=query)] for query in ("", "project:demo")]
        (node,) = store.stats("entrypoint")

    assert days in ([["1966-10-31"]] * 2, [["1966-11-01"]] * 2)  # as the reader's place has it
    assert node.count == 1


def rounded(groups):
    return [(each.name, *(value if value is None else round(value, 9) for value in sums(each)[:3]), each.missing)
            for each in groups]  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_sums_by_the_hour_are_those_of_the_executions_whatever_comes_late_and_goes(process, home, seed):
    chance = random.Random(seed)
    writers = [process(began_s=50 * place) for place in range(3)]
    usages = [None, Usage(7, 2, cost_usd=0.1), Usage(3), Usage(5, 1, unpriced="no price of gpt is known")]
    writes = [
        (writers[run % 3], run, execution, chance.choice(usages), chance.choice(["llm", "llm", "embedding", "agent"]))
        for run in range(6)
        for execution in range(1, 8)
    ]
    chance.shuffle(writes)
    for run in range(6):
        writers[run % 3].request(run)
    with SqliteStore(home) as store:
        for place, (one, run, execution, usage, kind) in enumerate(writes):
            spent(one, run, execution, usage, kind=kind, parent=chance.randrange(execution))
            if place % 8 == 5:
                one.end_request(place // 8, at_ms=99) if one is writers[place // 8 % 3] else None
                store.refresh()
        for one in writers:
            one.die()
        store.refresh()
        for gone in (0, 3):
            for by in ("node", "model", "entrypoint", "day"):
                assert rounded(store.stats(by)) == rounded(store.stats(by, query="project:demo")), (by, gone)
            store.remove([run for run in store.all_runs() if run.key[0] == gone])


OPERATORS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, "=": operator.eq}
CENTS = [0, 1, 2, 3, 4, 5]


@pytest.fixture
def priced(process, home):
    """Runs that cost 0 to 4 cents as far as it is known: those with an odd number have a call of unknown cost, too."""
    one = process()
    for number in range(1, 11):
        one.request(number, at_ms=number)
        spent(one, number, 1, Usage(10, 5, cost_usd=(number - 1) // 2 / 100))
        if number % 2:
            spent(one, number, 2, Usage(10, 5, unpriced="no price of gpt is known"))
        one.end_request(number, at_ms=number + 20)
    with SqliteStore(home) as store:
        yield store


def possible(run):
    """Return the cents that a run may have cost: more than are known, where a part is missing."""
    known = round(run.usage.cost_usd * 100)
    return [known] if not run.usage.unpriced else [known + more for more in range(10)]


@pytest.mark.parametrize("limit", CENTS)
@pytest.mark.parametrize("sign", OPERATORS)
def test_a_query_finds_the_runs_of_which_it_is_certain_and_its_opposite_those_that_it_certainly_leaves_out(
    priced, sign, limit
):
    runs, holds = list(priced), OPERATORS[sign]
    every = {run.key for run in runs if all(holds(cents, limit) for cents in possible(run))}
    none = {run.key for run in runs if not any(holds(cents, limit) for cents in possible(run))}

    found = {run.key for run in priced.each(f"cost{sign}{limit / 100}")}
    left_out = {run.key for run in priced.each(f"-cost{sign}{limit / 100}")}

    assert (found, left_out) == (every, none)


@pytest.mark.parametrize("limit", CENTS)
def test_a_check_passes_the_runs_that_the_query_of_its_limit_finds(priced, limit):
    passed = {run.key for run in priced if checks.max_cost(priced.run_document(run), limit / 100).passed}

    assert passed == {run.key for run in priced.each(f"cost<={limit / 100}")}


def test_a_query_of_tokens_knows_what_calls_did_not_tell(process, home):
    one = process()
    for number, told in ((1, Usage(10, 5)), (2, None)):
        one.request(number, at_ms=number)
        spent(one, number, 1, told)
        spent(one, number, 2, Usage(10, 5))
        one.end_request(number, at_ms=number + 20)

    with SqliteStore(home) as store:
        found = {
            query: [run.key[0] for run in store.list(query).runs]
            for query in ("tokens>20", "tokens>10", "tokens<99", "tokens=30", "tokens=15,30", "-tokens>10", "-tokens=3")
        }

    assert found == {
        "tokens>20": [1],
        "tokens>10": [2, 1],
        "tokens<99": [1],
        "tokens=30": [1],
        "tokens=15,30": [1],
        "-tokens>10": [],
        "-tokens=3": [2, 1],
    }
