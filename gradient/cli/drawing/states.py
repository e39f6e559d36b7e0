"""What each node changed in the state, as people read it: a line for the node, a line for each channel it wrote to."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from gradient.analysis.brief import brief, brief_both
from gradient.analysis.states import Change, node_changes
from gradient.analysis.values import ABSENT, differences, first_difference, is_list, is_mapping
from gradient.cli.drawing import formats
from gradient.cli.drawing.page import Cell, Row, columns_of
from gradient.cli.drawing.payloads import PIPED_CHARS
from gradient.cli.drawing.signs import Signs, colour

_MOST_LINES = 8
_INDENT = "     "
_NARROWEST = 24


def state_rows(document: dict[str, Any], signs: Signs, width: int | None) -> Iterator[Row]:
    """Draw what became of the state.

    Args:
        document: A `gradient.run/1`.
        signs: What to draw with.
        width: Columns there are, or None for as many as it takes.
    """
    nodes = list(node_changes(document))
    if not nodes:
        yield [Cell("No node of this run has a state; `gradient show` has the tree of what ran.", "dim")]
    channels = [formats.one_line(change.channel) for node in nodes for change in node.changes]
    widest = max(map(columns_of, channels), default=0)
    for node in nodes:
        execution = node.node
        path = f" {signs.arrow} ".join(map(formats.one_line, node.path))
        step = execution["metadata"].get("step")
        took = formats.duration(execution["duration_ms"], ascii_only=signs.ascii_only).strip()
        yield [
            Cell(f"{signs.mark(execution['status'])}  ", colour(execution["status"])),
            Cell(path, "bold"),
            Cell(f"  {f'step {formats.one_line(step)}, ' if step is not None else ''}{took}", "dim"),
        ]
        if not node.changes:
            yield [Cell(f"{_INDENT}wrote nothing", "dim")]
        for change in node.changes:
            yield from _change_rows(change, widest, signs, width)


def _change_rows(change: Change, widest: int, signs: Signs, width: int | None) -> Iterator[Row]:
    """Show what became of a channel; its name stands before the first line."""
    name = formats.one_line(change.channel)
    label = name + " " * (widest - columns_of(name))
    room = PIPED_CHARS if width is None else max(_NARROWEST, width - len(_INDENT) - widest - 4)
    for sign, text, style in _lines(change, signs, room):
        yield [Cell(f"{_INDENT}{label}  ", "dim"), Cell(f"{sign} {text}", style)]
        label = " " * widest


def _lines(change: Change, signs: Signs, room: int) -> Iterator[tuple[str, str, str]]:
    """Yield sign, text and style of each line."""
    if change.appended:
        items = change.written if is_list(change.written) else [change.written]
        yield from (("+", brief(item, room), "green") for item in items[:_MOST_LINES])
        if len(items) > _MOST_LINES:
            yield signs.ellipsis, f"{len(items) - _MOST_LINES:,} more", "dim"
        return
    # What a reducer made of it counts, where that is known and is more than what was written.
    now = change.written if change.after is ABSENT else change.after
    if change.before is ABSENT:
        yield "+", brief(now, room), "green"
    elif first_difference(change.before, now) is None:
        yield "=", "as it was", "dim"
    elif _have_parts(change.before, now):
        yield from _parts(change.before, now, signs, room)
    else:
        both = f"{brief(change.before, room)} {signs.arrow} {brief(now, room)}"
        if len(both) <= room:
            yield "~", both, "yellow"
        else:
            told = brief_both(change.before, now, room)
            yield from zip("-+", told, ("red", "green"), strict=True)


def _have_parts(before: Any, now: Any) -> bool:
    return (is_mapping(before) and is_mapping(now)) or (is_list(before) and is_list(now))


def _parts(before: Any, now: Any, signs: Signs, room: int) -> Iterator[tuple[str, str, str]]:
    """Yield the places at which two values with parts differ."""
    found = list(islice(differences(before, now), _MOST_LINES + 1))
    for place in found[:_MOST_LINES]:
        if place.a is ABSENT:
            yield "+", _at(place.at, brief(place.b, room), room), "green"
        elif place.b is ABSENT:
            yield "-", _at(place.at, brief(place.a, room), room), "red"
        else:
            both = f"{brief(place.a, room // 2)} {signs.arrow} {brief(place.b, room // 2)}"
            yield "~", _at(place.at, both, room), "yellow"
    if len(found) > _MOST_LINES:
        yield signs.ellipsis, "more", "dim"


def _at(place: str, text: str, room: int) -> str:
    """Return a place and what is there, within a number of characters."""
    told = f"{formats.one_line(place)}: {text}"
    return told if len(told) <= room else f"{told[: room - 1]}…"
