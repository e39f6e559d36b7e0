"""A travel assistant on LangGraph, traced by one decorator. Offline: its model answers from a script.

    assistant ⇄ tools        the model asks for a tool, then decides
    ├─ weather  ┐            two nodes at the same time
    ├─ hotels   ┘
    itinerary                a subgraph: draft, then review

The answer goes to stdout, the account of the run to stderr. Afterwards `gradient show @last` tells all of it again.
"""

import operator
import time
from typing import Annotated, Any

from langchain_core.messages import HumanMessage
from langchain_core.tools import tool
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from scripted import ScriptedModel, calls, says

from gradient.sdk import entrypoint

QUESTION = "Where can I go from Vienna by train for a weekend in May?"


class Trip(MessagesState):
    """What the agent knows: the conversation, and what its branches found."""

    findings: Annotated[list[str], operator.add]
    plan: str


@tool
def find_trains(start: str, max_hours: int) -> list[str]:
    """Find cities that can be reached by a direct train."""
    time.sleep(0.02)
    return [f"{start} to Ljubljana, 6 h", f"{start} to Salzburg, 2.5 h"][: max_hours // 3]


model = ScriptedModel(
    answers=[
        calls("find_trains", start="Vienna", max_hours=6),
        says("Ljubljana can be reached in six hours."),
        says("Saturday: the castle and the market. Sunday: a boat to Lake Bled."),
    ],
)


def assistant(state: Trip) -> dict[str, Any]:
    return {"messages": [model.bind_tools([find_trains]).invoke(state["messages"])]}


def next_after_assistant(state: Trip) -> list[str]:
    return ["tools"] if state["messages"][-1].tool_calls else ["weather", "hotels"]


def weather(state: Trip) -> dict[str, Any]:
    time.sleep(0.05)
    return {"findings": ["19 degrees and mostly sunny in May"]}


def hotels(state: Trip) -> dict[str, Any]:
    time.sleep(0.04)
    return {"findings": ["a room by the river for 95 euros"]}


def draft(state: Trip) -> dict[str, Any]:
    return {"plan": model.invoke([*state["messages"], HumanMessage("Plan two days.")]).content}


def review(state: Trip) -> dict[str, Any]:
    return {"plan": f"{state['plan']} Good to know: {', '.join(sorted(state['findings']))}."}


def build_itinerary() -> Any:
    graph = StateGraph(Trip)
    graph.add_node(draft)
    graph.add_node(review)
    graph.add_edge(START, "draft")
    graph.add_edge("draft", "review")
    return graph.compile()


def build_agent() -> Any:
    graph = StateGraph(Trip)
    graph.add_node(assistant)
    graph.add_node("tools", ToolNode([find_trains]))
    graph.add_node(weather)
    graph.add_node(hotels)
    graph.add_node("itinerary", build_itinerary())
    graph.add_edge(START, "assistant")
    graph.add_conditional_edges("assistant", next_after_assistant, ["tools", "weather", "hotels"])
    graph.add_edge("tools", "assistant")
    graph.add_edge(["weather", "hotels"], "itinerary")
    graph.add_edge("itinerary", END)
    return graph.compile()


agent = build_agent()


@entrypoint
def plan_trip(question: str) -> str:
    state = agent.invoke({"messages": [HumanMessage(question)], "findings": [], "plan": ""})
    return state["plan"]


if __name__ == "__main__":
    print(plan_trip(QUESTION))
