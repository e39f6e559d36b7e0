"""The callback handler: what LangChain and LangGraph tell of their runs, made into steps.

Synchronous and inline, because a handler that is neither costs a thread or a task for each event, and sees another
context. Every run has an id and names its parent, so the tree does not depend on contexts. What the handler does not
know (a run that began before it was installed) is ignored.

Parents: the framework's own, unless the running code is inside a step that is deeper in the tree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import BaseCallbackHandler

from gradient.instrumentors.langchain import fields
from gradient.instrumentors.langchain.given import note_given
from gradient.instrumentors.langchain.runs import Runs
from gradient.instrumentors.langchain.tools import end_tool, note_call
from gradient.instrumentors.langgraph.graphs import GraphRuns
from gradient.instrumentors.model_calls import announce, retract
from gradient.instrumentors.plumbing.quiet import quiet
from gradient.runtime.context import Scope, current_scope, register_scope_finder
from gradient.runtime.execution import NodeExecution
from gradient.runtime.step import Step

if TYPE_CHECKING:
    from uuid import UUID

    from gradient.runtime.status import Status


class Handler(BaseCallbackHandler):
    """Tells a tracker of every run.

    Attributes:
        tracker: Who is told.
        users: The instrumentors on whose behalf: "langchain", "langgraph" or both.
        runs: Those that are not over.
    """

    run_inline = True
    raise_error = False
    if not TYPE_CHECKING:
        # Read for every event and handler; class attributes are cheaper than the base's properties.
        ignore_llm = ignore_chain = ignore_retriever = ignore_chat_model = False
        ignore_agent = False  # tools are told under this name, too
        ignore_retry = ignore_custom_event = True

    def __init__(self, tracker: Any) -> None:
        self.tracker = tracker
        self.users: frozenset[str] = frozenset()
        self.runs = Runs()
        self.graph_of = self.runs.graph_of
        self._graphs = GraphRuns(tracker)
        self._forget_finder = register_scope_finder(self.runs.running)

    def __deepcopy__(self, memo: Any) -> Handler:
        """Stay one: configurations that hold the handler get copied."""
        return self

    def __copy__(self) -> Handler:
        """Stay one, as above."""
        return self

    def forget(self) -> None:
        """Forget the runs that are open, and take no notice of what else comes: callers in flight keep the handler."""
        self.users = frozenset()
        self.runs.forget()
        self._forget_finder()

    # ── chains, graphs and nodes ─────────────────────────────────────────────────────────────────────────────────

    def on_chain_start(  # noqa: PLR0913 - LangChain's signature
        self,
        serialized: dict[str, Any] | None,
        inputs: Any,
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Begin a chain or a graph, or note another attempt of a node."""
        scope = current_scope.get()
        if fields.is_attempt(scope, parent_run_id) and scope.node_name == name:
            # The node that LangGraph's runner has begun, and will end: this run is one attempt at it. What runs below
            # it finds the node in its context.
            scope.attempts += 1
        else:
            self._start_chain(serialized, inputs, run_id, parent_run_id, tags, metadata, name, kwargs)

    @quiet
    def _start_chain(  # noqa: PLR0913, PLR0917 - what the event says
        self,
        serialized: dict[str, Any] | None,
        inputs: Any,
        run_id: UUID,
        parent_run_id: UUID | None,
        tags: list[str] | None,
        metadata: dict[str, Any] | None,
        name: str | None,
        kwargs: dict[str, Any],
    ) -> None:
        parent = self.runs.scope_of(parent_run_id)
        shown = None if kwargs.get("defers_inputs") else inputs
        step = self._graphs.step(parent, inputs, name) if "langgraph" in self.users else None
        if step is not None or fields.is_plumbing(name, tags, metadata):
            pass
        elif "langgraph" in self.users and fields.is_node(parent, name, metadata):
            step = Step(str(name), "node", "langgraph", inputs, fields.node_metadata(metadata), parent)
        elif "langchain" in self.users:
            step = Step(fields.name_of(name, serialized), "chain", "langchain", shown, None, parent)
        self._begin(run_id, step, parent, tags, metadata)

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **kwargs: Any) -> None:
        """End a chain or a graph; nodes are ended by LangGraph's runner."""
        execution = self.runs.ended(run_id)
        if execution is not None:
            self._end_chain(execution, outputs, kwargs)

    @quiet
    def _end_chain(self, execution: NodeExecution, outputs: Any, kwargs: dict[str, Any]) -> None:
        status: Status | None = None
        if execution.kind == "graph":
            status = self._graphs.ended(execution)
            self.runs.forget_graph()
        elif "inputs" in kwargs and fields.was_given_up():
            status = "abandoned"
        self.tracker.end(execution, outputs, status=status, late_inputs=kwargs.get("inputs") or None)

    @quiet
    def on_chain_error(
        self, error: BaseException, *, run_id: UUID, parent_run_id: UUID | None = None, **_: Any
    ) -> None:
        """End a chain or a graph that raised, or note that an attempt at a node did."""
        scope = current_scope.get()
        if run_id in self.runs:
            self.tracker.end(self.runs.ended(run_id), None, error)
        elif fields.is_attempt(scope, parent_run_id):
            fields.note_attempt(self.tracker, scope, error)

    # ── language models ──────────────────────────────────────────────────────────────────────────────────────────

    @quiet
    def on_chat_model_start(  # noqa: PLR0913 - LangChain's signature
        self,
        serialized: dict[str, Any],
        messages: list[list[Any]],
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Begin a call of a chat model."""
        shown = messages[0] if len(messages) == 1 else messages
        self._llm(serialized, shown, run_id, parent_run_id, tags, metadata, kwargs)

    @quiet
    def on_llm_start(  # noqa: PLR0913 - LangChain's signature
        self,
        serialized: dict[str, Any],
        prompts: list[str],
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Begin a call of a completion model."""
        messages = [{"role": "user", "parts": [{"type": "text", "content": prompt}]} for prompt in prompts]
        self._llm(serialized, messages, run_id, parent_run_id, tags, metadata, kwargs)

    def _llm(  # noqa: PLR0913, PLR0917 - what two events have in common
        self, serialized: Any, messages: Any, run_id: Any, parent_run_id: Any, tags: Any, metadata: Any, kwargs: Any
    ) -> None:
        parent = self.runs.scope_of(parent_run_id)
        wanted = "langchain" in self.users
        step = fields.llm_step(serialized, messages, metadata or {}, kwargs, parent) if wanted else None
        self._begin(run_id, step, parent, tags, metadata)

    @quiet
    def on_llm_new_token(self, token: Any, *, run_id: UUID, **_: Any) -> None:  # noqa: ARG002 - that it came is enough
        """Note when the first token came."""
        execution = self.runs.find(run_id)
        if type(execution) is NodeExecution and execution.kind == "llm" and execution.first_token_ns is None:
            execution.first_token_ns = self.tracker.tracking.clock.monotonic_ns()
            retract(execution)

    @quiet
    def on_llm_end(self, response: Any, *, run_id: UUID, **_: Any) -> None:
        """End a call of a language model, with its tokens."""
        execution = self.runs.ended(run_id)
        if execution is not None:
            retract(execution)
            fields.note_response(execution, response)
            self.tracker.end(execution, fields.llm_outputs(response))

    @quiet
    def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """End a call that raised, or whose stream was given up; what had come by then is kept."""
        execution = self.runs.ended(run_id)
        if execution is not None:
            retract(execution)
            response = kwargs.get("response")
            fields.note_response(execution, response)
            self.tracker.end(execution, fields.llm_outputs(response), error)

    # ── tools and retrievers ─────────────────────────────────────────────────────────────────────────────────────

    @quiet
    def on_tool_start(  # noqa: PLR0913 - LangChain's signature
        self,
        serialized: dict[str, Any] | None,
        input_str: str,
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        tags: list[str] | None = None,
        inputs: dict[str, Any] | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Begin a tool."""
        shown: Any = inputs if inputs is not None else input_str
        call_id = kwargs.get("tool_call_id")
        described = {"tool_call_id": call_id} if call_id else None
        name = fields.name_of(name, serialized, prefer="name")
        self._simple(Step(name, "tool", "langchain", shown, described), run_id, parent_run_id, tags, kwargs)

    @quiet
    def on_tool_end(self, output: Any, *, run_id: UUID, **_: Any) -> None:
        """End a tool."""
        execution = self.runs.ended(run_id)
        note_call(execution, output)
        end_tool(self.tracker, execution, output)

    @quiet
    def on_tool_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """End a tool that raised."""
        self.tracker.end(self.runs.ended(run_id), None, error)

    @quiet
    def on_retriever_start(  # noqa: PLR0913 - LangChain's signature
        self,
        serialized: dict[str, Any] | None,
        query: str,
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        tags: list[str] | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Begin a retriever."""
        step = Step(fields.name_of(name, serialized), "retriever", "langchain", {"query": query})
        self._simple(step, run_id, parent_run_id, tags, kwargs)

    @quiet
    def on_retriever_end(self, documents: Any, *, run_id: UUID, **_: Any) -> None:
        """End a retriever."""
        self.tracker.end(self.runs.ended(run_id), documents)

    @quiet
    def on_retriever_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """End a retriever that raised."""
        self.tracker.end(self.runs.ended(run_id), None, error)

    def _simple(self, step: Step, run_id: Any, parent_run_id: Any, tags: Any, kwargs: dict[str, Any]) -> None:
        """Begin what tools and retrievers have in common."""
        step.parent = parent = self.runs.scope_of(parent_run_id)
        self._begin(run_id, step if "langchain" in self.users else None, parent, tags, kwargs.get("metadata"))

    def _begin(self, run_id: Any, step: Step | None, parent: Scope | None, tags: Any, metadata: Any) -> None:
        """Start a step, if there is one; what is below a run that is not recorded belongs to what is above it."""
        if step is None:
            self.runs.remember(run_id, parent, parent)
            return
        note_given(self.tracker, step, tags, metadata)

        def note(execution: NodeExecution) -> NodeExecution:
            execution.run_id = run_id
            execution.attempt = fields.attempt_of(tags)
            if execution.kind == "graph":
                self._graphs.started(execution)
            elif execution.kind == "llm":
                announce(execution, is_one_of_many="batch_size" in execution.metadata)
            self.runs.remember(run_id, execution, parent)
            return execution

        if self.tracker.open_call(step, note, None) is None:
            self.runs.remember(run_id, parent, parent)
