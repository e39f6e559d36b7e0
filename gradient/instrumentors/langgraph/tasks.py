"""A LangGraph task as a step: what a node was given, and what it wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from gradient.instrumentors.langchain.given import note_given
from gradient.runtime.step import Step

if TYPE_CHECKING:
    from gradient.runtime.context import Scope
    from gradient.runtime.execution import NodeExecution

# Internal tasks, and internal channels: "__pregel_tasks", "branch:to:tools", "join:a+b:c".
_START = "__start__"
_CONTROL = ("__", "branch:", "join:")
_ROOT = "__root__"
_RETURN = "__return__"
_PUSH_TASKS = "__pregel_tasks"
_SPECIAL = frozenset({_ROOT, _RETURN, _PUSH_TASKS})
_MAX_CHANNELS = 10_000
# Of anything, for type checkers.
_TUPLE: type[Any] = tuple
_LISTS: tuple[type[Any], ...] = (list, tuple)
_UNSHOWN = msgspec.Raw(b'{"$redacted":"the TracePolicy failed"}')


class _Channels(dict[str, bool]):
    """Whether what is written to a channel is the user's; looked at once for each name, because nodes write often."""

    def __missing__(self, channel: str) -> bool:
        if len(self) > _MAX_CHANNELS:
            self.clear()
        told = self[channel] = channel in _SPECIAL or not channel.startswith(_CONTROL)
        return told


_tells = _Channels()


class NodeCall:
    """A node that runs."""

    __slots__ = ("_execution", "_task", "_tracker", "scope")

    def __init__(self, tracker: Any, task: Any, execution: NodeExecution) -> None:
        self.scope: Scope | None = execution
        self._execution = execution
        self._task = task
        self._tracker = tracker

    def item(self, value: Any) -> None:
        """Nodes do not stream."""

    def close(self, outputs: Any, error: BaseException | None) -> None:  # noqa: ARG002 - the task has them
        """End the execution with what the node wrote; an interrupt holds up the graph too."""
        execution = self._execution
        tries = min(execution.attempt or 1, execution.attempts)
        execution.attempt = tries if tries > 1 else None
        graph = execution.parent
        self._tracker.end(execution, outputs_of(self._task) if error is None else None, error)
        if execution.recorded_status == "interrupted":
            note_interrupt(self._tracker, execution, graph, error)


def node_step(tracker: Any, task: Any, parent: Scope | None) -> Step | None:
    """Return the step of a task, or None for LangGraph's own."""
    name = task.name
    if name == _START:
        return None
    config: dict[str, Any] = task.config
    told: dict[str, Any] = config.get("metadata") or {}
    metadata: dict[str, Any] = {"step": told.get("langgraph_step"), "task_id": task.id, "triggers": list(task.triggers)}
    inputs = task.input
    if _is_call(task.path):
        inputs = _arguments(inputs)
        metadata["task"] = True
    step = Step(name, "node", "langgraph", _shown(task, "process_inputs", inputs), metadata, parent, own_metadata=True)
    note_given(tracker, step, config.get("tags"), told)
    return step


def note_cached(tracker: Any, task: Any, parent: Scope | None) -> None:
    """Record a node that did not run: its result came from a cache, or from before an interrupt."""
    step = node_step(tracker, task, parent)
    if step is None:
        return
    is_hit = getattr(task, "cache_key", None) is not None
    if not is_hit:
        step.metadata = {**(step.metadata or {}), "restored": True}
    execution = tracker.start(step)
    if execution is not None:
        execution.cached = is_hit
        tracker.end(execution, outputs_of(task))


def outputs_of(task: Any) -> Any:
    """Return what a task wrote, by channel, without what LangGraph tells itself; a lone value as itself."""
    writes = task.writes
    written = {channel: value for channel, value in writes if _tells[channel]}
    if not _SPECIAL.isdisjoint(written):
        for lone in (_ROOT, _RETURN):
            if lone in written:
                return _shown(task, "process_outputs", written[lone])
        del written[_PUSH_TASKS]
        written["sends"] = [value for channel, value in writes if channel == _PUSH_TASKS]
    written.pop(task.name, None)  # 0.2 has a channel for each node
    return _shown(task, "process_outputs", written)


def note_interrupt(tracker: Any, node: NodeExecution, graph: Any, error: BaseException | None) -> None:
    """Say on the graph that it waits, and for what."""
    if graph is not None:
        graph.interrupted = True
    interrupts: Any = error.args[0] if error is not None and error.args else ()
    values = [
        {"id": getattr(interrupt, "id", None), "value": getattr(interrupt, "value", None)}
        for interrupt in (interrupts if isinstance(interrupts, _LISTS) else ())
    ]
    scope = graph if graph is not None else node
    tracker.update(scope, "event", "interrupt", {"node": node.node_name, "interrupts": values})


def _shown(task: Any, process: str, value: Any) -> Any:
    """Return what a node's `TracePolicy` (1.2) lets be recorded of a value."""
    transform = getattr(getattr(task.proc, "trace_policy", None), process, None)
    if transform is None:
        return value
    try:
        return transform(value)
    except Exception:  # noqa: BLE001 - it is the user's code, and what it meant to hide stays hidden
        return _UNSHOWN


def _is_call(path: tuple[Any, ...]) -> bool:
    """Tell whether a task is a call of a `@task`, below the task at `path[1]`, and no node that was sent to."""
    return len(path) > 2 and type(path[1]) is tuple and path[-1] is not False  # noqa: PLR2004 - (push, parent, index)


def _arguments(inputs: Any) -> Any:
    if isinstance(inputs, _TUPLE) and len(inputs) == 2 and isinstance(inputs[1], dict):  # noqa: PLR2004 - args, kwargs
        args, kwargs = inputs
        return {"args": list(args), "kwargs": kwargs} if kwargs else {"args": list(args)}
    return inputs
