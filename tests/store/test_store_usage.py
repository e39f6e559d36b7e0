"""Tokens and cost of a run: each LLM call once, and nothing made up."""

import random

import pytest
from support.usages import lacking, summed, unpriced, used

from gradient.journal.events import Usage
from gradient.store import SqliteStore


def call(one, execution, **more):
    one.end(1, execution, at_ms=1, **{"kind": "llm", **more})


def test_a_run_without_llm_calls_knows_nothing_of_tokens(process, document):
    one = process()
    one.request(1)
    one.start(1, 7)

    assert document()["usage"] == summed()


def test_llm_calls_are_added_up(process, document):
    one = process()
    one.request(1)
    call(one, 7, usage=Usage(10, 1, 4, None, None, 0.5))
    call(one, 8, usage=Usage(20, 2, None, None, 3, 0.25))

    assert document()["usage"] == summed(
        input_tokens=30, output_tokens=3, cache_read_tokens=4, reasoning_tokens=3, cost_usd=0.75
    )


def test_an_llm_call_inside_another_counts_once(process, document):
    one = process()
    one.request(1)
    call(one, 7, usage=Usage(10, 1, cost_usd=0.5))
    call(one, 8, kind="chain", parent=7)
    call(one, 9, usage=Usage(10, 1, cost_usd=0.5), parent=8)

    assert document()["usage"] == summed(input_tokens=10, output_tokens=1, cost_usd=0.5)


def test_the_inner_call_counts_where_the_outer_says_nothing(process, document):
    one = process()
    one.request(1)
    call(one, 7)
    call(one, 8, usage=Usage(10, 1, cost_usd=0.5), parent=7)

    assert document()["usage"] == summed(input_tokens=10, output_tokens=1, cost_usd=0.5)


def test_only_llm_calls_count(process, document):
    one = process()
    one.request(1)
    call(one, 7, usage=Usage(99, 99, cost_usd=9.0), kind="agent")
    call(one, 8, usage=Usage(10, 1, cost_usd=0.5), parent=7)

    assert document()["usage"]["input_tokens"] == 10


def test_a_sum_tells_how_many_calls_it_lacks(process, document, listed):
    one = process()
    one.request(1)
    call(one, 7, usage=Usage(10, 1, cost_usd=0.5))
    call(one, 8, usage=Usage(20, 2))

    whole = summed(input_tokens=30, output_tokens=3, cost_usd=0.5, missing=lacking(cost=1))
    assert document()["usage"] == listed()["usage"] == whole


def test_a_call_that_reported_nothing_is_missing_in_tokens_and_cost(process, document, listed):
    one = process()
    one.request(1)
    call(one, 7, usage=Usage(10, 1, cost_usd=0.5))
    call(one, 8)
    call(one, 9)

    whole = summed(input_tokens=10, output_tokens=1, cost_usd=0.5, missing=lacking(tokens=2, cost=2))
    assert document()["usage"] == listed()["usage"] == whole


def test_a_run_without_any_cost_knows_none_and_says_how_many_calls_it_lacks(process, document, listed):
    one = process()
    one.request(1)
    call(one, 7, usage=Usage(20, 2, unpriced="no price of acme-1 is known"))

    whole = summed(input_tokens=20, output_tokens=2, missing=lacking(cost=1))
    assert document()["usage"] == listed()["usage"] == whole
    assert document()["executions"][0]["usage"] == used(
        input_tokens=20, output_tokens=2, missing=unpriced("no price of acme-1 is known")
    )


def test_a_call_that_failed_without_a_report_costs_nothing(process, document):
    one = process()
    one.request(1)
    call(one, 7, status="error")
    call(one, 8, usage=Usage(10, 1, cost_usd=0.5))

    assert document()["usage"] == summed(input_tokens=10, output_tokens=1, cost_usd=0.5)


def test_the_usage_of_an_execution_is_null_where_it_told_none(process, document):
    one = process()
    one.request(1)
    call(one, 7)
    call(one, 8, usage=Usage(input=5))

    silent, told = document()["executions"]

    assert silent["usage"] is None
    assert told["usage"] == used(input_tokens=5)


def test_executions_that_are_each_others_parent_do_not_hang_the_reader(process, document):
    one = process()
    one.request(1)
    call(one, 7, parent=8)
    call(one, 8, parent=7)

    assert document()["usage"]["cost_usd"] is None


def test_embeddings_count_as_other_calls_of_models_do(process, home):
    one = process()
    one.request(1)
    call(one, 7, usage=Usage(10, 1, cost_usd=0.5))
    call(one, 8, kind="embedding", usage=Usage(500, cost_usd=0.25))
    one.end_request(1, 2)

    assert sums(home)[0] == (510, 1, 0.75)


def test_an_embedding_is_no_part_of_the_call_of_another_kind_that_it_is_inside_of(process, home):
    one = process()
    one.request(1)
    call(one, 7, usage=Usage(10, 1, cost_usd=0.5))
    call(one, 8, kind="embedding", parent=7, usage=Usage(500, cost_usd=0.25))
    call(one, 9, kind="embedding", parent=8, usage=Usage(500, cost_usd=0.25))
    one.end_request(1, 2)

    assert sums(home)[0] == (510, 1, 0.75)


@pytest.mark.parametrize("seed", range(30))
def test_the_list_and_the_document_add_up_alike(process, home, seed):
    chance = random.Random(seed)
    one = process()
    one.request(1)
    for number in range(1, 20):
        kind = chance.choice(["llm", "embedding", "llm", "agent", "chain"])
        usage = chance.choice([None, Usage(number, 2 * number, cost_usd=number / 4), Usage(number)])
        status = chance.choice(["completed", "completed", "error"])
        one.end(1, number, 9, kind=kind, parent=chance.randrange(number), usage=usage, status=status)
    if chance.random() < 0.7:
        one.end_request(1, 9)

    listed, document = sums(home)

    assert listed == document


def sums(home):
    """Return tokens and cost of the only run, as it is listed and as its document tells them."""
    with SqliteStore(home) as store:
        (run,) = store.list().runs
        told = store.run_document(run)["usage"]
    return [
        (run.usage.input, run.usage.output, run.usage.cost_usd),
        (told["input_tokens"], told["output_tokens"], told["cost_usd"]),
    ]
