"""What the user gave a run: the tags and metadata of configurations, models, tools and nodes.

LangChain hands both down to all that runs below, and puts its own bookkeeping among them. The user's part is recorded
where it was given, and not again on what only inherits it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from gradient.runtime.execution import NodeExecution
from gradient.runtime.values.shapes import text_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gradient.runtime.step import Step

_OWN_TAG = re.compile(
    r"(seq|graph):step:\d+|map:key:.*|condition:\d+|branch:(\d+|default)|retry:attempt:\d+|langsmith:.*", re.DOTALL
)
_OWN_KEY = re.compile(r"(langgraph_|checkpoint_|ls_|lc_|__).*|thread_id", re.DOTALL)
# What readers look for in the metadata of an execution; what a user calls so stands apart.
_TAKEN = frozenset(
    [
        *("assistant_id", "batch_size", "given", "graph_id", "incomplete", "restored", "resume", "step", "tags"),
        *("task", "task_id", "tool_call_id", "triggers"),
    ]
)
_PLAIN = frozenset([str, int, float, bool])
_ONLY_TEXT = frozenset([str])
_MOST_REMEMBERED = 10_000
_MOST_VALUES, _DEEPEST = 1_000, 8  # of what is told of metadata
_own_tags: set[Any] = set()
_own_keys: set[Any] = set()


class Given(NamedTuple):
    """The user's tags, and marks of the user's metadata, of a run; those from above included."""

    tags: frozenset[str]
    metadata: dict[str, Any]


_ABSENT = object()
_NOTHING = Given(frozenset(), {})


def note_given(tracker: Any, step: Step, tags: Iterable[Any] | None, metadata: Mapping[Any, Any] | None) -> None:
    """Add to a step what it was given.

    Args:
        tracker: Its settings say whether contents are recorded at all.
        step: What is about to begin; its parent is what it will stand below.
        tags: The tags of its run, as LangChain tells them.
        metadata: Likewise.
    """
    # Nearly always there is nothing of the user's, and this runs at every node.
    if _are_in(tags, _own_tags) and _are_in(metadata, _own_keys):
        return
    users_tags, users_metadata = _users_tags(tags or ()), _users_metadata(metadata or {})
    if not (users_tags or users_metadata) or tracker.tracking.settings.content == "none":
        return
    known = _known_above(step.parent)
    fresh = {key: value for key, value in users_metadata.items() if not _is_known(key, value, known)}
    labels = [tag for tag in dict.fromkeys(users_tags) if tag not in known.tags]
    # A task of a graph tells less than it hands down.
    marks = {key: _mark(value) for key, value in fresh.items()}
    step.given = Given(known.tags.union(labels), {**known.metadata, **marks})
    if fresh or labels:
        room = [_MOST_VALUES]
        told = {key: _told(value, room) for key, value in fresh.items()}
        step.metadata = {**_shown(labels, told), **(step.metadata or {})}
        step.own_metadata = False


def _are_in(words: Iterable[Any] | None, own: set[Any]) -> bool:
    """Tell whether all are LangChain's own; only plain text is hashed, for the rest may run code of the user's."""
    return not words or (_ONLY_TEXT.issuperset(map(type, words)) and own.issuperset(words))


def _users_tags(tags: Iterable[Any]) -> list[str]:
    found = [text_for(tag) for tag in tags if isinstance(tag, str)]
    own = [tag for tag in found if _OWN_TAG.fullmatch(tag)]
    _remember(_own_tags, own)
    return [tag for tag in found if tag not in own]


def _users_metadata(metadata: Mapping[Any, Any]) -> dict[str, Any]:
    own = [key for key in metadata if type(key) is str and _OWN_KEY.fullmatch(key)]
    _remember(_own_keys, own)
    told = ((key, value) for key, value in metadata.items() if isinstance(key, str))
    return {text_for(key): value for key, value in told if not _OWN_KEY.fullmatch(key)}


def _remember(known: set[Any], found: list[str]) -> None:
    if len(known) > _MOST_REMEMBERED:
        known.clear()
    known.update(found)


def _known_above(above: Any) -> Given:
    """Return what the nearest run above was given; steps in between are none of LangChain's."""
    while type(above) is NodeExecution:
        if above.given is not None:
            given: Given = above.given
            return given
        above = above.parent
    return _NOTHING


def _is_known(key: str, value: Any, known: Given) -> bool:
    former, mark = known.metadata.get(key, _ABSENT), _mark(value)
    return type(former) is type(mark) and bool(former == mark)


def _mark(value: Any) -> Any:
    """Return what tells whether a value is the same again; it is not kept: an execution outlives what it is given."""
    return value if type(value) in _PLAIN else (type(value).__name__, id(value))


def _told(value: Any, room: list[int], deepest: int = _DEEPEST) -> Any:
    """Return what a value says, with nothing of the user's in it."""
    kind: type[Any] = type(value)  # pyright: ignore[reportUnknownVariableType] - anything's
    room[0] -= 1
    if kind in _PLAIN or value is None:
        return value
    if room[0] > 0 and deepest and kind is dict:
        told = list(value.items())[: room[0]]
        return {text_for(key): _told(item, room, deepest - 1) for key, item in told}
    if room[0] > 0 and deepest and kind in (list, tuple):
        return [_told(item, room, deepest - 1) for item in value[: room[0]]]
    return text_for(value)


def _shown(tags: list[str], metadata: dict[str, Any]) -> dict[str, Any]:
    shown = {key: value for key, value in metadata.items() if key not in _TAKEN}
    if tags:
        shown["tags"] = tags
    if apart := {key: value for key, value in metadata.items() if key in _TAKEN}:
        shown["given"] = apart
    return shown
