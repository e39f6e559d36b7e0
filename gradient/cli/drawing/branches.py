"""Rows of a tree: which of them are kept, and the lines before their names.

A tree is given by the depths of its rows, parents before children.
"""

from collections.abc import Sequence

from gradient.cli.drawing.signs import Signs


def with_parents(depths: Sequence[int], wanted: Sequence[bool]) -> list[int]:
    """Return the numbers of the rows that are wanted, and of those they are inside of.

    Args:
        depths: The depth of each row.
        wanted: Whether each row is wanted for its own sake.
    """
    kept: list[int] = []
    parent_depth = -1
    for number in range(len(depths) - 1, -1, -1):
        if wanted[number] or depths[number] == parent_depth:
            kept.append(number)
            parent_depth = depths[number] - 1
    return kept[::-1]


def leads(depths: Sequence[int], signs: Signs, most: int) -> list[str]:
    """Return what is drawn before the rows of a tree.

    Args:
        depths: The depth of each row; what has depth 0 gets no lines.
        signs: What to draw with.
        most: How many of the rows will be drawn; the others still count, as younger siblings.
    """
    drawn: list[str] = []
    # From below, because a line goes on where there is a younger sibling. Depths at which there is one:
    younger: set[int] = set()
    for number, depth in reversed(list(enumerate(depths))):
        if number < most:
            above = "".join(signs.pipe if level in younger else signs.blank for level in range(1, depth))
            drawn.append(above + ("" if depth == 0 else signs.branch if depth in younger else signs.last))
        younger = {level for level in younger if level < depth} | {depth}
    return drawn[::-1]
