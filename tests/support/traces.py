"""Runs as golden files: all that is the same each time, as a tree of what was inside what."""

import json
import re

_TIMES = ("started_at", "start_offset_ms", "duration_ms", "time_to_first_token_ms")
_MADE_UP = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}")
_IDENTITIES = ("request_id", "trace_id", "span_id", "execution_id", "parent_id", "session_id", "process", "project")


def trace(run):
    """Return a run document without what differs from one time to the next, and without what is empty.

    A call whose first token was timed says `"streamed": true`. Identifiers that a framework makes up are left out where
    they stand alone, because not every version has them, and numbered inside other words.
    """
    children = {}
    for execution in run["executions"]:
        children.setdefault(execution["parent_id"], []).append(execution)
    return _numbered({**_kept(run), "children": _below(None, children)})


def _below(parent_id, children):
    return [
        {**_kept(execution), "children": _below(execution["execution_id"], children)}
        if execution["execution_id"] in children
        else _kept(execution)
        for execution in children.get(parent_id, [])
    ]


def _kept(document):
    left_out = {*_TIMES, *_IDENTITIES, "executions", "schema"}
    kept = {key: value for key, value in document.items() if key not in left_out and value not in (None, [], {}, False)}
    if "events" in kept:
        kept["events"] = [{key: event[key] for key in ("name", "attributes")} for event in kept["events"]]
    return {**kept, "streamed": True} if document.get("time_to_first_token_ms") is not None else kept


def _numbered(document):
    """Number identifiers, the same one by the same number."""
    numbers = {}
    text = _MADE_UP.sub(lambda found: f"#{numbers.setdefault(found[0], len(numbers) + 1)}", json.dumps(document))
    return json.loads(text, object_hook=_without_chance)


def _without_chance(item):
    return {key: value for key, value in item.items() if not key.endswith(".duration") and not _is_number(value)}


def _is_number(value):
    return isinstance(value, str) and re.fullmatch(r"#\d+", value) is not None
