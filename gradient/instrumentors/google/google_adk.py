"""Trace Google's Agent Development Kit: runs, agents, nodes of workflows, tools and calls of models.

    Runner.run_async                    a run; the other ways to start one go through it
    BaseAgent.run_async                 an agent's turn, of whichever kind it is
    BaseNode.run                        a node of a workflow that is no agent                        (ADK 2)
    BaseTool.run_async                  a tool, in each class that defines one
    BaseLlm.generate_content_async      a call of a model, likewise; streamed, its chunks come one by one

Plugins are not used: they are asked one after the other until one of them answers, and are not told where a run is
cancelled or read no further. What they are called around is wrapped instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from gradient.instrumentors.gemini_messages import gemini_content, gemini_inputs, gemini_messages
from gradient.instrumentors.messages import register_provider_messages
from gradient.instrumentors.providers.parts import text_part
from gradient.instrumentors.seams import Call, Seam, SeamCall, SeamInstrumentor
from gradient.instrumentors.usage import merged, usage_of
from gradient.runtime.step import Step
from gradient.runtime.values.shapes import text_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from gradient.runtime.calls.functions import OpenCall
    from gradient.runtime.interfaces import ExecutionTracker
    from gradient.runtime.status import Status

_NAME = "google-adk"
_RUNNERS = "google.adk.runners"
_AGENTS = "google.adk.agents.base_agent"
_NODES = "google.adk.workflow._base_node"
_TOOLS = "google.adk.tools.base_tool"
_MODELS = "google.adk.models.base_llm"
# Named as LangChain names them; who serves LiteLLM's models its own instrumentor tells.
_PROVIDERS = {"Gemini": "google_genai", "Claude": "anthropic", "AnthropicLlm": "anthropic"}

_QUESTIONS = ("adk_request_confirmation", "adk_request_credential", "adk_request_input")


class GoogleADKInstrumentor(SeamInstrumentor):
    """Records runs, and what happens in them."""

    name: ClassVar[str] = _NAME
    modules: ClassVar[tuple[str, ...]] = (_RUNNERS, _AGENTS, _NODES, _TOOLS, _MODELS)

    def activate(self, module: ModuleType) -> None:
        """Wrap what `module` owns."""
        register_provider_messages(self.tracker)
        super().activate(module)

    def seams(self, module: ModuleType) -> Iterator[Seam]:
        """Yield the methods that `module` owns, and those that override them."""
        yield _SEAMS[module.__name__](module)

    def open(self, seam: Seam, args: tuple[Any, ...], kwargs: dict[str, Any]) -> OpenCall:
        """Open a call; a run tells its request whose conversation it is of."""
        opened = super().open(seam, args, kwargs)
        request = None if opened.scope is None else opened.scope.request
        if request is not None and seam.describe is describe_run:
            call = Call(args[0], args[1:], kwargs)
            request.session_id = request.session_id or text_for(call.argument("session_id", 1))
            request.user_id = request.user_id or text_for(call.argument("user_id"))
        if isinstance(opened, ToolCall):
            opened.context = Call(args[0], args[1:], kwargs).argument("tool_context", 1)
        return opened


class AgentCall(SeamCall):
    """An agent's turn, or a run, whose items are events."""

    def __init__(self, tracker: ExecutionTracker, seam: Seam, execution: Any) -> None:
        super().__init__(tracker, seam, execution)
        self._has_handed_over = False
        self._is_waiting = False

    def item(self, value: Any) -> None:
        """Note that another agent takes over or somebody is asked, and remember the last event that is whole."""
        self._is_waiting |= is_question(value)
        target = getattr(getattr(value, "actions", None), "transfer_to_agent", None)
        if isinstance(target, str):
            self._has_handed_over = True
            self.tracker.update(self.scope, "event", "handoff", {"from": self.scope.node_name, "to": target})
        if not getattr(value, "partial", None):
            super().item(value)

    def close(self, outputs: Any, error: BaseException | None) -> None:
        """End it; nobody reads on where another agent takes over."""
        is_over = self._has_handed_over and isinstance(error, GeneratorExit)
        super().close(outputs, None if is_over else error)

    def status(self, result: Any) -> Status | None:
        """Tell whether it waits for an answer: that comes with another run."""
        return "interrupted" if self._is_waiting else super().status(result)


class ToolCall(SeamCall):
    """A call of a tool, which may ask somebody first."""

    context: Any = None

    def status(self, result: Any) -> Status | None:
        """Tell whether it has asked for a confirmation or for credentials."""
        return "interrupted" if _has_asked(self.context) else super().status(result)


class ModelCall(SeamCall):
    """A call of a model, whose items are answers: a whole one, or parts of it and then the whole."""

    def __init__(self, tracker: ExecutionTracker, seam: Seam, execution: Any) -> None:
        super().__init__(tracker, seam, execution)
        self._texts: list[str] = []

    def item(self, value: Any) -> None:
        """Keep what has come, because a stream may be given up."""
        if not value.partial:
            super().item(value)
            return
        if self.scope.first_token_ns is None:
            self.scope.first_token_ns = self.tracker.tracking.clock.monotonic_ns()
        parts = gemini_content(value.content)["parts"] if value.content else ()
        self._texts += [part["content"] for part in parts if part["type"] == "text"]

    def end(self, result: Any, error: Any) -> None:
        """Note tokens, the model that answered, and what it refused to."""
        if result is not None:
            self.scope.usage = merged(self.scope.usage, usage_of(result.usage_metadata))  # a client knows more
            self.scope.model = getattr(result, "model_version", None) or self.scope.model
            code = result.error_code
            refusal = f"{text_for(code)}: {result.error_message or ''}" if code and not result.content else None
            super().end(result, error or refusal)
        else:
            super().end("".join(self._texts) or None, error)


def _run_seam(module: Any) -> Seam:
    return Seam(module.Runner, "run_async", describe_run, describe_event, call=AgentCall)


def _agent_seam(module: Any) -> Seam:
    return Seam(
        module.BaseAgent, "run_async", describe_agent, describe_event, overrides=True, nests=False, call=AgentCall
    )


def _node_seam(module: Any) -> Seam:
    return Seam(module.BaseNode, "run", describe_node, describe_event, overrides=True, nests=False)


def _tool_seam(module: Any) -> Seam:
    return Seam(module.BaseTool, "run_async", describe_tool, overrides=True, nests=False, call=ToolCall)


def _model_seam(module: Any) -> Seam:
    owner, method = module.BaseLlm, "generate_content_async"
    return Seam(
        owner,
        method,
        describe_model_call,
        describe_answer,
        is_result=_is_whole,
        overrides=True,
        nests=False,
        call=ModelCall,
    )


_SEAMS: dict[str, Callable[[Any], Seam]] = {
    _RUNNERS: _run_seam,
    _AGENTS: _agent_seam,
    _NODES: _node_seam,
    _TOOLS: _tool_seam,
    _MODELS: _model_seam,
}


def is_question(event: Any) -> bool:
    """Tell whether an event asks somebody outside of the run: for that, ADK has calls of functions that nobody runs."""
    if getattr(event, "long_running_tool_ids", None):
        return True
    parts = getattr(getattr(event, "content", None), "parts", None) or ()
    calls = [part.function_call for part in parts if getattr(part, "function_call", None)]
    return any(call.name in _QUESTIONS for call in calls)


def _has_asked(context: Any) -> bool:
    actions, call_id = getattr(context, "actions", None), getattr(context, "function_call_id", None)
    asked = (getattr(actions, name, None) or () for name in ("requested_tool_confirmations", "requested_auth_configs"))
    return any(call_id in each for each in asked)


def _is_whole(answer: Any) -> bool:
    return not answer.partial


def describe_run(call: Call) -> Step:
    """Describe a run."""
    message = call.argument("new_message", 3)
    inputs = {"messages": gemini_messages(message)} if message is not None else None
    return Step(str(call.instance.app_name), "workflow", _NAME, inputs)


def describe_agent(call: Call) -> Step:
    """Describe an agent's turn."""
    agent, context = call.instance, call.argument("parent_context")
    message = getattr(context, "user_content", None)
    tools = [
        getattr(tool, "name", None) or getattr(tool, "__name__", "") for tool in getattr(agent, "tools", None) or ()
    ]
    known = {"type": type(agent).__name__, "description": agent.description, "tools": tools}
    metadata = {name: value for name, value in known.items() if value}
    return Step(str(agent.name), "agent", _NAME, {"messages": gemini_messages(message)} if message else None, metadata)


def describe_node(call: Call) -> Step | None:
    """Describe a node of a workflow, or a workflow; an agent is one too, and tells of itself."""
    node = call.instance
    if hasattr(node, "run_async"):
        return None
    kind = "workflow" if type(node).__name__ == "Workflow" else "node"
    return Step(str(node.name), kind, _NAME, call.argument("node_input", 1))


def describe_tool(call: Call) -> Step:
    """Describe a call of a tool."""
    call_id = getattr(call.argument("tool_context", 1), "function_call_id", None)
    metadata = {"tool_call_id": call_id} if call_id else None
    return Step(str(call.instance.name), "tool", _NAME, call.argument("args"), metadata)


def describe_model_call(call: Call) -> Step:
    """Describe a call of a model."""
    request = call.argument("llm_request")
    model = str(request.model or call.instance.model)
    provider = next(
        (_PROVIDERS[kind.__name__] for kind in type(call.instance).__mro__ if kind.__name__ in _PROVIDERS), None
    )
    inputs = gemini_inputs(request.contents, request.config)
    return Step(model, "llm", _NAME, inputs, model=model, provider=provider)


def describe_answer(answer: Any) -> Any:
    """Describe what a model answered, or as much of its text as came."""
    if isinstance(answer, str):
        return {"messages": [{"role": "assistant", "parts": [text_part(answer)]}]}
    if not answer.content:
        return None
    reason = answer.finish_reason
    told = {"response_metadata": {"finish_reason": getattr(reason, "value", reason)}} if reason else {}
    return {"messages": [{**gemini_content(answer.content), **told}]}


def describe_event(event: Any) -> Any:
    """Return what the last event of a run, an agent or a node came to: a message, or a value."""
    content, output = getattr(event, "content", None), getattr(event, "output", None)
    return {"messages": [gemini_content(content)]} if content else output
