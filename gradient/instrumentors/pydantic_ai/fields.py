"""What a call of one of Pydantic AI's methods is: pure functions from the call to a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradient.instrumentors.pydantic_ai import messages
from gradient.runtime.context import running_scope
from gradient.runtime.execution import NodeExecution
from gradient.runtime.step import Step

if TYPE_CHECKING:
    from gradient.instrumentors.seams import Call
    from gradient.runtime.status import Status

_FRAMEWORK = "pydantic-ai"
# Models and toolsets that hand on to another one, which is recorded.
_ROUTERS = ("WrapperModel", "FallbackModel")
_WRAPPERS = ("WrapperEmbeddingModel",)
# What tools raise to wait for somebody, and runs to end when they are told to.
_CONTROL_FLOW: dict[str, Status] = {
    "ApprovalRequired": "interrupted",
    "CallDeferred": "interrupted",
    "RunCancelled": "cancelled",
}
# As LangChain names them, where that differs.
_PROVIDERS = {"google-gla": "google_genai", "google-vertex": "google_vertexai", "mistral": "mistralai"}


def describe_run(call: Call) -> Step:
    """Describe a run of an agent."""
    agent, prompt = call.instance, call.argument("user_prompt")
    inputs = None if prompt is None else {"messages": [messages.describe_prompt(prompt)]}
    return Step(agent.name or "agent", "agent", _FRAMEWORK, inputs)


def output_of_run(run: Any) -> Any:
    """Return what an agent answered with."""
    result = run.result
    return None if result is None else result.output


def status_of_run(run: Any) -> Status | None:
    """Return what a run that raised nothing came to."""
    result = run.result
    if result is None:
        return "abandoned"
    return "interrupted" if type(result.output).__name__ == "DeferredToolRequests" else None


def status_of_error(error: BaseException) -> Status | None:
    """Return what an exception of Pydantic AI's stands for, where that is no error."""
    kind = type(error)
    return _CONTROL_FLOW.get(kind.__name__) if kind.__module__ == "pydantic_ai.exceptions" else None


def describe_request(call: Call) -> Step | None:
    """Describe a request to a model, unless another one answers it."""
    model = call.instance
    if _is_one_of(_ROUTERS, model):
        return None
    inputs: dict[str, Any] = {"messages": messages.describe_history(call.argument("messages") or ())}
    settings, parameters = call.argument("model_settings", 1), call.argument("model_request_parameters", 2)
    tools = [*getattr(parameters, "function_tools", ()), *getattr(parameters, "output_tools", ())]
    if tools:
        inputs["tools"] = [
            {"name": tool.name, "description": tool.description, "parameters": tool.parameters_json_schema}
            for tool in tools
        ]
    if settings:
        inputs["params"] = dict(settings)
    name = model.model_name
    return Step(name, "llm", _FRAMEWORK, inputs, model=name, provider=_PROVIDERS.get(model.system, model.system))


def run_of_request(call: Call) -> str | None:
    """Return the id of the run that makes a request."""
    context = call.argument("run_context", 3)  # of streams; the messages of others say whose they are
    history: Any = call.argument("messages") or (None,)
    run_id: str | None = getattr(context or history[-1], "run_id", None)
    return run_id


def describe_tool(call: Call) -> Step | None:
    """Describe a tool's call, unless it is how another toolset calls it."""
    call_id = call.argument("ctx", 2).tool_call_id
    scope = running_scope()
    if type(scope) is NodeExecution and scope.kind == "tool" and scope.metadata.get("tool_call_id") == call_id:
        return None
    return Step(call.argument("name"), "tool", _FRAMEWORK, call.argument("tool_args", 1), {"tool_call_id": call_id})


def run_of_tool(call: Call) -> str | None:
    """Return the id of the run that calls a tool."""
    run_id: str | None = getattr(call.argument("ctx", 2), "run_id", None)
    return run_id


def describe_embedding(call: Call) -> Step | None:
    """Describe a request for embeddings, unless another model answers it."""
    model, settings = call.instance, call.kwargs.get("settings")
    if _is_one_of(_WRAPPERS, model):
        return None
    inputs = {"input": call.argument("inputs"), **({"params": dict(settings)} if settings else {})}
    name = model.model_name
    return Step(name, "embedding", _FRAMEWORK, inputs, model=name, provider=_PROVIDERS.get(model.system, model.system))


def describe_vectors(result: Any) -> dict[str, Any]:
    """Describe embeddings by their number and size."""
    vectors = result.embeddings
    return {"count": len(vectors), "dimensions": len(vectors[0]) if vectors else None}


def _is_one_of(names: tuple[str, ...], instance: Any) -> bool:
    return any(base.__name__ in names for base in type(instance).__mro__)
