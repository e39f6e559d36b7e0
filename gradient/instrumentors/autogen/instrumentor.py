"""Trace AutoGen 0.4 to 0.7: teams, agents, handoffs, tools, memories and model clients.

    BaseGroupChat.run_stream            a team's run; `run` goes through it
    BaseChatAgent.run, on_messages, ... an agent's turn, whichever of its four methods began it
    BaseTool.run_json                   a tool, or a handoff; the workbench turns what it raises into a message
    Workbench.call_tool                 a tool of a workbench that has no `BaseTool`s, such as MCP's
    ChatCompletionClient.create         a call of a model, in each class that defines one
    Memory.query                        a look into a memory
    BaseAgent.on_message                a message to an agent of the user's own, made of AutoGen's core
    SingleThreadedAgentRuntime          sends messages, also those that carry out a team's run: what handles one belongs
                                        to what sent it, wherever the runtime was started

Most of these are overridden in subclasses, some of them the user's, so what stands in their place is wrapped as well.
An agent's stream is over at its `Response`, a model's at its `CreateResult`: AutoGen leaves generators unfinished.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4
from weakref import WeakValueDictionary

from gradient.instrumentors.autogen import messages
from gradient.instrumentors.autogen.fields import (
    describe_agent,
    describe_call,
    describe_core_agent,
    describe_model_call,
    describe_query,
    describe_team,
    describe_tool,
)
from gradient.instrumentors.seams import Call, Seam, SeamCall, SeamInstrumentor
from gradient.runtime.calls.functions import UNTRACED, OpenCall, Within
from gradient.runtime.context import running_scope
from gradient.runtime.values.shapes import Shape, itself

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from gradient.runtime.context import Scope
    from gradient.runtime.step import Step

_TEAMS = "autogen_agentchat.teams._group_chat._base_group_chat"
_CORE_AGENTS = "autogen_core._base_agent"
_RUNTIMES = "autogen_core._single_threaded_agent_runtime"
_AGENTS = "autogen_agentchat.agents._base_chat_agent"
_TOOLS = "autogen_core.tools._base"
_WORKBENCHES = "autogen_core.tools._workbench"
_CLIENTS = "autogen_core.models._model_client"
_MEMORIES = "autogen_core.memory._base_memory"
_IMAGES = "autogen_core._image"
# Classes whose instances are chat messages, by module.
_MESSAGES = {
    "autogen_core.models._types": (
        "SystemMessage",
        "UserMessage",
        "AssistantMessage",
        "FunctionExecutionResultMessage",
    ),
    "autogen_agentchat.messages": ("BaseMessage",),
}
_ON_MESSAGE = "on_message"
_RESULTS = ("TaskResult", "Response")


class AutoGenInstrumentor(SeamInstrumentor):
    """Records teams, the turns of their agents, and what these do."""

    name: ClassVar[str] = "autogen"
    modules: ClassVar[tuple[str, ...]] = (
        _TEAMS, _RUNTIMES, _AGENTS, _CORE_AGENTS, _TOOLS, _WORKBENCHES, _CLIENTS, _MEMORIES, _IMAGES, *_MESSAGES,
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._senders: WeakValueDictionary[str, Scope] = WeakValueDictionary()

    def activate(self, module: ModuleType) -> None:
        """Take hold of what `module` owns."""
        shapes, name = self.tracker.tracking.shapes, module.__name__
        if name in _MESSAGES:
            for kind in _MESSAGES[name]:
                shapes.register(getattr(module, kind), Shape(messages.describe_message, itself))
        elif name == _IMAGES:
            shapes.register(module.Image, Shape(messages.describe_image))
        elif name == _RUNTIMES:
            owner, replace = module.SingleThreadedAgentRuntime, self.patches.replace
            self.try_seam(lambda: replace(owner, "send_message", self._signed))
            self.try_seam(lambda: replace(owner, "publish_message", self._signed))
        else:
            super().activate(module)

    def seams(self, module: ModuleType) -> Iterator[Seam]:
        """Yield the methods that `module` owns, and all that override them."""
        yield from _SEAMS[module.__name__](module)

    def open(self, seam: Seam, args: tuple[Any, ...], kwargs: dict[str, Any]) -> OpenCall:
        """Open a call; a message is handled within what sent it, whether or not that is an execution of its own."""
        if seam.attribute != _ON_MESSAGE or not self.patches.active:
            return super().open(seam, args, kwargs)
        context = Call(args[0], args[1:], kwargs).argument("ctx", 1)
        sender = self._senders.get(context.message_id)
        step = seam.describe(Call(args[0], args[1:], kwargs))
        if step is None:
            return UNTRACED if sender is None else Within(sender)
        execution = self.tracker.start(step, sender)
        return UNTRACED if execution is None else SeamCall(self.tracker, seam, execution)

    def _signed(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Return a method that sends messages under ids by which we know again what sent them."""

        @functools.wraps(original)
        async def send(runtime: Any, /, *args: Any, **kwargs: Any) -> Any:
            sender = running_scope() if self.patches.active else None
            if sender is not None:
                message_id = kwargs["message_id"] = kwargs.get("message_id") or str(uuid4())
                self._senders[message_id] = sender
            return await original(runtime, *args, **kwargs)

        return send


class AgentCall(SeamCall):
    """An agent's turn."""

    def end(self, result: Any, error: Any) -> None:
        """Tell of a handoff, which is what an agent answers with."""
        answer = getattr(result, "chat_message", None) or (getattr(result, "messages", None) or (None,))[-1]
        target = getattr(answer, "target", None)
        if isinstance(target, str):
            self.tracker.update(self.scope, "event", "handoff", {"from": self.scope.node_name, "to": target})
        super().end(result, error)


class ModelCall(SeamCall):
    """A call of a model."""

    def __init__(self, *call: Any) -> None:
        super().__init__(*call)
        self._chunks: list[str] = []

    def item(self, value: Any) -> None:
        """Keep what has come, because a stream may be given up."""
        if isinstance(value, str):
            if not self._chunks:
                self.scope.first_token_ns = self.tracker.tracking.clock.monotonic_ns()
            self._chunks.append(value)
        else:
            super().item(value)

    def end(self, result: Any, error: Any) -> None:
        """Note tokens, and whether the answer came from a cache."""
        if error is None and result is not None:
            self.scope.cached = bool(result.cached)
            self.scope.usage = self.scope.usage or messages.usage_of(result)
        super().end("".join(self._chunks) or None if result is None else result, error)


class WorkbenchCall(SeamCall):
    """A call of a tool that tells of errors in its result."""

    def end(self, result: Any, error: Any) -> None:
        """Read such a result as the error that it is."""
        failed = error is None and getattr(result, "is_error", False)
        super().end(result, result.to_text("[image]") if failed else error)


def _team_seams(module: Any) -> Iterator[Seam]:
    for method in ("run", "run_stream"):
        yield _runs(module.BaseGroupChat, method, describe_team)


def _agent_seams(module: Any) -> Iterator[Seam]:
    for method in ("run", "run_stream", "on_messages", "on_messages_stream"):
        yield _runs(module.BaseChatAgent, method, describe_agent, AgentCall)


def _core_agent_seams(module: Any) -> Iterator[Seam]:
    yield Seam(module.BaseAgent, _ON_MESSAGE, describe_core_agent)


def _tool_seams(module: Any) -> Iterator[Seam]:
    yield Seam(module.BaseTool, "run_json", describe_tool, overrides=True, nests=False)
    if hasattr(module, "BaseStreamTool"):  # from 0.6 on
        owner = module.BaseStreamTool
        yield Seam(owner, "run_json_stream", describe_tool, is_result=_never, overrides=True, nests=False)


def _workbench_seams(module: Any) -> Iterator[Seam]:
    yield Seam(module.Workbench, "call_tool", describe_call, overrides=True, nests=False, call=WorkbenchCall)


def _client_seams(module: Any) -> Iterator[Seam]:
    owner, describe, outputs = module.ChatCompletionClient, describe_model_call, messages.describe_answer
    yield Seam(owner, "create", describe, outputs, overrides=True, call=ModelCall)
    yield Seam(owner, "create_stream", describe, outputs, is_result=_is_answer, overrides=True, call=ModelCall)


def _memory_seams(module: Any) -> Iterator[Seam]:
    yield Seam(module.Memory, "query", describe_query, overrides=True, nests=False)


_SEAMS: dict[str, Callable[[Any], Iterator[Seam]]] = {
    _TEAMS: _team_seams,
    _AGENTS: _agent_seams,
    _CORE_AGENTS: _core_agent_seams,
    _TOOLS: _tool_seams,
    _WORKBENCHES: _workbench_seams,
    _CLIENTS: _client_seams,
    _MEMORIES: _memory_seams,
}


def _runs(owner: Any, method: str, describe: Callable[[Call], Step], call: Any = None) -> Seam:
    outputs = messages.describe_result
    return Seam(owner, method, describe, outputs, is_result=_is_result, overrides=True, nests=False, call=call)


def _is_result(item: Any) -> bool:
    return type(item).__name__ in _RESULTS


def _is_answer(item: Any) -> bool:
    return not isinstance(item, str)


def _never(item: Any) -> bool:  # noqa: ARG001 - a tool's last item is its result, and no item says so
    return False
