"""What a call of one of AutoGen's methods is: pure functions from the call to a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradient.instrumentors.autogen import messages
from gradient.instrumentors.model_calls import is_calling
from gradient.runtime.step import Step

if TYPE_CHECKING:
    from gradient.instrumentors.seams import Call

_HANDOFFS = "autogen_agentchat.base._handoff"
_OWN = ("autogen_core.", "autogen_agentchat.")
_STATIC_WORKBENCHES = ("StaticWorkbench", "StaticStreamWorkbench")
_PROVIDERS = {
    "openai": "openai",
    "azure": "azure",
    "anthropic": "anthropic",
    "ollama": "ollama",
    "llama_cpp": "llama_cpp",
}
_MODELS = "autogen_ext.models."
_MAX_WRAPPED_CLIENTS = 5


def describe_team(call: Call) -> Step:
    """Describe a team's run."""
    team = call.instance
    kind = type(team).__name__
    participants: list[Any] = list(getattr(team, "_participant_names", ()))
    metadata = {"type": kind, "participants": participants}
    name = getattr(team, "_name", None) or kind  # before 0.6 teams have no names
    return Step(name, "workflow", "autogen", messages.describe_task(call.kwargs.get("task")), metadata)


def describe_agent(call: Call) -> Step:
    """Describe an agent's turn."""
    agent = call.instance
    given = call.argument("messages")  # of on_messages; run has only keywords
    inputs = messages.describe_task(call.kwargs.get("task") if given is None else given)
    return Step(agent.name, "agent", "autogen", inputs, {"type": type(agent).__name__})


def describe_core_agent(call: Call) -> Step | None:
    """Describe a message that an agent of the user's gets; those that AutoGen makes itself carry out a team's run."""
    kind: type[Any] = type(call.instance)  # pyright: ignore[reportUnknownVariableType] - anything's
    if kind.__module__.startswith(_OWN):
        return None
    return Step(call.instance.id.type, "agent", "autogen", call.argument("message"), {"type": kind.__name__})


def describe_tool(call: Call) -> Step:
    """Describe a tool's call; a handoff's tool only says who takes over."""
    tool = call.instance
    function = getattr(tool, "_func", None)
    kind = "handoff" if getattr(function, "__module__", None) == _HANDOFFS else "tool"
    return Step(tool.name, kind, "autogen", call.argument("args"), _call_id(call, 2))


def describe_call(call: Call) -> Step | None:
    """Describe a call of a workbench, unless its tools tell of themselves."""
    if any(base.__name__ in _STATIC_WORKBENCHES for base in type(call.instance).__mro__):
        return None
    metadata = {"workbench": type(call.instance).__name__, **(_call_id(call, 3) or {})}
    return Step(call.argument("name"), "tool", "autogen", call.argument("arguments", 1), metadata)


def describe_query(call: Call) -> Step:
    """Describe a look into a memory."""
    memory = call.instance
    return Step(getattr(memory, "name", None) or type(memory).__name__, "memory", "autogen", call.argument("query"))


def describe_model_call(call: Call) -> Step | None:
    """Describe a call of a model, unless it is how another one is made: a cache asks the client it stands for."""
    if is_calling():
        return None
    client, tools = _real_client(call.instance), call.kwargs.get("tools")
    kind: type[Any] = type(client)  # pyright: ignore[reportUnknownVariableType] - anything's
    options: dict[str, Any] = dict(getattr(client, "_create_args", None) or {})
    model = options.pop("model", None) or getattr(client, "_model_name", None)
    inputs: dict[str, Any] = {"messages": messages.describe_conversation(call.argument("messages") or ())}
    if tools:
        inputs["tools"] = [tool if isinstance(tool, dict) else {"name": tool.name} for tool in tools]
    if call.kwargs.get("json_output") is not None:
        options["json_output"] = call.kwargs["json_output"]
    if call.kwargs.get("tool_choice", "auto") != "auto":
        options["tool_choice"] = call.kwargs["tool_choice"]
    options.update(call.kwargs.get("extra_create_args") or {})
    if options:
        inputs["params"] = options
    name = model or kind.__name__
    return Step(name, "llm", "autogen", inputs, model=model, provider=_provider(kind))


def _call_id(call: Call, position: int) -> dict[str, Any] | None:
    call_id = call.argument("call_id", position)  # from 0.6 on
    return {"tool_call_id": call_id} if call_id else None


def _real_client(client: Any) -> Any:
    """Return the client that a cache stands for."""
    for _ in range(_MAX_WRAPPED_CLIENTS):
        inner = getattr(client, "client", None)
        if inner is None or not hasattr(inner, "create_stream"):
            break
        client = inner
    return client


def _provider(kind: type) -> str | None:
    """Return who serves the model of a client, told by where AutoGen keeps its class."""
    base = next((base for base in kind.__mro__ if base.__module__.startswith(_MODELS)), None)
    if base is None:
        return None
    if base.__name__.startswith("AzureOpenAI"):
        return "azure"
    return _PROVIDERS.get(base.__module__[len(_MODELS) :].partition(".")[0])
