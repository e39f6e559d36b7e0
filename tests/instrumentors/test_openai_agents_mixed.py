"""The OpenAI Agents SDK and LangGraph, each inside the other: one tree, each call of a model once."""

from typing import Any, TypedDict

import pytest

pytest.importorskip("agents.tracing.provider")
pytest.importorskip("langgraph")

from agents import Agent, Runner, function_tool
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langgraph.graph import END, START, StateGraph
from support.openai_agents_models import LLM, calls, model, says
from support.outlines import outline, tree

from gradient.sdk import entrypoint


class State(TypedDict, total=False):
    value: Any


def graph_of(node, name):
    builder = StateGraph(State)
    builder.add_node("node", node)
    builder.add_edge(START, "node")
    builder.add_edge("node", END)
    return builder.compile(name=name)


async def test_a_graph_in_a_tool_in_an_agent_in_a_graph_is_one_tree(runtime, read_runs):
    async def think(state):
        answer = await GenericFakeChatModel(messages=iter([AIMessage("A")])).ainvoke(state["value"])
        return {"value": answer.content}

    @function_tool
    async def look_up(word: str) -> str:
        """Look a word up."""
        return (await graph_of(think, "inner").ainvoke({"value": word}))["value"]

    async def ask_agent(state):
        solo = Agent("solo", model=model(calls("look_up", word="a"), says("It is A.")), tools=[look_up])
        return {"value": (await Runner.run(solo, state["value"])).final_output}

    @entrypoint
    async def ask():
        return (await graph_of(ask_agent, "outer").ainvoke({"value": "What is a?"}))["value"]

    assert await ask() == "It is A."

    assert outline(read_runs()[0]) == tree(
        f"""
        request ask
          graph outer
            node node
              workflow Agent workflow
                agent solo
                  llm {LLM}
                  tool look_up
                    graph inner
                      node node
                        llm GenericFakeChatModel
                  llm {LLM}
        """
    )
