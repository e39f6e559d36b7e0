"""Agents: model and tool calls are below the node that makes them, with tokens and call ids."""

import warnings
from importlib.metadata import version

import pytest
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langgraph.graph import MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from support.models import ScriptedModel, tool_call
from support.outlines import found, outline, tree
from support.usages import unpriced, used

from gradient.sdk import entrypoint, step

USAGE = {
    "input_tokens": 120,
    "output_tokens": 30,
    "total_tokens": 150,
    "input_token_details": {"cache_read": 100, "cache_creation": 5},
    "output_token_details": {"reasoning": 20},
}


@tool
def weather(city: str) -> str:
    """Tell the weather."""
    return f"sunny in {city}"


@tool
async def aweather(city: str) -> str:
    """Tell the weather."""
    return f"sunny in {city}"


@tool
def broken(city: str) -> str:
    """Fail."""
    raise ValueError("no such city")


def script(name="weather"):
    answer = AIMessage("It is sunny.", usage_metadata=USAGE, response_metadata={"model_name": "scripted-1-2026"})
    return ScriptedModel(script=[tool_call(name, call_id="call_9", city="Oslo"), answer])


def agent_graph(model, tools, **options):
    bound = model.bind_tools(tools)

    def llm(state):
        return {"messages": [bound.invoke(state["messages"])]}

    builder = StateGraph(MessagesState)
    builder.add_node("llm", llm)
    builder.add_node("tools", ToolNode(tools, **options))
    builder.set_entry_point("llm")
    builder.add_conditional_edges("llm", tools_condition)
    builder.add_edge("tools", "llm")
    return builder.compile()


def prebuilt(model, tools):
    if version("langchain") < "1":  # not even imported: it has a module of the same name
        from langgraph.prebuilt import create_react_agent as create_agent
    else:
        from langchain.agents import create_agent
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return create_agent(model, tools)


def kinds(run):
    return [(one["kind"], one["name"]) for one in run["executions"] if one["kind"] in ("node", "llm", "tool")]


def test_model_and_tool_are_below_the_nodes_that_call_them(runtime, read_runs):
    agent_graph(script(), [weather]).invoke({"messages": [("user", "How is Oslo?")]})

    (run,) = read_runs()
    assert outline(run) == tree("""
        request LangGraph
          graph LangGraph
            node llm
              llm ScriptedModel
              chain tools_condition
            node tools
              tool weather
            node llm
              llm ScriptedModel
              chain tools_condition
    """)


def test_a_tool_tells_its_arguments_result_and_the_call_it_answers(runtime, read_runs):
    agent_graph(script(), [weather]).invoke({"messages": [("user", "How is Oslo?")]})

    called = found(read_runs()[0], "weather")
    assert called["inputs"] == {"city": "Oslo"}
    assert called["metadata"]["tool_call_id"] == "call_9"
    assert called["outputs"]["parts"] == [
        {"type": "tool_call_response", "id": "call_9", "response": "sunny in Oslo"},
    ]


def test_a_model_tells_messages_tools_model_provider_and_tokens(runtime, read_runs):
    agent_graph(script(), [weather]).invoke({"messages": [("user", "How is Oslo?")]})

    (run,) = read_runs()
    first, last = [execution for execution in run["executions"] if execution["kind"] == "llm"]
    assert first["inputs"]["tools"] == [{"name": "weather"}]
    (asked,) = first["inputs"]["messages"]
    assert asked["role"] == "user"
    assert asked["parts"] == [{"type": "text", "content": "How is Oslo?"}]
    (called,) = first["outputs"]["messages"]
    assert called["parts"] == [
        {"type": "tool_call", "id": "call_9", "name": "weather", "arguments": {"city": "Oslo"}},
    ]
    assert (last["model"], last["provider"]) == ("scripted-1-2026", "acme")
    assert last["usage"] == used(
        input_tokens=120,
        output_tokens=30,
        cache_read_tokens=100,
        cache_write_tokens=5,
        reasoning_tokens=20,
        missing=unpriced("no price of scripted-1-2026 is known"),
    )
    assert first["usage"] is None
    assert [message["role"] for message in last["inputs"]["messages"]] == ["user", "assistant", "tool"]


async def test_an_async_agent_gives_the_same_tree(runtime, read_runs):
    bound = script("aweather").bind_tools([aweather])

    async def llm(state, config):
        return {"messages": [await bound.ainvoke(state["messages"], config)]}

    builder = StateGraph(MessagesState)
    builder.add_node("llm", llm)
    builder.add_node("tools", ToolNode([aweather]))
    builder.set_entry_point("llm")
    builder.add_conditional_edges("llm", tools_condition)
    builder.add_edge("tools", "llm")

    await builder.compile().ainvoke({"messages": [("user", "How is Oslo?")]})

    (run,) = read_runs()
    assert kinds(run) == [
        ("node", "llm"),
        ("llm", "ScriptedModel"),
        ("node", "tools"),
        ("tool", "aweather"),
        ("node", "llm"),
        ("llm", "ScriptedModel"),
    ]
    assert found(run, "aweather")["parent_id"] == found(run, "tools")["execution_id"]


def test_a_tool_error_that_is_handled_leaves_node_graph_and_request_completed(runtime, read_runs):
    @entrypoint
    def agent():
        graph = agent_graph(script("broken"), [broken], handle_tool_errors=True)
        return graph.invoke({"messages": [("user", "How is Oslo?")]})

    agent()

    (run,) = read_runs()
    assert found(run, "broken")["status"] == "error"
    assert found(run, "broken")["error"]["message"] == "no such city"
    assert {one["status"] for one in run["executions"] if one["name"] != "broken"} == {"completed"}
    assert run["status"] == "completed"


def test_a_prebuilt_agent_is_a_graph_with_model_and_tools_in_its_nodes(runtime, read_runs):
    prebuilt(script(), [weather]).invoke({"messages": [("user", "How is Oslo?")]})

    (run,) = read_runs()
    recorded = kinds(run)
    assert [kind for kind, _ in recorded] == ["node", "llm", "node", "tool", "node", "llm"]
    by_id = {one["execution_id"]: one for one in run["executions"]}
    called = found(run, "weather")
    assert by_id[called["parent_id"]]["name"] == "tools"
    assert called["metadata"]["tool_call_id"] == "call_9"
    assert run["usage"]["input_tokens"] == 120


async def test_a_prebuilt_agent_gives_the_same_tree_under_asyncio(runtime, read_runs):
    await prebuilt(script("aweather"), [aweather]).ainvoke({"messages": [("user", "How is Oslo?")]})

    (run,) = read_runs()
    assert [kind for kind, _ in kinds(run)] == ["node", "llm", "node", "tool", "node", "llm"]


@pytest.mark.parametrize("number", [2, 5])
def test_parallel_tool_calls_are_siblings_below_the_tools_node(runtime, read_runs, number):
    calls = [{"name": "weather", "args": {"city": str(n)}, "id": f"call_{n}"} for n in range(number)]
    model = ScriptedModel(script=[AIMessage("", tool_calls=calls), "done"])

    agent_graph(model, [weather]).invoke({"messages": [("user", "How is it?")]})

    (run,) = read_runs()
    tools = [one for one in run["executions"] if one["kind"] == "tool"]
    assert {one["metadata"]["tool_call_id"] for one in tools} == {f"call_{n}" for n in range(number)}
    assert {one["parent_id"] for one in tools} == {found(run, "tools")["execution_id"]}


def test_a_step_in_a_tool_of_an_agent_is_below_that_tool(runtime, read_runs):
    @tool
    def weather(city: str) -> str:
        """Tell the weather."""
        with step("look out of the window"):
            return "sunny"

    agent_graph(script(), [weather]).invoke({"messages": [("user", "How is Oslo?")]})

    (run,) = read_runs()
    assert found(run, "look out of the window")["parent_id"] == found(run, "weather")["execution_id"]
