# needs: langchain.agents.middleware langgraph.runtime
"""LangChain's agents with middleware, tools that fail in every way, streams, and chains with tags of their own."""

import asyncio
import operator
from typing import Annotated, Any

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, HumanInTheLoopMiddleware, wrap_model_call, wrap_tool_call
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import RunnableBranch, RunnableLambda, RunnableParallel, RunnablePassthrough
from langchain_core.tools import ToolException, tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.config import get_stream_writer
from langgraph.types import Command
from probe import entrypoint, hold


class Told(BaseCallbackHandler):
    """Prints what it is told: kinds, names, tags and the names of further facts."""

    def on_chat_model_start(self, serialized, messages, **kwargs):
        print("  model", len(messages[0]), sorted(kwargs.get("tags") or []), sorted(kwargs.get("metadata") or {}))

    def on_llm_end(self, response, **kwargs):
        print("  answered", type(response).__name__, sorted(kwargs))

    def on_tool_start(self, serialized, input_str, **kwargs):
        print("  tool", serialized["name"], input_str, sorted(kwargs))

    def on_tool_end(self, output, **kwargs):
        print("  tool gave", getattr(output, "status", None), getattr(output, "content", output), sorted(kwargs))

    def on_tool_error(self, error, **kwargs):
        print("  tool failed", repr(error), sorted(kwargs))


class Model(BaseChatModel):
    """Says what it is given to say."""

    answers: list[Any]

    @property
    def _llm_type(self):
        return "scripted"

    def _generate(self, messages, stop=None, run_manager=None, **_):
        return ChatResult(generations=[ChatGeneration(message=self.answers.pop(0))])

    def bind_tools(self, tools, **_):
        return self


def model_of(*answers):
    return Model(answers=[AIMessage(one) if isinstance(one, str) else one for one in answers])


def calls(*names):
    return AIMessage("", tool_calls=[{"name": name, "args": {"x": 1}, "id": f"call_{name}"} for name in names])


@tool
def fine(x: int) -> str:
    """Work."""
    get_stream_writer()({"working": x})
    return f"fine {x}"


@tool
def soft(x: int) -> str:
    """Fail, and say so."""
    raise ToolException("soft")


soft.handle_tool_error = True


@tool
def strict(x: dict) -> str:
    """Refuse the arguments."""
    return "never"


strict.handle_validation_error = "give a dict"


@tool
def says(x: int) -> ToolMessage:
    """Answer that it failed."""
    return ToolMessage("says no", status="error", tool_call_id="call_says")


@tool
def breaks(x: int) -> str:
    """Raise."""
    raise KeyError("hard")


TOOLS = [fine, soft, strict, says]


class Counts(AgentMiddleware):
    """Counts what it is asked."""

    class state_schema(AgentMiddleware.state_schema):  # noqa: N801 - LangChain's name
        seen: Annotated[int, operator.add]

    def before_model(self, state, runtime):
        return {"seen": 1}

    def after_model(self, state, runtime):
        print("  after model", state["seen"])


@wrap_model_call
def louder(request, handler):
    print("  wraps the model", len(request.messages))
    return handler(request)


@wrap_tool_call
def careful(request, handler):
    try:
        return handler(request)
    except KeyError as error:
        return ToolMessage(f"caught {error}", status="error", tool_call_id=request.tool_call["id"])


def said(state):
    return [
        (type(message).__name__, message.content, getattr(message, "status", None)) for message in state["messages"]
    ]


@entrypoint
def agents():
    for name in ("fine", "soft", "strict", "says", "nosuch"):
        agent = create_agent(model_of(calls(name), "done"), TOOLS, middleware=[Counts(), louder], name="bob")
        print(name, said(agent.invoke({"messages": [("user", "hi")]}, {"callbacks": [Told()], "tags": ["mine"]})))
    agent = create_agent(model_of(calls("breaks"), "done"), [breaks], middleware=[careful])
    print(said(agent.invoke({"messages": [("user", "hi")]}, {"callbacks": [Told()]})))
    try:
        create_agent(model_of(calls("breaks")), [breaks]).invoke({"messages": [("user", "hi")]})
    except KeyError as error:
        print("raised", repr(error), [note.partition(" with")[0] for note in getattr(error, "__notes__", [])])


@entrypoint
def approvals():
    review = HumanInTheLoopMiddleware(interrupt_on={"fine": True})
    agent = create_agent(model_of(calls("fine"), "done"), [fine], middleware=[review], checkpointer=InMemorySaver())
    thread: dict[str, Any] = {"configurable": {"thread_id": "1"}, "callbacks": [Told()]}
    waiting = agent.invoke({"messages": [("user", "hi")]}, thread)
    print([one.value["action_requests"][0]["name"] for one in waiting["__interrupt__"]], agent.get_state(thread).next)
    print(said(agent.invoke(Command(resume={"decisions": [{"type": "approve"}]}), thread)))


@entrypoint
async def asynchronous():
    agent = create_agent(model_of(calls("fine"), "well done"), TOOLS)
    async for mode, item in agent.astream({"messages": [("user", "hi")]}, stream_mode=["custom", "updates"]):
        print(" ", mode, item if mode == "custom" else sorted(item))
    agent = create_agent(model_of(calls("soft"), "well done"), TOOLS)
    async for event in agent.astream_events({"messages": [("user", "hi")]}, version="v2"):
        print(" ", event["event"], event["name"], sorted(event["metadata"]), [t for t in event["tags"] if "step" in t])
    for name in ("soft", "says", "strict"):
        called = next(one for one in TOOLS if one.name == name)
        print(name, await called.ainvoke({"x": 1}), called.invoke({"x": 1}))


@entrypoint
def chains():
    chain = RunnablePassthrough.assign(b=RunnableLambda(lambda told: told["a"] + 1).with_config(tags=["inner"])) | (
        RunnableParallel(x=lambda told: told["b"], y=RunnableBranch((lambda told: told["a"] > 1, str), repr))
    )
    config = {"callbacks": [Told()], "tags": ["mine", "mine"], "metadata": {"step": 1, "deep": {"list": [1]}}}
    print(chain.invoke({"a": 1}, config), config["tags"], config["metadata"])
    print(chain.batch([{"a": 1}, {"a": 2}]), sorted(chain.stream({"a": 1}), key=str))
    bound = chain.with_config(config)
    print(bound.invoke({"a": 1}), sorted(bound.config), bound.config["tags"], bound.config["metadata"])


agents()
approvals()
asyncio.run(asynchronous())
chains()
for held in (fine, soft, Told(), create_agent(model_of("x"), TOOLS)):
    hold(type(held).__name__ + getattr(held, "name", ""), held)
