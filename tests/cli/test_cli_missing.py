"""Sums that lack a part say so, wherever they are shown."""

import pytest

AGENT = """
from gradient.sdk import entrypoint, step

@entrypoint
def agent():
    with step("known", kind="llm") as call:
        call.set_usage(input_tokens=100, output_tokens=20, cost_usd=0.02)
    with step("unknown", kind="llm") as call:
        call.set_usage(input_tokens=900, output_tokens=80, model="acme-1")
    with step("silent", kind="llm"):
        pass

agent()
"""


@pytest.fixture
def partly_known(commands):
    """A run of three calls: the cost of one is told, of one nobody knows the price, and one tells nothing."""
    assert commands.python("-c", AGENT).returncode == 0


def test_a_run_tells_how_much_at_least_and_what_it_lacks(partly_known, commands):
    shown = commands.gradient("show", "@last").stdout

    assert "≥ 1,000 in, ≥ 100 out" in shown
    assert "≥ $0.0200" in shown
    assert "missing   the tokens and cost of 1 call, the cost of 1 call (no price of acme-1 is known)" in shown


def test_a_list_tells_how_much_at_least(partly_known, commands):
    assert "≥ 1,100  ≥ $0.0200" in commands.gradient("ls").stdout


@pytest.mark.parametrize("by", ["entrypoint", "day"])
def test_statistics_tell_how_much_at_least_and_what_they_lack(partly_known, commands, by):
    told = commands.gradient("stats", "--by", by).stdout
    (group,) = commands.json("stats", "--by", by)["groups"]

    assert "≥ 1,100  ≥ $0.0200" in told
    assert (group["cost_usd"], group["missing"]) == (0.02, {"tokens": 1, "cost": 2})


def test_statistics_of_what_tells_everything_are_no_lower_bounds(partly_known, commands):
    groups = {group["name"]: group for group in commands.json("stats")["groups"]}

    assert groups["known"]["missing"] is None
    assert groups["silent"]["missing"] == {"tokens": 1, "cost": 1}


@pytest.mark.parametrize("command", [("show", "@last"), ("ls",)])
def test_documents_count_the_calls_that_the_sums_lack(partly_known, commands, command):
    document = commands.json(*command)

    usage = document["usage"] if command[0] == "show" else document["runs"][0]["usage"]
    assert (usage["cost_usd"], usage["missing"]) == (0.02, {"tokens": 1, "cost": 2})


@pytest.mark.parametrize(
    ("limit", "seen"),
    [
        (("--max-cost", "0.05"), "≥ $0.0200"),
        (("--max-cost", "0.01"), "≥ $0.0200"),
        (("--max-tokens", "5000"), "≥ 1,100"),
    ],
)
def test_a_limit_is_not_kept_by_what_is_not_known(partly_known, commands, limit, seen):
    checked = commands.gradient("check", "@last", *limit)

    assert checked.returncode == 1
    assert seen in checked.stdout + checked.stderr
