"""Tokens and cost that a caller has wrong lose themselves, not the execution."""

from decimal import Decimal

import pytest

from gradient.sdk import entrypoint, step


def test_usage_that_is_no_number_is_recorded_as_unknown(runtime, read_runs):
    @entrypoint
    def agent():
        with step("call", kind="llm") as call:
            call.set_usage(input_tokens="many", output_tokens=3, cost_usd=Decimal("0.25"))

    agent()

    (run,) = read_runs()
    usage = run["executions"][0]["usage"]
    assert (usage["input_tokens"], usage["output_tokens"], usage["cost_usd"]) == (None, 3, 0.25)


@pytest.mark.parametrize(
    "told",
    [10**30, 1 << 63, 10**400, -5, True, float("nan"), float("inf"), Decimal("NaN"), Decimal("sNaN"), "7"],
    ids=str,
)
def test_usage_that_cannot_be_is_recorded_as_unknown_and_other_runs_are_read(runtime, read_runs, told):
    @entrypoint
    def agent(tokens):
        with step("call", kind="llm") as call:
            call.set_usage(input_tokens=tokens, output_tokens=tokens, cost_usd=tokens)

    agent(told)
    agent(3)

    runs = read_runs()
    (usage,) = [run["executions"][0]["usage"] for run in runs if run["executions"][0]["usage"]["input_tokens"] is None]
    assert (usage["output_tokens"], len(runs)) == (None, 2)
