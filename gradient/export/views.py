"""What the page shows of one run beside its tree: graphs, state, conversation, events. Plain data, ready for JSON."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from gradient.analysis.brief import brief
from gradient.analysis.forest import Document, Execution
from gradient.analysis.routes import Route, Visits, routes
from gradient.analysis.states import Change, node_changes
from gradient.analysis.values import ABSENT, differences, first_difference, is_list, is_mapping, is_message, telling
from gradient.export.mermaid import mermaid

_VALUE_CHARS = 600
_MOST_PLACES = 20
_MOST_ITEMS = 20


def request_view(run: Document) -> dict[str, Any]:
    """Return a run without its executions, and how it is called in other tools."""
    return {name: value for name, value in run.items() if name != "executions"}


# ── graph ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def graph_view(run: Document) -> dict[str, Any]:
    """Return the graphs of a run with the path taken, and all of it as Mermaid."""
    return {"graphs": [_graph(route) for route in routes(run)], "mermaid": mermaid(run)}


def _graph(route: Route) -> dict[str, Any]:
    edges: list[dict[str, Any]] = [
        {"source": source, "target": target, "conditional": conditional, "moves": route.taken.get((source, target), [])}
        for (source, target), conditional in route.edges.items()
    ]
    return {
        "name": route.name,
        "is_recorded": route.is_recorded,
        "nodes": [_graph_node(route, node) for node in route.nodes],
        "edges": edges,
        "moves": max((move for edge in edges for move in edge["moves"]), default=0),
    }


def _graph_node(route: Route, node: str) -> dict[str, Any]:
    frames, label = route.place(node)
    visits = route.visits.get(node, Visits())
    told = {"visits": visits.count, "duration_ms": visits.duration_ms, "status": visits.status}
    return {"id": node, "label": label, "frames": frames, **told}


# ── state ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def state_view(run: Document) -> dict[str, Any]:
    """Return what each node changed in the state of its graph, in the order in which nodes began."""
    return {
        "steps": [
            {
                "execution_id": node.node["execution_id"],
                "path": node.path,
                "step": node.node["metadata"].get("step"),
                "status": node.node["status"],
                "start_offset_ms": node.node["start_offset_ms"],
                "duration_ms": node.node["duration_ms"],
                "changes": [_change(change) for change in node.changes],
            }
            for node in node_changes(run)
        ]
    }


def _change(change: Change) -> dict[str, Any]:
    """Describe what became of a channel: appended, added, same or changed, and what exactly."""
    now = change.written if change.after is ABSENT else change.after
    told: dict[str, Any] = {"channel": change.channel}
    if change.appended:
        items = change.written if is_list(change.written) else [change.written]
        shown = [_brief(item) for item in items[:_MOST_ITEMS]]
        return {**told, "what": "appended", "items": shown, "more": max(0, len(items) - _MOST_ITEMS)}
    if change.before is ABSENT:
        return {**told, "what": "added", "after": _brief(now)}
    if first_difference(change.before, now) is None:
        return {**told, "what": "same"}
    told |= {"what": "changed", "before": _brief(change.before), "after": _brief(now)}
    if (is_mapping(change.before) and is_mapping(now)) or (is_list(change.before) and is_list(now)):
        told["places"] = [
            {"at": place.at, "before": _brief(place.a), "after": _brief(place.b)}
            for place in islice(differences(change.before, now), _MOST_PLACES)
        ]
    return told


def _brief(value: Any) -> str | None:
    return None if value is ABSENT else brief(value, _VALUE_CHARS)


# ── conversation ────────────────────────────────────────────────────────────────────────────────────────────────────


def chat_view(run: Document) -> dict[str, Any]:
    """Return what was said in a run, each message once, with the model call that heard or said it first.

    Agents that talk in turn each have a conversation: a call belongs to the one whose messages it begins with.
    """
    conversations: list[list[Any]] = []
    turns: list[dict[str, Any]] = []
    for call in run["executions"]:
        if call["kind"] != "llm":
            continue
        heard, said = _messages(call["inputs"]), _messages(call["outputs"])
        known = [telling(message) for message in heard]
        conversation, shared = _longest(conversations, known)
        if conversation is None:
            conversations.append(conversation := list[Any]())
        turns.append(_turn(call, heard[shared:], said, conversations.index(conversation)))
        conversation[:] = [*known, *(telling(message) for message in said)]
    return {"turns": turns, "conversations": len(conversations)}


def _turn(call: Execution, heard: list[Any], said: list[Any], conversation: int) -> dict[str, Any]:
    names = ("execution_id", "name", "model", "status", "usage", "duration_ms", "start_offset_ms", "error")
    return {**{name: call[name] for name in names}, "heard": heard, "said": said, "conversation": conversation}


def _longest(conversations: Sequence[list[Any]], messages: list[Any]) -> tuple[list[Any] | None, int]:
    """Return the conversation that shares most of its beginning with messages, and how much it shares."""
    best: tuple[list[Any] | None, int] = (None, 0)
    for conversation in conversations:
        pairs = zip(conversation, messages, strict=False)
        shared = next((at for at, (one, other) in enumerate(pairs) if one != other), None)
        shared = min(len(conversation), len(messages)) if shared is None else shared
        if shared > best[1]:
            best = (conversation, shared)
    return best


def _messages(value: Any) -> list[Any]:
    """Return the chat messages in what a model was given or gave."""
    if is_mapping(value) and "messages" in value:
        value = value["messages"]
    if is_message(value):
        return [value]
    return [message for message in value if is_message(message)] if is_list(value) else []


# ── events ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def events_view(run: Document) -> dict[str, Any]:
    """Return what happened at moments: failures, further attempts, and what the agent noted, in order."""
    of_run = {"execution_id": None, "of": run["entrypoint"] or "request", "kind": "request", "what": "event"}
    found: list[dict[str, Any]] = [{**of_run, **event} for event in run["events"]]
    found += [event for execution in run["executions"] for event in _events(execution)]
    return {"events": sorted(found, key=lambda event: float(event["offset_ms"]))}


def _events(execution: Execution) -> Iterator[dict[str, Any]]:
    about = {"execution_id": execution["execution_id"], "of": execution["name"], "kind": execution["kind"]}
    if (execution["attempt"] or 1) > 1:
        told = {"attempt": execution["attempt"]}
        yield {**about, "what": "retry", "offset_ms": execution["start_offset_ms"], "name": "retry", "attributes": told}
    for event in execution["events"]:
        yield {**about, "what": "event", **event}
    error = execution["error"]
    if error is not None:
        ended_ms = execution["start_offset_ms"] + (execution["duration_ms"] or 0)
        told = {"message": error["message"], "status": execution["status"]}
        yield {**about, "what": "error", "offset_ms": ended_ms, "name": error["type"] or "error", "attributes": told}
