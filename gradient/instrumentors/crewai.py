"""Trace CrewAI: crews, flows and their methods, tasks, agents, tools and calls of models.

    Crew.kickoff, akickoff                  a crew's run; its other ways to start go through these
    Flow.kickoff_async, _execute_method     a flow's run, and each of its methods
    Task._execute_core, _aexecute_core      a task, whichever of its three ways it is executed in
    BaseAgent.execute_task, Agent.kickoff   an agent, at a task or on its own
    BaseTool.run, CrewStructuredTool.invoke a tool, each try; CacheHandler.read for a result that is remembered
    BaseLLM.call, acall                     a call of a model, in each class that defines one
    CrewAIEventsBus.emit                    tokens of a call, and when its first one came

CrewAI's event handlers are not used: they run in a pool, out of order, after the fact, and there is no event at all of
what is cancelled. What is sent is read in passing instead, in the place that sends it.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from gradient.instrumentors.client_calls import Watch
from gradient.instrumentors.messages import (
    ProviderMessage,
    anthropic_message,
    chat_message,
    register_provider_messages,
)
from gradient.instrumentors.providers.parts import parsed, text_part
from gradient.instrumentors.seams import Call, Seam, SeamInstrumentor
from gradient.instrumentors.usage import usage_of
from gradient.instrumentors.wire import fields_of
from gradient.runtime.calls.functions import UNTRACED, OpenCall, traced
from gradient.runtime.context import current_scope
from gradient.runtime.execution import NodeExecution
from gradient.runtime.step import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

_NAME = "crewai"
_CREWS = "crewai.crew"
_FLOWS = "crewai.flow.flow"
_TASKS = "crewai.task"
_BASE_AGENTS = "crewai.agents.agent_builder.base_agent"
_AGENTS = "crewai.agent.core"
_TOOLS = "crewai.tools.base_tool"
_STRUCTURED_TOOLS = "crewai.tools.structured_tool"
_CACHE = "crewai.agents.cache.cache_handler"
_MODELS = "crewai.llms.base_llm"
_EVENTS = "crewai.events.event_bus"
_FINGERPRINTS = "security_context"  # which CrewAI adds to a tool's arguments, before 1.13
_LIST: type[Any] = list  # of anything, for type checkers
_PARAMS = ("temperature", "top_p", "max_tokens", "seed", "stop", "frequency_penalty", "presence_penalty", "n")
_MAX_NAME_CHARS = 60


class CrewAIInstrumentor(SeamInstrumentor):
    """Records crews and flows, and what happens in them."""

    name: ClassVar[str] = _NAME
    modules: ClassVar[tuple[str, ...]] = (
        _CREWS, _FLOWS, _TASKS, _BASE_AGENTS, _AGENTS, _TOOLS, _STRUCTURED_TOOLS, _CACHE, _MODELS, _EVENTS,
    )  # fmt: skip

    def activate(self, module: ModuleType) -> None:
        """Wrap what `module` owns."""
        register_provider_messages(self.tracker)
        sites = {
            _CACHE: ("CacheHandler", "read", self.open_cache),
            _EVENTS: ("CrewAIEventsBus", "emit", self.open_event),
        }
        site = sites.get(_name_in(module, self.modules))
        if site is None:
            super().activate(module)
        else:
            owner, method, opens = site
            self.try_seam(
                lambda: self.patches.replace(getattr(module, owner), method, lambda original: traced(original, opens))
            )

    def seams(self, module: ModuleType) -> Iterator[Seam]:
        """Yield the methods that `module` owns."""
        yield from _SEAMS[_name_in(module, self.modules)](module)

    def open_cache(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> OpenCall:
        """Open a look for a remembered result of a tool, which is a call of it where it finds one."""
        return Watch(partial(self._note_cached, Call(args[0], args[1:], kwargs))) if self.patches.active else UNTRACED

    def _note_cached(self, call: Call, result: Any, _: BaseException | None) -> None:
        if result is None:
            return
        inputs = parsed(call.argument("input", 1))
        execution = self.tracker.start(Step(str(call.argument("tool")), "tool", _NAME, inputs))
        if execution is not None:
            execution.cached = True
            self.tracker.end(execution, result)

    def open_event(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> OpenCall:
        """Read an event that is sent."""
        if self.patches.active:
            self._read(Call(args[0], args[1:], kwargs).argument("event", 1))
        return UNTRACED

    def _read(self, event: Any) -> None:
        kind, call = getattr(event, "type", None), current_scope.get()
        if type(call) is not NodeExecution or call.kind != "llm" or call.framework != _NAME:
            return
        if kind == "llm_call_completed":
            call.usage = call.usage or usage_of(getattr(event, "usage", None))
        elif kind in ("llm_stream_chunk", "llm_thinking_chunk") and call.first_token_ns is None:
            call.first_token_ns = self.tracker.tracking.clock.monotonic_ns()


def _name_in(module: ModuleType, names: tuple[str, ...]) -> str:
    """Return what a module was imported as: CrewAI overwrites what some of its own say of themselves."""
    return next(name for name in names if sys.modules.get(name) is module)


def _crew_seams(module: Any) -> Iterator[Seam]:
    for method in ("kickoff", "akickoff"):
        yield Seam(module.Crew, method, describe_crew, describe_result, nests=False)


def _flow_seams(module: Any) -> Iterator[Seam]:
    # Whose methods they are: since 1.14 a base class's, in another module.
    owner = next((kind for kind in module.Flow.__mro__ if "kickoff_async" in vars(kind)), module.Flow)
    yield Seam(owner, "kickoff_async", describe_flow, nests=False)
    yield Seam(owner, "_execute_method", describe_method, lambda returned: returned[0])


def _task_seams(module: Any) -> Iterator[Seam]:
    for method in ("_execute_core", "_aexecute_core"):
        yield Seam(module.Task, method, describe_task, describe_result, nests=False)


def _base_agent_seams(module: Any) -> Iterator[Seam]:
    for method in ("execute_task", "aexecute_task"):
        yield Seam(module.BaseAgent, method, describe_agent, overrides=True, nests=False)


def _agent_seams(module: Any) -> Iterator[Seam]:
    yield Seam(module.Agent, "kickoff", describe_kickoff, describe_result, nests=False)
    yield Seam(module.Agent, "kickoff_async", describe_async_kickoff, describe_result, nests=False)


def _tool_seams(module: Any) -> Iterator[Seam]:
    for method in ("run", "arun"):
        yield Seam(module.BaseTool, method, describe_tool, overrides=True, nests=False)


def _structured_tool_seams(module: Any) -> Iterator[Seam]:
    for method in ("invoke", "ainvoke"):
        yield Seam(module.CrewStructuredTool, method, describe_invocation, nests=False)


def _model_seams(module: Any) -> Iterator[Seam]:
    for method in ("call", "acall"):
        yield Seam(module.BaseLLM, method, describe_model_call, describe_answer, overrides=True, nests=False)


_SEAMS: dict[str, Callable[[Any], Iterator[Seam]]] = {
    _CREWS: _crew_seams,
    _FLOWS: _flow_seams,
    _TASKS: _task_seams,
    _BASE_AGENTS: _base_agent_seams,
    _AGENTS: _agent_seams,
    _TOOLS: _tool_seams,
    _STRUCTURED_TOOLS: _structured_tool_seams,
    _MODELS: _model_seams,
}


def describe_crew(call: Call) -> Step | None:
    """Describe a crew's run; one that is to be streamed begins another one, which is not."""
    crew = call.instance
    if crew.stream:
        return None
    process = getattr(crew.process, "value", crew.process)
    metadata = {"process": str(process), "agents": [str(agent.role) for agent in crew.agents]}
    return Step(crew.name or "crew", "workflow", _NAME, call.argument("inputs"), metadata)


def describe_flow(call: Call) -> Step | None:
    """Describe a flow's run; agents and memories of CrewAI's are flows too, which nobody sees as such."""
    flow = call.instance
    kind: type[Any] = type(flow)  # pyright: ignore[reportUnknownVariableType] - the user's
    if flow.stream or (kind.__module__.startswith("crewai.") and kind.__name__ != "Flow"):
        return None
    return Step(flow.name or kind.__name__, "workflow", _NAME, call.argument("inputs"))


def describe_method(call: Call) -> Step | None:
    """Describe a run of a flow's method, with what the one before it gave."""
    if type(call.instance).__module__.startswith("crewai."):
        return None
    given, named = call.args[2:], call.kwargs
    inputs = {**{f"_{place}": value for place, value in enumerate(given)}, **named}
    return Step(str(call.argument("method_name")), "node", _NAME, inputs or None)


def describe_task(call: Call) -> Step:
    """Describe a task."""
    task = call.instance
    inputs = {"description": task.description, "expected_output": task.expected_output}
    context = call.argument("context", 1)
    return Step(_name_of(task), "node", _NAME, {**inputs, "context": context} if context else inputs)


def describe_agent(call: Call) -> Step:
    """Describe an agent's work on a task."""
    task = call.argument("task")
    inputs = {"task": getattr(task, "description", None), "context": call.argument("context", 1)}
    return _agent_step(call.instance, {name: value for name, value in inputs.items() if value})


def describe_kickoff(call: Call) -> Step | None:
    """Describe an agent's work on its own; within an event loop it is left to `kickoff_async`."""
    loop = sys.modules["asyncio"]._get_running_loop()  # noqa: SLF001 - documented, and does not raise
    return describe_async_kickoff(call) if loop is None else None


def describe_async_kickoff(call: Call) -> Step:
    """Describe an agent's work on its own."""
    return _agent_step(call.instance, {"messages": _messages(call.argument("messages"))})


def _agent_step(agent: Any, inputs: Any) -> Step:
    tools = [str(getattr(tool, "name", tool)) for tool in getattr(agent, "tools", None) or ()]
    metadata = {"goal": agent.goal, **({"tools": tools} if tools else {})}
    return Step(str(agent.role).strip(), "agent", _NAME, inputs, metadata)


def describe_tool(call: Call) -> Step:
    """Describe a call of a tool."""
    return Step(call.instance.name, "tool", _NAME, call.kwargs or list(call.args))


def describe_invocation(call: Call) -> Step:
    """Describe a call of a tool by an agent."""
    given: Any = parsed(call.argument("input"))
    if _FINGERPRINTS in fields_of(given):
        given = {name: value for name, value in fields_of(given).items() if name != _FINGERPRINTS}
    return Step(call.instance.name, "tool", _NAME, given)


def describe_model_call(call: Call) -> Step:
    """Describe a call of a model."""
    model = call.instance
    inputs: dict[str, Any] = {"messages": _messages(call.argument("messages"))}
    tools = call.argument("tools", 1)
    params = {name: getattr(model, name, None) for name in _PARAMS}
    params = {name: value for name, value in params.items() if value not in (None, [])}
    inputs |= {name: told for name, told in (("tools", tools), ("params", params)) if told}
    # A class of the user's says "openai" where nobody has told it otherwise.
    provider = model.provider if type(model).__module__.startswith("crewai.") else None
    name = str(model.model)
    return Step(name, "llm", _NAME, inputs, model=name, provider=provider)


def describe_answer(answer: Any) -> dict[str, Any]:
    """Describe what a model answered: a text, a list of calls of tools, or an object made of its text."""
    if type(answer) is not _LIST:
        part = text_part(answer) if isinstance(answer, str) else answer
        return {"messages": [{"role": "assistant", "parts": [part]}]}
    if any("function" in fields_of(call) for call in answer):
        return {"messages": [chat_message({"role": "assistant", "tool_calls": answer})]}
    return {"messages": [anthropic_message({"role": "assistant", "content": answer})]}


def describe_result(result: Any) -> Any:
    """Return what a crew, a task or an agent came to: an object or data where it was asked for one, else a text."""
    told = (getattr(result, name, None) for name in ("pydantic", "json_dict", "raw"))
    return next((value for value in told if value is not None), result)


def _messages(given: Any) -> list[Any]:
    told: Any = [{"role": "user", "content": given}] if isinstance(given, str) else given or ()
    return [ProviderMessage(message, chat_message) for message in told]


def _name_of(task: Any) -> str:
    name = task.name or task.description.strip().partition("\n")[0]
    return name if len(name) <= _MAX_NAME_CHARS else f"{name[: _MAX_NAME_CHARS - 1]}…"
