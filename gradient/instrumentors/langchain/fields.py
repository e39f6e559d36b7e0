"""What LangChain's events say about a run, picked out of their many places."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any, TypeGuard

from gradient.instrumentors.usage import merged, told_in, total
from gradient.instrumentors.wire import fields_of
from gradient.journal.events import Usage
from gradient.journal.vocabulary import outcome_of
from gradient.runtime.execution import NodeExecution
from gradient.runtime.status import status_of
from gradient.runtime.step import Step
from gradient.runtime.values.shapes import text_for, text_of

if TYPE_CHECKING:
    from types import FrameType

    from gradient.runtime.context import Scope

_UNSHOWN_PARAMS = frozenset({"_type", "tools", "functions", "tool_choice", "model", "model_name", "ls_provider"})
# Of anything, for type checkers.
_DICT: type[Any] = dict
_LIST: type[Any] = list
# The modules between a stream and us while it reports its end.
_REPORTING = (
    "langchain_core.callbacks.manager",
    "gradient.instrumentors.langchain.handler",
    "gradient.instrumentors.plumbing.quiet",
)
_ATTEMPT = "retry:attempt:"
_HIDDEN = "langsmith:hidden"
_WRITES = ("_write", "ChannelWrite<")
_NODE_KEYS = ("langgraph_step", "langgraph_triggers", "langgraph_checkpoint_ns")


def name_of(name: str | None, serialized: Any, prefer: str = "id") -> str:
    """Return the name of a run; LLMs and tools may have none and tell it in `serialized` only."""
    if told := "" if name is None else text_for(name):
        return told
    if not isinstance(serialized, _DICT):
        return "unnamed"
    path: Any = serialized.get("id")
    last = path[-1] if isinstance(path, _LIST) and path else None
    first, second = (serialized.get("name"), last) if prefer == "name" else (last, serialized.get("name"))
    return str(first or second or "unnamed")


def node_metadata(metadata: dict[str, Any] | None) -> dict[str, Any]:
    """Return what LangGraph says about a node, without its prefixes."""
    metadata = metadata or {}
    return {key.removeprefix("langgraph_"): metadata[key] for key in _NODE_KEYS if key in metadata}


def is_plumbing(name: str | None, tags: list[str] | None, metadata: dict[str, Any] | None) -> bool:
    """Tell whether a run is LangGraph's own, as 0.2 reports them: its start task, and the writes after each node."""
    if metadata is not None and metadata.get("langgraph_node") == "__start__":
        return True
    # The tag alone says too little: children inherit it, and so did real nodes.
    is_hidden = tags is not None and any(type(tag) is str and tag == _HIDDEN for tag in tags)
    return is_hidden and str(name).startswith(_WRITES)


def is_node(parent: Any, name: Any, metadata: dict[str, Any] | None) -> bool:
    """Tell whether a run is a node's, where LangGraph's runner has no seam for us."""
    is_in_graph = type(parent) is NodeExecution and parent.kind == "graph"
    return is_in_graph and metadata is not None and name is not None and metadata.get("langgraph_node") == name


def is_attempt(scope: Any, parent_run_id: Any) -> TypeGuard[NodeExecution]:
    """Tell whether a run below `parent_run_id` may be an attempt at the node that is current."""
    return parent_run_id is not None and type(scope) is NodeExecution and scope.graph_run == parent_run_id


def attempt_of(tags: list[str] | None) -> int | None:
    """Return which try a run is, where LangChain says so: from the second one on."""
    for tag in tags or ():
        if tag.startswith(_ATTEMPT):
            return int(tag.removeprefix(_ATTEMPT))
    return None


def was_given_up() -> bool:
    """Tell whether the stream that is reporting its end was closed early: LangChain reports that like its end.

    What tells the two apart is whether the body, which the reporting frame holds, had come to an end.
    """
    # The public way builds the whole stack.
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    while frame is not None and frame.f_globals.get("__name__") in _REPORTING:
        frame = frame.f_back
    body = None if frame is None else frame.f_locals.get("iterator")
    return inspect.isgenerator(body) and body.gi_frame is not None


def llm_step(serialized: Any, messages: Any, metadata: dict[str, Any], kwargs: dict[str, Any], parent: Any) -> Step:
    """Describe a call of a language model."""
    params: dict[str, Any] = kwargs.get("invocation_params") or {}
    inputs: dict[str, Any] = {"messages": messages}
    if tools := params.get("tools") or params.get("functions"):
        inputs["tools"] = tools
    if shown := {key: value for key, value in params.items() if key not in _UNSHOWN_PARAMS and value is not None}:
        inputs["params"] = shown
    named = (metadata.get("ls_model_name"), params.get("model"), params.get("model_name"))
    model = next((text_for(name) for name in named if name is not None), None)
    return Step(
        name_of(kwargs.get("name"), serialized),
        "llm",
        "langchain",
        inputs,
        {"batch_size": kwargs["batch_size"]} if kwargs.get("batch_size", 1) > 1 else None,
        parent,
        model=model or None,
        provider=metadata.get("ls_provider") or None,
    )


def llm_outputs(response: Any) -> Any:
    """Return the messages or texts that a model answered with, or None."""
    generations = [candidate for batch in getattr(response, "generations", None) or () for candidate in batch]
    if not generations:
        return None
    return {"messages": [_answer(generation) for generation in generations]}


def note_response(execution: NodeExecution, response: Any) -> None:
    """Note tokens and the model that answered."""
    batches: list[list[Any]] = getattr(response, "generations", None) or []
    answers = [candidate for batch in batches for candidate in batch]
    messages = [message for answer in answers if (message := getattr(answer, "message", None)) is not None]
    if any(fields_of(getattr(message, "usage_metadata", None)).get("total_cost") == 0 for message in messages):
        # How LangChain marks what came from its cache; the tokens in it were paid for by another call.
        execution.cached, execution.usage = True, Usage(0, 0, cost_usd=0.0)
    else:
        beside = getattr(response, "llm_output", None)
        usage = total(usage for batch in batches if (usage := _usage_of_request(batch)) is not None)
        # A client knows more.
        execution.usage = merged(execution.usage, usage, told_in(beside))
        if execution.usage is None and "batch_size" in execution.metadata and _is_told_by_first(beside):
            execution.usage = Usage(0, 0, cost_usd=0.0)
    for message in messages:
        told: dict[str, Any] = getattr(message, "response_metadata", None) or {}
        execution.model = told.get("model_name") or told.get("model") or execution.model
        execution.provider = execution.provider or told.get("model_provider")


def note_attempt(tracker: Any, node: NodeExecution, error: BaseException) -> None:
    """Note that one attempt at a node failed; whether it is tried again is LangGraph's business."""
    if node.ended_ns is None and outcome_of(status_of(error)).has_exception:
        node.attempt = node.attempts + 1
        text = tracker.tracking.capture.text(f"{type(error).__name__}: {text_of(error)}")
        tracker.update(node, "event", "attempt failed", {"number": node.attempts, "error": text})


def note_event(tracker: Any, scope: Scope | None, name: Any, said: Any) -> None:
    """Note what the program itself told of what is running; what is no mapping stands under `data`."""
    if scope is not None:
        tracker.update(scope, "event", text_for(name), said if isinstance(said, _DICT) else {"data": said})


def _answer(generation: Any) -> Any:
    message = getattr(generation, "message", None)
    if message is not None:
        return message
    return {"role": "assistant", "parts": [{"type": "text", "content": getattr(generation, "text", "")}]}


def _is_told_by_first(beside: Any) -> bool:
    """Tell whether the first of several prompts has the tokens of all: a text model asks them in one request."""
    return isinstance(beside, _DICT) and beside.get("token_usage") == {}


def _usage_of_request(answers: list[Any]) -> Usage | None:
    """Return the tokens of one request: where it has several answers, each tells those of all, or its own."""
    told = [usage for answer in answers if (usage := _usage_of(answer)) is not None]
    return total(told if any(usage != told[0] for usage in told) else told[:1])


def _usage_of(answer: Any) -> Usage | None:
    message = getattr(answer, "message", None)
    places = [getattr(message, name, None) for name in ("usage_metadata", "response_metadata", "additional_kwargs")]
    return told_in(*places, getattr(answer, "generation_info", None))
