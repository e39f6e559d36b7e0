"""A difference is too much where a limit says so; a limit that is written wrongly says where."""

import pytest

from gradient.analysis.difference import compare
from gradient.analysis.thresholds import BadThreshold, crossed, read_thresholds


def crossings(expression, a, b):
    """Return what is seen where limits are crossed, by limit."""
    difference = compare(a, b)
    found = [crossed(limit, a, b, difference) for limit in read_thresholds(expression)]
    return {each.threshold: each.seen for each in found if each is not None}


@pytest.mark.parametrize(
    ("expression", "seen"),
    [
        ("tokens>+10%", "+12.2%, from 1,311 to 1,471"),
        ("tokens>+12.3%", None),
        ("tokens>+159", "+160, from 1,311 to 1,471"),
        ("tokens>+160", None),
        ("tokens>1.4k", "1,471"),
        ("tokens > 1471", None),
        ("input_tokens>+0%", "+16.0%, from 1,000 to 1,160"),
        ("output_tokens>+0%", None),
        ("duration>1s", "1.04 s"),
        ("duration>+39ms", "+40.0 ms, from 1.00 s to 1.04 s"),
        ("executions>+0", "+1, from 5 to 6"),
        ("tool_calls>2", None),
        ("cost>+0%", None),
        ("cost>$0.004", "$0.0041"),
        ("path", "added shop > search"),
        ("error", None),
        ("output", None),
    ],
)
def test_a_limit_is_crossed_by_what_is_beyond_it(studio, expression, seen):
    a, b = studio.shop(tokens=1_000), studio.shop(tokens=1_160, searches=2)

    assert crossings(expression, a, b).get(expression) == seen


def test_of_several_limits_each_is_judged(studio):
    a, b = studio.shop(), studio.shop(found="a red lamp", fails=True)

    assert crossings("tokens>+5%, error, output,path", a, b) == {
        "error": "error, was completed",
        "output": "another answer",
    }


def test_more_handled_errors_are_an_error_too(studio):
    a, b = studio.shop(), studio.shop()
    b["executions"][3]["status"] = "error"

    assert crossings("error", a, b) == {"error": "1 failed, 0 before"}


def test_what_is_unknown_is_beyond_every_limit(studio):
    assert crossings("cost>9,tokens>+9%", studio.shop(), studio.steps("a")) == {
        "cost>9": "unknown",
        "tokens>+9%": "unknown",
    }


@pytest.mark.parametrize(
    ("lacks_a", "lacks_b", "limit", "seen"),
    [
        (0, 1, "cost>9", "unknown"),
        (0, 1, "cost>0.001", "$0.0041"),
        (1, 0, "cost>9", None),
        (1, 0, "cost>+9", "unknown"),
        (0, 1, "cost>+9", "unknown"),
        (0, 1, "tokens>+50%", None),
        (0, 1, "executions>+9", None),
    ],
)
def test_a_sum_that_lacks_a_part_is_unknown_as_far_as_it_does_not_suffice(studio, lacks_a, lacks_b, limit, seen):
    a, b = studio.shop(), studio.shop()
    for run, lacks in ((a, lacks_a), (b, lacks_b)):
        run["usage"]["missing"] = {"tokens": 0, "cost": lacks} if lacks else None

    assert crossings(limit, a, b).get(limit) == seen


def test_something_is_more_than_nothing_by_any_percentage(studio):
    assert crossings("errors>+900%", studio.shop(), studio.shop(fails=True)) == {
        "errors>+900%": "more than nothing, from 0 to 1"
    }


@pytest.mark.parametrize(
    ("expression", "at", "wanted"),
    [
        ("tokns>+10%", 0, "there is no 'tokns'"),
        ("path,tokens", 11, "'>' was expected"),
        ("tokens<5", 6, "'>' was expected"),
        ("tokens>+1x%", 8, "'1x' is not a number"),
        ("tokens>10%", 7, r"a percentage is growth: '\+10%' was expected"),
        ("error, duration>2 days", 16, "'2 days' is not a duration"),
        ("duration>", 9, "'' is not a duration"),
        ("path>1", 4, "'path' takes no limit"),
        ("path,,error", 5, "there is no ''"),
        ("", 0, "there is no ''"),
    ],
)
def test_a_wrong_limit_says_where_and_what_was_expected(expression, at, wanted):
    with pytest.raises(BadThreshold, match=wanted) as failure:
        read_thresholds(expression)

    assert failure.value.at == at
    assert str(failure.value).endswith(f"\n  {expression}\n  {' ' * at}^")
