"""Tokens and cost of a run: each LLM call once, and nothing made up."""

from gradient.journal.events import Usage

NOTHING_KNOWN = dict.fromkeys(
    ["input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens", "cost_usd"]
)


def call(one, execution, **more):
    one.end(1, execution, at_ms=1, **{"kind": "llm", **more})


def test_a_run_without_llm_calls_knows_nothing_of_tokens(process, document):
    one = process()
    one.request(1)
    one.start(1, 7)

    assert document()["usage"] == NOTHING_KNOWN


def test_llm_calls_are_added_up(process, document):
    one = process()
    one.request(1)
    call(one, 7, usage=Usage(10, 1, 4, None, None, 0.5))
    call(one, 8, usage=Usage(20, 2, None, None, 3, 0.25))

    assert document()["usage"] == {
        "input_tokens": 30,
        "output_tokens": 3,
        "cache_read_tokens": 4,
        "cache_write_tokens": None,
        "reasoning_tokens": 3,
        "cost_usd": 0.75,
    }


def test_an_llm_call_inside_another_counts_once(process, document):
    one = process()
    one.request(1)
    call(one, 7, usage=Usage(10, 1, cost_usd=0.5))
    call(one, 8, kind="chain", parent=7)
    call(one, 9, usage=Usage(10, 1, cost_usd=0.5), parent=8)

    assert document()["usage"] == {**NOTHING_KNOWN, "input_tokens": 10, "output_tokens": 1, "cost_usd": 0.5}


def test_the_inner_call_counts_where_the_outer_says_nothing(process, document):
    one = process()
    one.request(1)
    call(one, 7)
    call(one, 8, usage=Usage(10, 1, cost_usd=0.5), parent=7)

    assert document()["usage"] == {**NOTHING_KNOWN, "input_tokens": 10, "output_tokens": 1, "cost_usd": 0.5}


def test_only_llm_calls_count(process, document):
    one = process()
    one.request(1)
    call(one, 7, usage=Usage(99, 99, cost_usd=9.0), kind="agent")
    call(one, 8, usage=Usage(10, 1, cost_usd=0.5), parent=7)

    assert document()["usage"]["input_tokens"] == 10


def test_the_cost_is_unknown_when_that_of_one_call_is(process, document):
    one = process()
    one.request(1)
    call(one, 7, usage=Usage(10, 1, cost_usd=0.5))
    call(one, 8, usage=Usage(20, 2))

    usage = document()["usage"]

    assert (usage["input_tokens"], usage["cost_usd"]) == (30, None)


def test_the_cost_is_unknown_when_one_call_reported_nothing(process, document):
    one = process()
    one.request(1)
    call(one, 7, usage=Usage(10, 1, cost_usd=0.5))
    call(one, 8)

    assert document()["usage"]["cost_usd"] is None


def test_a_call_that_failed_without_a_report_costs_nothing(process, document):
    one = process()
    one.request(1)
    call(one, 7, status="error")
    call(one, 8, usage=Usage(10, 1, cost_usd=0.5))

    assert document()["usage"]["cost_usd"] == 0.5


def test_the_usage_of_an_execution_is_null_where_it_told_none(process, document):
    one = process()
    one.request(1)
    call(one, 7)
    call(one, 8, usage=Usage(input=5))

    silent, told = document()["executions"]

    assert silent["usage"] is None
    assert told["usage"] == {**NOTHING_KNOWN, "input_tokens": 5}


def test_executions_that_are_each_others_parent_do_not_hang_the_reader(process, document):
    one = process()
    one.request(1)
    call(one, 7, parent=8)
    call(one, 8, parent=7)

    assert document()["usage"] == NOTHING_KNOWN
