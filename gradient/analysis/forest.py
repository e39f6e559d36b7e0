"""The executions of a run as a tree: parents before children, elder before younger.

Nothing here recurses: agents nest deeper than Python does.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

Document = dict[str, Any]
Execution = dict[str, Any]


class Forest:
    """The executions of a run as a tree. One whose parent is not among them is a root, and so is not lost.

    Args:
        document: A `gradient.run/1`.
    """

    def __init__(self, document: Document) -> None:
        executions: list[Execution] = document["executions"]
        self.by_id: dict[str, Execution] = {execution["execution_id"]: execution for execution in executions}
        self._children: defaultdict[str | None, list[Execution]] = defaultdict(list)
        for execution in executions:
            parent = execution["parent_id"]
            self._children[parent if parent in self.by_id else None].append(execution)

    @property
    def roots(self) -> list[Execution]:
        """The executions directly below the request."""
        return self._children.get(None, [])

    def children(self, execution: Execution | None) -> list[Execution]:
        """Return what is directly below an execution, or below the request for None, in the order of their starts."""
        return self._children.get(None if execution is None else execution["execution_id"], [])

    def walk(
        self, order: Callable[[list[Execution]], Iterable[Execution]] = list, root: Execution | None = None
    ) -> Iterator[tuple[int, Execution]]:
        """Yield each execution with its depth, 0 for roots.

        Args:
            order: Puts siblings in another order than that of their starts.
            root: Only what is below this one.
        """
        waiting = [(0, execution) for execution in reversed(list(order(self.children(root))))]
        while waiting:
            depth, execution = waiting.pop()
            yield depth, execution
            young = self.children(execution)
            if young:
                waiting.extend((depth + 1, child) for child in reversed(list(order(young))))

    def above(self, execution: Execution) -> Iterator[Execution]:
        """Yield the executions that one is inside of, innermost first."""
        seen = {execution["execution_id"]}
        parent = self.by_id.get(execution["parent_id"])
        while parent is not None and parent["execution_id"] not in seen:
            seen.add(parent["execution_id"])
            yield parent
            parent = self.by_id.get(parent["parent_id"])

    def path(self, execution: Execution) -> list[str]:
        """Return the names that lead to an execution, outermost first, its own included."""
        return [each["name"] for each in (*reversed(list(self.above(execution))), execution)]


def failures(document: Document) -> list[Execution]:
    """Return the executions that failed by themselves; what only passed an exception on is left out."""
    return [each for each in document["executions"] if each["status"] == "error" and began_here(each)]


def count_failures(document: Document) -> int:
    """Return how many failures began in a run, its own among them where the entrypoint itself raised."""
    error = document["error"]
    failed_itself = document["status"] == "error" and (error is None or error["began_in"] is None)
    return len(failures(document)) + failed_itself


def began_here(execution: Execution) -> bool:
    """Tell whether what an execution ended with was raised in it, and not in what it ran."""
    error = execution["error"]
    return error is None or error["began_in"] in (None, execution["execution_id"])


def together(siblings: Iterable[Execution]) -> list[list[Execution]]:
    """Part siblings into groups of which each ran at the same time.

    What ran at the same time has no order that means anything: the next run may start it the other way round.

    Args:
        siblings: Executions of one parent, in the order of their starts.
    """
    groups: list[list[Execution]] = []
    until_ms = 0.0
    for execution in siblings:
        if groups and (execution["start_offset_ms"] < until_ms or _same_step(groups[-1][-1], execution)):
            groups[-1].append(execution)
        else:
            groups.append([execution])
            until_ms = 0.0
        until_ms = max(until_ms, end_ms(execution))
    return groups


def in_order(siblings: Sequence[Execution], key: Callable[[Execution], Any]) -> list[Execution]:
    """Sort what ran at the same time by a key, and leave everything else in the order in which it ran."""
    return [execution for group in together(siblings) for execution in sorted(group, key=key)]


def end_ms(execution: Execution) -> float:
    """Return when an execution ended, in milliseconds since the start of its request; infinity while it runs."""
    duration_ms = execution["duration_ms"]
    return float("inf") if duration_ms is None else execution["start_offset_ms"] + duration_ms


def tokens_of(usage: dict[str, Any] | None) -> int | None:
    """Return the tokens that went in and out; None where neither is known."""
    if usage is None:
        return None
    known = [usage[part] for part in ("input_tokens", "output_tokens") if usage[part] is not None]
    return sum(known) if known else None


def _same_step(one: Execution, other: Execution) -> bool:
    """Tell whether a framework ran two nodes in one step, whatever their times."""
    step = one["metadata"].get("step")
    return step is not None and step == other["metadata"].get("step")
