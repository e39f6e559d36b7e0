"""`gradient diff` tells two runs apart, and fails where a limit is crossed."""

import pytest


@pytest.fixture
def two(commands):
    """Two runs in the store: one that answers, then one that fails."""
    commands.agent("fine", "bad")
    return commands


def test_json_is_the_comparison(two):
    difference = two.json("diff", "@-2", "@last")

    assert difference["schema"] == "gradient.diff/1"
    assert difference["crossed"] == []
    assert (difference["a"]["status"], difference["b"]["status"]) == ("completed", "error")
    assert difference["first_divergence"]["value"] == {"a": "fine", "b": "bad"}
    assert difference["totals"]["errors"] == {"a": 1, "b": 2, "delta": 1}


def test_json_can_be_picked_from(two):
    done = two.gradient("diff", "@-2", "@last", "--json=first_divergence")

    assert done.returncode == 0
    assert '"first_divergence"' in done.stdout
    assert '"executions"' not in done.stdout


def test_what_differs_is_no_failure_by_itself(two):
    done = two.gradient("diff", "@-2", "@last")

    assert (done.returncode, done.stderr) == (0, "")


def test_each_limit_that_is_crossed_is_told_on_stderr_and_fails(two):
    done = two.gradient("diff", "@-2", "@last", "--fail-on", "error,path,tokens>+10%,output,executions>4")

    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "Crossed error: error, was completed.",
        "Crossed output: another answer.",
        "Crossed executions>4: 5.",
    ]


def test_crossed_limits_are_in_the_document_too(two):
    done = two.gradient("diff", "@-2", "@last", "--fail-on", "error", "--json=crossed")

    assert done.returncode == 1
    assert '"seen": "error, was completed"' in done.stdout


def test_a_wrong_limit_is_wrong_usage_and_says_where(two):
    done = two.gradient("diff", "@-2", "@last", "--fail-on", "path,tokens>+1x%")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("'1x' is not a number\n  path,tokens>+1x%\n               ^\n")


def test_values_are_shown_with_io(two):
    without, with_values = (two.gradient("diff", "@-2", "@last", *more).stdout for more in ([], ["--io"]))

    assert 'inputs q\n        - "fine"\n        + "bad"\n' in with_values
    assert "inputs q" not in without


def test_by_name_places_do_not_count(two):
    script = "from gradient.sdk import step\nwith step('outer'):\n  with step('search', kind='tool'): pass\n"
    two.python(two.script("other.py", script))

    changes = {
        each["node_id"]: each["change"] for each in two.json("diff", "@-2", "@last", "--by", "name")["executions"]
    }

    assert changes["tool_search"] == "changed"
    assert changes["step_outer"] == "added"


def test_a_run_that_is_not_there_is_told_like_everywhere(two):
    done = two.gradient("diff", "@last", "ffffffff")

    assert (done.returncode, done.stdout) == (3, "")


def test_a_terminal_gets_lines_that_fit(two):
    shown = two.on_a_terminal("diff", "@-2", "@last", columns=60, NO_COLOR="1")

    assert shown.code == 0
    assert max(map(len, shown.out.splitlines())) <= 60


def test_an_encoding_without_our_signs_gets_ascii(two):
    done = two.gradient("diff", "@-2", "@last", "--io", PYTHONIOENCODING="ascii")

    assert done.returncode == 0
    assert done.stdout.isascii()
