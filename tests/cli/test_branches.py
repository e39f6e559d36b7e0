"""Lines of a tree lead from each row to its parent and go on where there is a younger sibling."""

from gradient.cli.drawing.branches import leads, with_parents
from gradient.cli.drawing.signs import Signs

SIGNS = Signs(ascii_only=False)


def test_lines_go_on_as_far_as_the_youngest_sibling():
    assert leads([0, 1, 2, 2, 1, 2, 0], SIGNS, 9) == ["", "├─ ", "│  ├─ ", "│  └─ ", "└─ ", "   └─ ", ""]


def test_what_is_wanted_is_kept_with_what_it_is_inside_of():
    depths = [0, 1, 2, 2, 1, 2, 0, 1]
    wanted = [number == 3 for number in range(8)]

    assert with_parents(depths, wanted) == [0, 1, 3]
    assert with_parents(depths, [True] * 8) == list(range(8))
    assert with_parents(depths, [False] * 8) == []


def test_rows_that_are_not_drawn_count_as_siblings():
    assert leads([0, 1, 1, 1], SIGNS, 3) == ["", "├─ ", "├─ "]


def test_rows_that_are_not_drawn_cost_no_lines():
    assert len(leads(range(20_000), SIGNS, 2)) == 2
