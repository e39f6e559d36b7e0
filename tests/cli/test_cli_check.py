"""`gradient check` holds a run to what is expected of it."""

import pytest


@pytest.fixture
def fine(commands):
    commands.agent("fine")
    return commands


def test_what_is_as_expected_passes(fine):
    done = fine.gradient(
        "check", "--max-duration", "1m", "--max-cost", "0.01", "--max-tokens", "2k",
        "--path", "planner,...,writer", "--calls", "search=1", "--calls", "llm=1",
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    assert [line[0] for line in done.stdout.splitlines()] == ["✓"] * 6


def test_what_is_not_is_told_with_what_was_seen_and_fails(fine):
    done = fine.gradient("check", "@last", "--no-error", "--max-tokens", "1000", "--calls", "search=2")

    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "✗  max-tokens  expected at most 1,000  seen 1,515",
        "✗  no-error    expected no error       seen graph > search: ConnectionError: line is",
        "✗  calls       expected search=2       seen search=1",
    ]


def test_json_has_every_check(fine):
    done = fine.gradient("check", "--calls", "search=2", "--max-cost", "1", "--json")

    assert done.returncode == 1
    assert '"schema": "gradient.check/1"' in done.stdout
    assert '"passed": false' in done.stdout
    assert '"expected": "search=2"' in done.stdout


def test_nothing_to_check_is_wrong_usage(fine):
    done = fine.gradient("check")

    assert (done.returncode, done.stdout) == (2, "")
    assert "Nothing to check. Give one or more of --max-duration, --max-cost" in done.stderr


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--max-duration", "2 days", "Invalid value for '--max-duration': '2 days' is not a duration such as 800ms"),
        ("--max-cost", "cheap", "'cheap' is not dollars, such as 0.01 or $2."),
        ("--max-tokens", "-5", "'-5' is not a number such as 5000, 5k or 1.5M."),
        ("--calls", "search", "'search' is not a name and a number, such as search=2."),
        ("--calls", "=2", "'=2' is not a name and a number"),
        ("--path", "a,,b", "'a,,b' has a comma with no name beside it"),
    ],
)
def test_a_wrong_value_says_what_was_expected(fine, option, value, said):
    done = fine.gradient("check", option, value)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_no_run_is_not_found(commands):
    done = commands.gradient("check", "--no-error")

    assert (done.returncode, done.stdout) == (3, "")
