"""Two recorded values differ where they say something else, and nowhere else."""

import pytest
from support.studio import call, say

from gradient.analysis.brief import brief, brief_both
from gradient.analysis.values import ABSENT, Difference, differences, first_difference


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (1, 1, []),
        (1, 2, [("", 1, 2)]),
        ({"x": 1}, {"x": 1}, []),
        ({"x": 1, "y": 2}, {"y": 3, "z": 4}, [("x", 1, ABSENT), ("y", 2, 3), ("z", ABSENT, 4)]),
        ({"x": [1, {"y": 2}]}, {"x": [1, {"y": 3}]}, [("x[1].y", 2, 3)]),
        ([1], [1, 2], [("[1]", ABSENT, 2)]),
        ({"x": 1}, [1], [("", {"x": 1}, [1])]),
        (None, {}, [("", None, {})]),
    ],
)
def test_differences_are_told_at_their_innermost_place(a, b, expected):
    assert list(differences(a, b)) == [Difference(*each) for each in expected]


def test_ids_of_messages_and_of_tool_calls_count_for_nothing():
    a = {**say("assistant", call("search", "call_1", q="x")), "id": "run-1", "usage_metadata": {"total_tokens": 3}}
    b = {**say("assistant", call("search", "call_2", q="x")), "id": "run-2"}

    assert first_difference([a], [b]) is None


def test_what_a_message_says_counts():
    difference = first_difference([say("user", "hello")], [say("user", "goodbye")])

    assert difference == Difference("[0].parts[0].content", "hello", "goodbye")


def test_ids_of_anything_else_count():
    assert first_difference({"id": 1}, {"id": 2}) == Difference("id", 1, 2)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text\nwith lines", '"text\\nwith lines"'),
        ({"a": [1, None, True]}, "{a: [1, null, true]}"),
        (say("user", "hello\nthere"), "user: hello there"),
        (say("assistant", call("search", q="x", n=2)), 'assistant: search(q="x", n=2)'),
        (say("assistant"), "assistant: nothing"),
        ({"$cut": {"length": 9_000, "head": "once"}}, "once… (9000 in all)"),
        ({"$redacted": "key"}, "(redacted)"),
        ({"$type": "shop.models.Lamp", "fields": {"colour": "green"}}, 'Lamp{colour: "green"}'),
        ({"$type": "shop.models.Lamp", "text": "a lamp"}, "Lamp a lamp"),
        ("\x1b[31mred", '"\\u001b[31mred"'),
        (ABSENT, "nothing"),
    ],
)
def test_a_value_fits_in_a_line(value, expected):
    assert brief(value) == expected


def test_of_two_long_texts_the_place_where_they_differ_is_shown():
    a, b = brief_both("the same " * 20 + "end", "the same " * 20 + "other end", 30)

    assert (a, b) == ('"… the same end"', '"… the same other end"')
    assert brief_both("short", "shore", 30) == ('"short"', '"shore"')
    assert brief_both("long " * 20, None, 20) == ('"long long long lon…', "null")


def test_a_line_is_cut_where_it_is_too_long():
    assert brief("x" * 100, 10) == '"xxxxxxxx…'
    assert brief(list(range(1_000)), 40).startswith("[0, 1, 2")
