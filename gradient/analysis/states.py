"""What each node changed in the state of its graph, channel by channel.

A node is given a state and writes to some of its channels. What a channel is afterwards its reducer decides, which
nobody records; it shows in what the next node is given, or in what the graph gives in the end.
"""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from gradient.analysis.forest import Document, Execution, Forest, end_ms
from gradient.analysis.values import ABSENT, is_list, is_mapping, is_message

LONE = "value"
_SENT = "__pregel_push"  # what LangGraph says triggered a node that was sent to


class Change(NamedTuple):
    """What became of a channel.

    Attributes:
        channel: Its name; `value` where the state is a single value.
        before: What the node was given, or `ABSENT`.
        written: What it wrote.
        after: What the channel was then, or `ABSENT` where nothing tells.
        appended: Whether what was written was added to a list.
    """

    channel: str
    before: Any
    written: Any
    after: Any
    appended: bool


class NodeChanges(NamedTuple):
    """A node that ran, and what it changed."""

    node: Execution
    path: list[str]
    changes: list[Change]


def node_changes(run: Document) -> Iterator[NodeChanges]:
    """Yield the nodes of a run in the order in which they began."""
    forest = Forest(run)
    for execution in run["executions"]:
        if execution["kind"] == "node":
            names = [each["name"] for each in forest.above(execution) if each["kind"] == "node"]
            yield NodeChanges(execution, [*reversed(names), execution["name"]], list(_changes(execution, forest)))


def _changes(node: Execution, forest: Forest) -> Iterator[Change]:
    given, written = node["inputs"], node["outputs"]
    if written is None:
        return
    if not is_mapping(written) or "$type" in written:
        written, given = {LONE: written}, {LONE: given}
    for channel, value in written.items():
        before = given.get(channel, ABSENT) if is_mapping(given) else ABSENT
        after = _after(channel, node, forest)
        yield Change(channel, before, value, after, _was_appended(before, value, after))


def _after(channel: str, node: Execution, forest: Forest) -> Any:
    """Return what a channel was after a node: what a later node was given, or what its graph gave in the end."""
    parent = forest.by_id.get(node["parent_id"])
    siblings = forest.children(parent)
    next_at = bisect_left(siblings, end_ms(node), key=lambda sibling: sibling["start_offset_ms"])
    for later in islice(siblings, next_at, None):
        if _shares_state(node, later) and is_mapping(later["inputs"]) and channel in later["inputs"]:
            return later["inputs"][channel]
    outputs = None if parent is None else parent["outputs"]
    return outputs.get(channel, ABSENT) if is_mapping(outputs) else ABSENT


def _shares_state(node: Execution, later: Execution) -> bool:
    """Tell whether what a later node was given tells of what a node wrote.

    It does not where both ran in one step, nor where the later one was sent a state of its own.
    """
    step, triggers = node["metadata"].get("step"), later["metadata"].get("triggers")
    is_same_step = step is not None and step == later["metadata"].get("step")
    return later is not node and not is_same_step and not (is_list(triggers) and _SENT in triggers)


def _was_appended(before: Any, written: Any, after: Any) -> bool:
    # A reducer for messages takes one message as well as a list of them.
    items = written if is_list(written) else [written]
    if not is_list(before):
        return False
    if is_list(after):
        return len(after) > len(before) and after[: len(before)] == before
    return all(is_message(item) for item in items)
