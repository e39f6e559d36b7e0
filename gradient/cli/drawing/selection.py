"""Which executions of a run are shown in its tree, and which share a line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Literal, NamedTuple

from gradient.analysis.forest import Forest
from gradient.analysis.quantities import lacking
from gradient.cli.drawing.branches import with_parents
from gradient.journal.vocabulary import AMOUNTS


class TreeOptions(NamedTuple):
    """Which part of a tree is shown.

    Attributes:
        depth: How many levels at most, or None for all.
        only: Kinds, or "error", that are shown with what they are inside of; empty for all.
        io: How much of inputs and outputs is shown.
    """

    depth: int | None = None
    only: frozenset[str] = frozenset()
    io: Literal["none", "short", "full"] = "none"


WHOLE = TreeOptions()


@dataclass(slots=True)
class Branch:
    """A line of a tree.

    Attributes:
        depth: How deep it is, 0 for roots.
        executions: The one it stands for; several where they were folded.
        is_asked_for: Whether it is there for its own sake, and not for what is below it.
        below: What is directly below it.
    """

    depth: int
    executions: list[dict[str, Any]]
    is_asked_for: bool
    below: "list[Branch]" = field(default_factory=list["Branch"])

    @property
    def median_ms(self) -> float | None:
        """How long one of them took, as a rule; None while that is not known of any."""
        known = [each["duration_ms"] for each in self.executions if each["duration_ms"] is not None]
        return median(known) if known else None


def branches(document: dict[str, Any], options: TreeOptions, most: int) -> list[Branch]:
    """Return the lines of a tree, parents before children and elder before younger.

    Where there are more than `most`, those of the same name below the same line are folded into one; what did not
    complete keeps its own.
    """
    walked = list(Forest(document).walk())
    depths = [depth for depth, _ in walked]
    asked = [not options.only or _is_one_of(execution, options.only) for _, execution in walked]
    selected = [Branch(depths[at], [walked[at][1]], asked[at]) for at in with_parents(depths, asked)]
    if options.depth is not None:
        selected = [branch for branch in selected if branch.depth < options.depth]
    return _folded(selected) if len(selected) > most else selected


def _is_one_of(execution: dict[str, Any], wanted: frozenset[str]) -> bool:
    return execution["kind"] in wanted or ("error" in wanted and execution["status"] == "error")


def _folded(selected: Iterable[Branch]) -> list[Branch]:
    """Put those of the same name below the same line together."""
    roots: list[Branch] = []
    line_of: dict[str, Branch] = {}
    folds: dict[tuple[int, str], Branch] = {}
    for branch in selected:
        (execution,) = branch.executions
        above = line_of.get(execution["parent_id"])
        own = execution["node_id"] if execution["status"] == "completed" else execution["execution_id"]
        fold = folds.setdefault((id(above), own), branch)
        if fold is branch:
            (roots if above is None else above.below).append(branch)
        else:
            fold.executions.append(execution)
            fold.is_asked_for = fold.is_asked_for or branch.is_asked_for
        line_of[execution["execution_id"]] = fold
    return _in_order(roots)


def _in_order(roots: list[Branch]) -> list[Branch]:
    ordered: list[Branch] = []
    waiting = roots[::-1]
    while waiting:
        ordered.append(waiting.pop())
        waiting.extend(reversed(ordered[-1].below))
    return ordered


def merged(executions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Describe executions of the same name as if they were one that did all of it."""
    first, *more = executions
    if not more:
        return first
    usages = [each["usage"] for each in executions if each["usage"] is not None]
    return {
        **first,
        "duration_ms": sum(each["duration_ms"] or 0 for each in executions),
        "usage": _merged_usage(usages) if usages else None,
        "model": first["model"] if all(each["model"] == first["model"] for each in more) else None,
        "attempt": None,
        "cached": False,
        "time_to_first_token_ms": None,
    }


def _merged_usage(usages: Sequence[dict[str, Any]]) -> dict[str, Any]:
    lacks = {part: sum(lacking(usage, part) for usage in usages) for part in ("tokens", "cost")}
    sums = {part: _sum(usage[part] for usage in usages) for part in AMOUNTS}
    return {**sums, "missing": lacks if any(lacks.values()) else None}


def _sum(numbers: Iterable[Any]) -> Any:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None
