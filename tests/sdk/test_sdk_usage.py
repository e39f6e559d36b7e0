"""Tokens and cost that a caller has wrong lose themselves, not the execution."""

from decimal import Decimal

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
