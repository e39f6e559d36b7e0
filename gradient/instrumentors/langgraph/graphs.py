"""Runs of LangGraph graphs: telling them from chains, their topology, their threads, whether they were interrupted.

To the callback handler a graph is a chain like any other. That it is a graph, which one, and how its loop ended stands
in the frame that reports it: `Pregel.stream` or `astream`, a few frames up. Looking there costs nothing per node and
changes nothing, where wrapping a generator would be in the way of every item.
"""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from gradient.instrumentors.langgraph.topology import drawn, likeness
from gradient.runtime.step import Step
from gradient.runtime.values.shapes import text_for

if TYPE_CHECKING:
    from types import FrameType

    from gradient.runtime.context import Scope
    from gradient.runtime.execution import NodeExecution
    from gradient.runtime.status import Status

_INTERRUPT = "__interrupt__"
_TUPLE: type[Any] = tuple  # of anything, for type checkers
_MAX_FRAMES = 9
_MAX_TOPOLOGIES = 1_000
_stream_codes: set[Any] = set()


def learn_streams(pregel: Any) -> None:
    """Remember by which code a graph runs."""
    for name in ("stream", "astream"):
        function = inspect.unwrap(getattr(pregel, name))
        _stream_codes.add(function.__code__)


class GraphRuns:
    """Describes the graphs that run, for one handler."""

    def __init__(self, tracker: Any) -> None:
        self._tracker = tracker
        self._known: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
        self._topologies: dict[str, tuple[str, dict[str, Any]]] = {}
        self._drawings: dict[str, dict[str, Any]] = {}

    def step(self, parent: Scope | None, inputs: Any, name: str | None) -> Step | None:
        """Return the step of a graph that is about to report its start, or None where it is none."""
        frame = _stream_frame()
        variables = None if frame is None else frame.f_locals
        if variables is None or variables.get("run_manager") is not None:  # a chain, in a node of a graph that runs
            return None
        graph = variables.get("self")
        metadata = thread_of(variables.get("config") or {}, inputs)
        step = Step(
            "LangGraph" if name is None else text_for(name) or "LangGraph",
            "graph",
            "langgraph",
            inputs,
            metadata,
            parent,
            own_metadata=True,
        )
        topology = self._topology(graph, step.name)
        if topology is not None:
            metadata["graph_id"] = topology[0]
        return step

    def started(self, execution: NodeExecution) -> None:
        """Tell the topology of a graph that has begun, and which session its thread is."""
        metadata = execution.metadata
        topology = self._drawings.get(metadata.get("graph_id", ""))
        if topology is not None:
            self._tracker.update(execution, "graph", metadata["graph_id"], topology)
        name_session(execution)

    def ended(self, execution: NodeExecution) -> Status | None:
        """Return `interrupted` where a graph that reports its end waits for a human; None for its plain end."""
        frame = _stream_frame()
        loop = None if frame is None else frame.f_locals.get("loop")
        checkpoint = _checkpoint_of(loop)
        if checkpoint is not None:
            execution.metadata = {**execution.metadata, "checkpoint_id": checkpoint}
        stopped = str(getattr(loop, "status", "")).startswith("interrupt")
        return "interrupted" if stopped or execution.interrupted else None

    def _topology(self, graph: Any, name: str) -> tuple[str, dict[str, Any]] | None:
        """Return id and topology of a compiled graph; drawn once for all graphs that are built alike."""
        try:
            key = self._known.get(graph)
            if key is None:
                key = self._known[graph] = likeness(graph, name)
            if key not in self._topologies:
                if len(self._topologies) > _MAX_TOPOLOGIES:
                    self._topologies.clear()
                    self._drawings.clear()
                graph_id, drawing = self._topologies[key] = drawn(graph, name)
                self._drawings[graph_id] = drawing
            return self._topologies[key]
        except Exception:  # noqa: BLE001 - a picture is not worth a run
            return None


def _stream_frame() -> FrameType | None:
    """Return the frame of the graph that is calling us, or None where a chain is."""
    # The public way builds the whole stack.
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    for _ in range(_MAX_FRAMES):
        if frame is None or frame.f_code in _stream_codes:
            return frame
        frame = frame.f_back
    return None


def thread_of(config: dict[str, Any], inputs: Any) -> dict[str, Any]:
    """Return by which thread and checkpoint a run can be found again, and whether it takes up an interrupted one."""
    configurable: dict[str, Any] = config.get("configurable") or {}
    metadata = {key: configurable[key] for key in ("thread_id", "checkpoint_ns") if _is_told(configurable.get(key))}
    is_command = any(kind.__name__ == "Command" for kind in type(inputs).__mro__)
    if "thread_id" in metadata and (inputs is None or (is_command and inputs.resume is not None)):
        metadata["resume"] = True
    return metadata


def name_session(execution: Any) -> None:
    """Make the thread that a graph runs in the session of its request, where that has none."""
    request = execution.request
    if request is not None and request.session_id is None and "thread_id" in execution.metadata:
        request.session_id = text_for(execution.metadata["thread_id"])


def _is_told(told: Any) -> bool:
    """Tell whether an id is one: not None, and no empty text. Others are not asked, their answer is the user's code."""
    return told is not None and (type(told) is not str or told != "")


def remote_status(result: Any) -> Status | None:
    """Return `interrupted` where the last that came of a graph on a server says that it waits for a human."""
    told = result[-1] if isinstance(result, _TUPLE) and result else result  # (namespace, mode, values)
    return "interrupted" if isinstance(told, dict) and _INTERRUPT in told else None


def _checkpoint_of(loop: Any) -> str | None:
    config: dict[str, Any] = getattr(loop, "checkpoint_config", None) or {}
    configurable: dict[str, Any] = config.get("configurable") or {}
    found = configurable.get("checkpoint_id")
    return found if isinstance(found, str) else None
