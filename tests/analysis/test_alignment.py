"""Executions of two runs are matched by their place, their order and, where that is not enough, their inputs."""

import random

import pytest

from gradient.analysis.alignment import aligned, by_name, by_path, walk
from gradient.analysis.difference import compare
from gradient.analysis.forest import Forest
from gradient.sdk import step


def told(pairs):
    """Return pairs as text: `name`, `+name`, `-name`, `~name` for one that moved."""
    signs = {(True, False): "-", (False, True): "+"}
    return [
        signs.get((pair.a is not None, pair.b is not None), "~" if pair.moved else "") + pair.either["name"]
        for pair in pairs
    ]


def roots(run):
    return Forest(run).roots


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("abc", "abc", ["a", "b", "c"]),
        ("", "", []),
        ("", "a", ["+a"]),
        ("a", "", ["-a"]),
        ("abc", "ac", ["a", "-b", "c"]),
        ("ac", "abc", ["a", "+b", "c"]),
        ("ab", "xy", ["-a", "-b", "+x", "+y"]),
        ("abc", "bca", ["b", "c", "~a"]),
        ("aab", "aaab", ["a", "a", "+a", "b"]),
        ("abcabc", "abcxabc", ["a", "b", "c", "+x", "a", "b", "c"]),
    ],
)
def test_siblings_are_matched_by_name_and_occurrence(studio, a, b, expected):
    first, second = studio.steps(*a), studio.steps(*b)

    assert told(aligned(roots(first), roots(second))) == expected


def test_what_is_missing_in_the_middle_of_equal_names_is_found_by_its_inputs(studio):
    def agent(*questions):
        for question in questions:
            studio.work("search", inputs={"q": question})

    first, second = studio.record(agent, "x", "y", "z"), studio.record(agent, "y", "z")

    pairs = aligned(roots(first), roots(second))

    told_inputs = [[each and each["inputs"]["q"] for each in (pair.a, pair.b)] for pair in pairs]
    assert told_inputs == [["x", None], ["y", "y"], ["z", "z"]]


def test_an_execution_with_other_inputs_is_still_the_one_between_its_neighbours(studio):
    def agent(*questions):
        for question in questions:
            studio.work("search", inputs={"q": question})

    first, second = studio.record(agent, "x", "y", "z"), studio.record(agent, "X", "y")

    pairs = aligned(roots(first), roots(second))

    assert [[each and each["inputs"]["q"] for each in (pair.a, pair.b)] for pair in pairs] == [
        ["x", "X"],
        ["y", "y"],
        ["z", None],
    ]


def test_what_ran_at_the_same_time_has_no_order(studio):
    first = studio.record(lambda: studio.side_by_side("weather", "hotels"))
    second = studio.record(lambda: studio.side_by_side("hotels", "weather"))

    (weather,), (also_weather,) = roots(first), roots(second)

    assert weather["name"] == "weather"  # nested, as one clock cannot run in two threads
    assert told(aligned([weather], [also_weather])) == ["-weather", "+hotels"]
    flat = [{**each, "parent_id": None} for each in first["executions"]]
    other = [{**each, "parent_id": None} for each in second["executions"]]
    assert told(aligned(flat, other)) == ["hotels", "weather"]


def test_of_one_name_at_the_same_time_those_with_equal_inputs_are_each_others(studio):
    def fan_out(*questions):
        return studio.record(lambda: [studio.work("search", inputs={"q": question}) for question in questions])

    a, b = fan_out("x", "y", "z"), fan_out("z", "x", "w")
    for run in (a, b):
        for execution in run["executions"]:
            execution["start_offset_ms"] = 0

    pairs = aligned(roots(a), roots(b))

    assert [[each["inputs"]["q"] for each in (pair.a, pair.b)] for pair in pairs] == [
        ["x", "x"],
        ["z", "z"],
        ["y", "w"],
    ]
    assert not any(pair.moved for pair in pairs)


def test_children_are_matched_below_parents_that_are_each_others(studio):
    def agent(inner):
        with step("outer"):
            studio.work(inner)
        with step("other"):
            studio.work("same")

    a, b = Forest(studio.record(agent, "x")), Forest(studio.record(agent, "y"))

    walked = [(depth, told([pair])[0]) for depth, pair, ends in walk(by_path(a, b)) if not ends]

    assert walked == [(0, "outer"), (1, "-x"), (1, "+y"), (0, "other"), (1, "same")]


def test_by_name_a_step_is_found_wherever_it_is(studio):
    def wrapped():
        with step("wrapper"):
            studio.work("search")

    a, b = Forest(studio.steps("search")), Forest(studio.record(wrapped))

    assert told(by_name(a, b)(None)) == ["+wrapper", "search"]


def test_a_pair_ends_after_what_is_below_it(studio):
    def agent():
        with step("outer"):
            studio.work("inner")

    run = Forest(studio.record(agent))

    walked = [(pair.either["name"], ends) for _, pair, ends in walk(by_path(run, run))]

    assert walked == [("outer", False), ("inner", False), ("inner", True), ("outer", True)]


def test_a_deep_nest_does_not_exhaust_the_stack(studio):
    run = studio.steps("leaf")
    leaf = run["executions"][0]
    ids = [f"{number:016x}" for number in range(5_000)]
    nest = [{**leaf, "execution_id": own, "parent_id": above} for above, own in zip([None, *ids], ids, strict=False)]
    forest = Forest({**run, "executions": nest})

    assert sum(1 for _ in walk(by_path(forest, forest))) == 10_000
    assert len(forest.path(nest[-1])) == 5_000


@pytest.mark.parametrize("seed", range(30))
def test_whatever_ran_each_execution_is_in_one_pair_with_its_like(studio, seed):
    dice = random.Random(seed)
    sides = [studio.steps(*dice.choices("abc", k=dice.randrange(12)), inputs=dice.randrange(2)) for _ in "ab"]
    a, b = map(roots, sides)

    pairs = aligned(a, b)

    for side, siblings in (("a", a), ("b", b)):
        found = [getattr(pair, side) for pair in pairs if getattr(pair, side) is not None]
        assert sorted(map(id, found)) == sorted(map(id, siblings))
        in_place = [siblings.index(getattr(pair, side)) for pair in pairs if pair.a and pair.b and not pair.moved]
        assert in_place == sorted(in_place)
    assert all(pair.a["name"] == pair.b["name"] for pair in pairs if pair.a and pair.b)


@pytest.mark.parametrize("seed", range(10))
def test_whatever_ran_a_run_is_the_same_as_itself(studio, seed):
    dice = random.Random(seed)

    def grow(depth):
        for _ in range(dice.randrange(4)):
            with step(dice.choice("ab"), inputs=dice.randrange(3)):
                if depth < 4:
                    grow(depth + 1)

    run = studio.record(lambda: grow(0))

    difference = compare(run, run)

    assert difference["first_divergence"] is None
    assert {each["change"] for each in difference["executions"]} <= {"same"}
