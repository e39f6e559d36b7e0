"""Trace LangGraph: graphs, nodes, tasks, subgraphs, interrupts, whatever runs them.

Hooks together, because none sees everything:

    the callback handler    graphs, and what runs inside nodes       (public, shared with LangChain)
    `run_with_retry`        nodes: one task each, all its attempts    (in the runner's own namespace)
    `output_writes`         nodes that were cached or restored        (the only place that sees them,
    `accept_push`           tasks that were                            and the one for `@task`)
    `Runtime.merge`         what nodes write to the custom stream     (also where nobody reads that)

and `RemoteGraph`, which has no callbacks, by its two streams. Each is looked for by name, so that a version without it
loses that hook and nothing else.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, ClassVar

from gradient.instrumentors.langchain.fields import note_event
from gradient.instrumentors.langchain.given import note_given
from gradient.instrumentors.langchain.instrumentor import CALLBACK_MODULES, hook, register_messages
from gradient.instrumentors.langgraph import graphs as langgraph_graphs
from gradient.instrumentors.langgraph.tasks import NodeCall, node_step, note_cached
from gradient.instrumentors.langgraph.writers import tell_writes
from gradient.instrumentors.seams import Call, Seam, SeamInstrumentor
from gradient.runtime.calls.functions import UNTRACED, OpenCall, traced
from gradient.runtime.context import running_scope
from gradient.runtime.status import Status, register_control_flow
from gradient.runtime.step import Step
from gradient.runtime.values.shapes import Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from gradient.runtime.execution import NodeExecution

_MESSAGES = "langchain_core.messages.base"
_RUNNERS = ("langgraph.pregel._runner", "langgraph.pregel.runner")
_LOOPS = ("langgraph.pregel._loop", "langgraph.pregel.loop")
_PREGEL = ("langgraph.pregel.main", "langgraph.pregel")
_REMOTE = "langgraph.pregel.remote"
_ERRORS = "langgraph.errors"
_TYPES = "langgraph.types"
_RUNTIME = "langgraph.runtime"
_WRITES = ("output_writes", "_output_writes")


class LangGraphInstrumentor(SeamInstrumentor):
    """Records graphs and their nodes."""

    name: ClassVar[str] = "langgraph"
    modules: ClassVar[tuple[str, ...]] = (
        *CALLBACK_MODULES,
        _MESSAGES,
        *_RUNNERS,
        *_LOOPS,
        *_PREGEL,
        _REMOTE,
        _ERRORS,
        _TYPES,
        _RUNTIME,
    )

    def __init__(self) -> None:
        super().__init__()
        self._forget_control_flow: Callable[[], None] | None = None

    def activate(self, module: ModuleType) -> None:
        """Take hold of what `module` owns."""
        name = module.__name__
        if name in CALLBACK_MODULES:
            hook.join(self, module)
        elif name == _MESSAGES:
            register_messages(self.tracker, module)
        elif name in _RUNNERS:
            self.try_seam(lambda: self.patches.replace(module, "run_with_retry", self._traced_node))
            self.try_seam(lambda: self.patches.replace(module, "arun_with_retry", self._traced_node))
        elif name in _LOOPS:
            self.try_seam(lambda: self._wrap_writes(module.PregelLoop))
            self.try_seam(lambda: self.patches.replace(module.PregelLoop, "accept_push", self._watched_push))
        elif name in _PREGEL:
            if hasattr(module, "Pregel"):
                langgraph_graphs.learn_streams(module.Pregel)
        elif name == _ERRORS:
            self._classify(module)
        elif name == _RUNTIME:
            self.try_seam(lambda: self.patches.replace(module.Runtime, "merge", self._told_writer))
        elif name == _TYPES:
            shape = Shape(
                lambda send: {"$type": "langgraph.types.Send", "fields": {"node": send.node, "arg": send.arg}}
            )
            self.tracker.tracking.shapes.register(module.Send, shape)
        else:
            super().activate(module)

    def deactivate(self) -> None:
        """Let go of the handler and of LangGraph's exceptions."""
        hook.release(self.name, self.tracker)
        if self._forget_control_flow is not None:
            self._forget_control_flow()
            self._forget_control_flow = None

    def seams(self, module: ModuleType) -> Iterator[Seam]:
        """Yield the streams of `RemoteGraph`; its `invoke` goes through them."""
        describe = functools.partial(describe_remote, self.tracker)
        for method in ("stream", "astream"):
            yield Seam(module.RemoteGraph, method, describe, status=langgraph_graphs.remote_status)

    def open(self, seam: Seam, args: tuple[Any, ...], kwargs: dict[str, Any]) -> OpenCall:
        """Open a run of a graph on a server; its thread is a session too."""
        opened = super().open(seam, args, kwargs)
        if opened.scope is not None:
            langgraph_graphs.name_session(opened.scope)
        return opened

    def _classify(self, module: ModuleType) -> None:
        interrupt, bubble_up = module.GraphInterrupt, getattr(module, "GraphBubbleUp", module.GraphInterrupt)

        def classify(error: BaseException) -> Status | None:
            if isinstance(error, interrupt):
                return "interrupted"
            return "completed" if isinstance(error, bubble_up) else None

        if self._forget_control_flow is None:
            self._forget_control_flow = register_control_flow(classify)

    def _traced_node(self, original: Callable[..., Any]) -> Callable[..., Any]:
        return traced(original, self._open_node)

    def _open_node(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> OpenCall:
        """Start the execution of a task, under the graph that runs it."""
        if not self.patches.active:
            return UNTRACED
        task = args[0] if args else kwargs["task"]
        handler = hook.handler
        graph_run = getattr(task.config.get("callbacks"), "parent_run_id", None)
        step = node_step(self.tracker, task, None if handler is None else handler.graph_of(graph_run))
        if step is None:
            return UNTRACED

        def make(execution: NodeExecution) -> OpenCall:
            execution.graph_run = graph_run
            return NodeCall(self.tracker, task, execution)

        opened: OpenCall = self.tracker.open_call(step, make, UNTRACED)
        return opened

    def _wrap_writes(self, loop: Any) -> None:
        name = next((name for name in _WRITES if hasattr(loop, name)), _WRITES[0])

        def around(original: Callable[..., None]) -> Callable[..., None]:
            patches = self.patches

            @functools.wraps(original)
            def output_writes(self_: Any, task_id: str, writes: Any, *, cached: bool = False) -> None:
                if cached and patches.active:
                    self.try_seam(lambda: self._note_done(self_, self_.tasks.get(task_id)))
                original(self_, task_id, writes, cached=cached)

            return output_writes

        self.patches.replace(loop, name, around)

    def _watched_push(self, original: Callable[..., Any]) -> Callable[..., Any]:
        patches = self.patches

        @functools.wraps(original)
        def accept_push(self_: Any, /, *args: Any, **kwargs: Any) -> Any:
            pushed = original(self_, *args, **kwargs)
            if pushed is not None and pushed.writes and patches.active:
                self.try_seam(lambda: self._note_done(self_, pushed))
            return pushed

        return accept_push

    def _told_writer(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Note what is written to the custom stream: each run of a graph merges its runtime with that above once."""
        patches = self.patches

        def note(said: Any) -> None:
            if patches.active:
                note_event(self.tracker, running_scope(), "custom", said)

        @functools.wraps(original)
        def merge(*args: Any, **kwargs: Any) -> Any:
            merged = original(*args, **kwargs)
            if patches.active:
                self.try_seam(lambda: tell_writes(merged, note))
            return merged

        return merge

    def _note_done(self, loop: Any, task: Any) -> None:
        """Record a node that did not run: its result came from a cache, or from before an interrupt."""
        handler = hook.handler
        graph_run = getattr(getattr(loop, "manager", None), "run_id", None)
        if task is not None:
            note_cached(self.tracker, task, None if handler is None else handler.graph_of(graph_run))


def describe_remote(tracker: Any, call: Call) -> Step:
    """Describe a run of a graph on a LangGraph server."""
    graph, inputs = call.instance, call.argument("input")
    configurable: dict[str, Any] = {}
    tags: list[Any] = []
    given: dict[str, Any] = {}
    for config in (graph.config, call.argument("config", 1)):
        if config:
            configurable |= config.get("configurable") or {}
            tags += config.get("tags") or ()
            given |= config.get("metadata") or {}
    metadata = {
        "assistant_id": getattr(graph, "assistant_id", graph.name),  # before 0.2.60 the name is the assistant's
        **langgraph_graphs.thread_of({"configurable": configurable}, inputs),
    }
    step = Step(str(graph.name or "RemoteGraph"), "graph", "langgraph", inputs, metadata)
    note_given(tracker, step, tags, given)
    return step
