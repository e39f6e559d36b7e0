"""A LangGraph node runs an OpenAI agent, which calls an MCP tool, which runs a Pydantic AI agent: one tree."""

from typing import Any, TypedDict

import pytest

pytest.importorskip("agents.tracing.provider")
pytest.importorskip("langgraph")
pytest.importorskip("mcp.server.runner")
pytest.importorskip("pydantic_ai")

import pydantic_ai
from agents import Agent, Runner, function_tool
from langgraph.graph import END, START, StateGraph
from mcp import Client
from mcp.server.mcpserver import MCPServer
from pydantic_ai.models.test import TestModel
from support.openai_agents_models import LLM, calls, model, says
from support.outlines import outline, tree

from gradient.sdk import entrypoint


class State(TypedDict, total=False):
    value: Any


async def test_it_is_one_tree_with_each_call_of_a_model_once(runtime, read_runs):
    inner = pydantic_ai.Agent(TestModel(custom_output_text="A"), name="inner")
    server = MCPServer("words")

    @server.tool()
    async def look_up(word: str) -> str:
        return (await inner.run(word)).output

    @function_tool
    async def ask_server(word: str) -> str:
        """Look a word up."""
        async with Client(server) as client:
            return (await client.call_tool("look_up", {"word": word})).structured_content["result"]

    async def ask_agent(state):
        outer = Agent("outer", model=model(calls("ask_server", word="a"), says("It is A.")), tools=[ask_server])
        return {"value": (await Runner.run(outer, state["value"])).final_output}

    graph = StateGraph(State)
    graph.add_node("node", ask_agent)
    graph.add_edge(START, "node")
    graph.add_edge("node", END)
    compiled = graph.compile(name="graph")

    @entrypoint
    async def ask():
        return (await compiled.ainvoke({"value": "What is a?"}))["value"]

    assert await ask() == "It is A."

    assert outline(read_runs()[0]) == tree(f"""
        request ask
          graph graph
            node node
              workflow Agent workflow
                agent outer
                  llm {LLM}
                  tool ask_server
                    tool look_up
                      tool look_up
                        agent inner
                          llm test
                  llm {LLM}
    """)
