"""Tokens and cost of a run: each LLM call once, and nothing made up."""

from support.usages import lacking, summed, unpriced, used

from gradient.journal.events import Usage


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
