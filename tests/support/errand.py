"""An agent that has one of everything a backend can show: models, tools, retrieval, tokens, an error and an interrupt.

answer ─ agent ─ travel (graph) ┬ ask ─── a model that wants a tool
                                ├ look ── the tool
                                └ check ─ waits for a human
fails ─ lookup                    a tool that raises
"""

from typing import Any, TypedDict

from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import interrupt
from support.models import ScriptedModel
from support.scripted import graph_of

from gradient.sdk import entrypoint, step

QUESTION = "What is the weather in Zürich?"
USAGE = {
    "input_tokens": 120,
    "output_tokens": 30,
    "total_tokens": 150,
    "input_token_details": {"cache_read": 40},
    "output_token_details": {"reasoning": 10},
}
CALL = {"name": "weather", "args": {"city": "Zürich"}, "id": "call_1"}


class State(TypedDict, total=False):
    """What the graph's nodes hand to each other."""

    messages: list[Any]
    approved: bool


@tool
def weather(city: str) -> str:
    """Tell the weather of a city."""
    return f"Sunny in {city}"


def ask(state: State) -> State:
    """Have the model want the tool."""
    model = ScriptedModel(script=[AIMessage("", tool_calls=[CALL], usage_metadata=USAGE)], temperature=0.5)
    return {"messages": [*state["messages"], model.bind_tools([weather]).invoke(state["messages"])]}


def look(state: State) -> State:
    """Call the tool."""
    (call,) = state["messages"][-1].tool_calls
    said = weather.invoke({**call, "type": "tool_call"})
    return {"messages": [*state["messages"], said if isinstance(said, ToolMessage) else ToolMessage(said, "call_1")]}


def check(state: State) -> State:
    """Wait for a human."""
    return {"approved": interrupt("Is this right?")}


def record_errands() -> None:
    """Record a request that waits for a human, and one that fails."""
    graph = graph_of(ask, look, check, state=State, checkpointer=InMemorySaver(), name="travel")

    @entrypoint(tags=["errand"], session_id="session-7", user_id="ada")
    def answer(question: str) -> Any:
        with step("traveller", kind="agent", inputs={"question": question}) as agent:
            with step("guide", kind="retriever", inputs={"query": question}) as found:
                found.outputs = [{"id": "p1", "page_content": "Zürich lies at a lake.", "score": 0.5}]
            said = graph.invoke({"messages": [HumanMessage(question)]}, {"configurable": {"thread_id": "7"}})
            agent.outputs = said["messages"][-1].content
        return agent.outputs

    @entrypoint
    def fails() -> None:
        with step("lookup", kind="tool", inputs={"city": "Atlantis"}):
            raise LookupError("no such city")

    answer(QUESTION)
    try:
        fails()
    except LookupError:
        pass
