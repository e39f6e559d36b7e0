"""What a span of LlamaIndex is: pure functions from an object and a call of one of its methods to a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradient.instrumentors.llamaindex.messages import describe_answer, describe_message
from gradient.instrumentors.providers.parts import text_part
from gradient.instrumentors.wire import inputs_of
from gradient.runtime.context import Scope
from gradient.runtime.execution import NodeExecution
from gradient.runtime.step import Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradient.runtime.status import Status

FRAMEWORK = "llamaindex"
_UUID_CHARS = 36
_CHATS = frozenset({"chat", "achat", "stream_chat", "astream_chat"})
_COMPLETIONS = frozenset({"complete", "acomplete", "stream_complete", "astream_complete"})
STARTS = frozenset({"LLMChatStartEvent", "LLMCompletionStartEvent"})
PROGRESS = frozenset({"LLMChatInProgressEvent", "LLMCompletionInProgressEvent"})
ENDS = frozenset({"LLMChatEndEvent", "LLMCompletionEndEvent"})
CANCELLED = "SpanCancelledEvent"
_UNKNOWN = "unknown"  # what a model says that has no name
_WORKFLOWS = "workflows."
# What a step raises to wait for somebody, and a run where its user has cancelled it.
_CONTROL_FLOW: dict[str, Status] = {"WaitingForEvent": "interrupted", "WorkflowCancelledByUser": "cancelled"}
_MODULES = "llama_index."
_LIST: type[Any] = list  # of anything, for type checkers


def step_of(id_: str, bound_args: Any, instance: Any, parent: Scope | None) -> Step | None:
    """Describe a span, or return None for one that is no piece of work of its own."""
    owner, _, method = id_[: -_UUID_CHARS - 1].rpartition(".")
    if instance is None:
        return _workflow_step(owner, method, bound_args, parent)
    bases = {base.__name__ for base in type(instance).__mro__}
    describe = next((describe for base, describe in _DESCRIBED.items() if base in bases), None)
    return None if describe is None else describe(instance, method, bound_args.arguments)


def outputs_of(execution: NodeExecution, result: Any) -> Any:
    """Return what is recorded of a result."""
    if result is None:
        return None
    describe = _OUTPUTS.get(execution.kind)
    if describe is not None:
        return describe(result)
    # The text of a stream is not there yet, and asking for it would read the stream.
    response = getattr(result, "response", None)
    return response if isinstance(response, str) else result


def failure_of(execution: NodeExecution, result: Any) -> str | None:
    """Return what a tool's result says that failed, or None."""
    if execution.kind != "tool" or not getattr(result, "is_error", False):
        return None
    return str(result.content)


def status_of_error(error: BaseException) -> Status | None:
    """Return what an exception of LlamaIndex's stands for, where that is no error."""
    return _CONTROL_FLOW.get(type(error).__name__) if type(error).__module__.startswith(_WORKFLOWS) else None


def _model_call(model: Any, method: str, arguments: dict[str, Any]) -> Step | None:
    options: dict[str, Any] = dict(arguments.get("kwargs") or {})
    if method in _CHATS:
        messages = list(arguments.get("messages") or options.pop("messages", None) or ())
    elif method in _COMPLETIONS:
        positional = arguments.get("args") or (arguments.get("prompt"),)
        prompt = options.pop("prompt", None) or positional[0]
        messages = [{"role": "user", "parts": [text_part(str(prompt))]}]
    else:
        return None
    if type(model).__name__ == "StructuredLLM":  # it asks another one
        return None
    name = _model_name(model)
    inputs = inputs_of(options, {"messages": messages}, frozenset({"tools"}))
    return Step(name or type(model).__name__, "llm", FRAMEWORK, inputs, model=name, provider=_provider(model))


def _embedding(model: Any, method: str, arguments: dict[str, Any]) -> Step | None:
    if "embedding" not in method:
        return None
    given = next((arguments[name] for name in ("query", "queries", "text", "texts") if name in arguments), None)
    name = getattr(model, "model_name", None)
    name = name if isinstance(name, str) and name != _UNKNOWN else None
    provider = _provider(model)
    return Step(name or type(model).__name__, "embedding", FRAMEWORK, {"input": given}, model=name, provider=provider)


def _retriever(retriever: Any, method: str, arguments: dict[str, Any]) -> Step | None:
    asked = _asked(arguments)
    return Step(type(retriever).__name__, "retriever", FRAMEWORK, {"query": asked}) if "retrieve" in method else None


def _reranker(processor: Any, method: str, arguments: dict[str, Any]) -> Step | None:
    if "postprocess_nodes" not in method:
        return None
    inputs = {"query": _asked(arguments), "nodes": [_node(node) for node in arguments.get("nodes") or ()]}
    return Step(type(processor).__name__, "reranker", FRAMEWORK, inputs)


def _tool(tool: Any, method: str, arguments: dict[str, Any]) -> Step | None:
    if method not in ("call", "acall", "__call__"):
        return None
    positional: Any = arguments.get("args") or ()
    given: Any = arguments.get("input") or arguments.get("kwargs") or list(positional) or {}
    return Step(str(tool.metadata.name), "tool", FRAMEWORK, given)


def _engine(engine: Any, _: str, arguments: dict[str, Any]) -> Step:
    asked = _asked(arguments)
    return Step(type(engine).__name__, "chain", FRAMEWORK, {"query": asked} if asked is not None else None)


def _agent(agent: Any, method: str, arguments: dict[str, Any]) -> Step | None:
    name = getattr(agent, "name", None)
    name = name if isinstance(name, str) else type(agent).__name__
    return Step(name, "agent", FRAMEWORK, _started(arguments)) if method == "run" else None


def _workflow(workflow: Any, method: str, arguments: dict[str, Any]) -> Step | None:
    return Step(type(workflow).__name__, "workflow", FRAMEWORK, _started(arguments)) if method == "run" else None


def _workflow_step(owner: str, method: str, bound_args: Any, parent: Scope | None) -> Step | None:
    """Describe a step of a workflow of the user's; those of agents are how these work."""
    if type(parent) is not NodeExecution or parent.kind != "workflow" or owner == "AgentWorkflow" or not method:
        return None
    event = next((value for name, value in bound_args.arguments.items() if name != "ctx"), None)
    return Step(method, "node", FRAMEWORK, _event(event))


# The first that an object is decides.
_DESCRIBED: dict[str, Callable[[Any, str, dict[str, Any]], Step | None]] = {
    "BaseLLM": _model_call,
    "BaseEmbedding": _embedding,
    "BaseRetriever": _retriever,
    "BaseNodePostprocessor": _reranker,
    "BaseTool": _tool,
    "BaseWorkflowAgent": _agent,
    "Workflow": _workflow,
    "BaseQueryEngine": _engine,
    "BaseChatEngine": _engine,
    "BaseSynthesizer": _engine,
}


def _vectors(result: Any) -> dict[str, Any]:
    is_many = bool(result) and isinstance(result[0], _LIST)
    first = result[0] if is_many else result
    return {"count": len(result) if is_many else 1, "dimensions": len(first)}


def _said(result: Any) -> Any:
    message = getattr(getattr(result, "result", result), "response", None)
    return result if message is None else {"messages": [describe_message(message)]}


def _asked(arguments: dict[str, Any]) -> Any:
    names = ("str_or_query_bundle", "query_bundle", "query", "query_str", "message")
    asked = next((arguments[name] for name in names if arguments.get(name) is not None), None)
    return getattr(asked, "query_str", asked)


def _started(arguments: dict[str, Any]) -> Any:
    """Return what a run was started with."""
    return _event(arguments.get("start_event")) or arguments.get("kwargs")


def _event(event: Any) -> Any:
    """Describe an event of a workflow: what it declares, and what else it was given; of a last one, the result."""
    if not any(base.__name__ == "Event" for base in type(event).__mro__):
        return event
    hidden: dict[str, Any] = getattr(event, "__pydantic_private__", None) or {}
    if hidden.get("_result") is not None:
        return hidden["_result"]
    told: dict[str, Any] = {**event.__dict__, **(hidden.get("_data") or {})}
    return {name: value for name, value in told.items() if value is not None}


def _node(item: Any) -> Any:
    """Describe a node with its score, as a document."""
    node = getattr(item, "node", None)
    if node is None:
        return item
    told = {"id": node.node_id, "score": item.score, "content": getattr(node, "text", None), "metadata": node.metadata}
    return {name: value for name, value in told.items() if value not in (None, {})}


def _model_name(model: Any) -> str | None:
    try:
        name = model.metadata.model_name
    except Exception:  # noqa: BLE001 - a model that cannot tell has none
        return None
    return name if isinstance(name, str) and name != _UNKNOWN else None


def _provider(model: Any) -> str | None:
    """Return who serves a model, told by the distribution that its class comes from."""
    module = next(
        (base.__module__ for base in type(model).__mro__ if base.__module__.startswith(_MODULES)), _MODULES
    ).split(".")
    return module[2] if module[1] in ("llms", "embeddings") else None


_OUTPUTS: dict[str, Callable[[Any], Any]] = {
    "llm": lambda result: {"messages": [describe_answer(result)]},
    "embedding": _vectors,
    "retriever": lambda result: [_node(item) for item in result],
    "reranker": lambda result: [_node(item) for item in result],
    "tool": lambda result: getattr(result, "raw_output", result),
    "agent": _said,
    "workflow": _event,
    "node": _event,
}
