"""The LangGraph instrumentor passes the contract suite."""

from contextlib import aclosing, closing
from typing import Any, ClassVar, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.pregel.remote import RemoteGraph
from support.langgraph import pregel_module

from gradient.instrumentors.langgraph.instrumentor import LangGraphInstrumentor
from gradient.testing.contract import BODY, InstrumentorContract
from gradient.testing.scenarios import ITEMS

START_STATE = {"value": None}
PROBE = ("step", "probe", "completed", [])


class State(TypedDict, total=False):
    value: Any


def graph_of(node, name="graph", path=None):
    """Return a graph of the one node "solo"; `path` says where it leads to."""
    graph = StateGraph(State)
    graph.add_node("solo", node)
    graph.add_edge(START, "solo")
    graph.add_conditional_edges("solo", path or (lambda state: END))
    compiled = graph.compile()
    compiled.name = name  # LangGraph 0.2 has no argument for it
    return compiled


class TestLangGraphInstrumentor(InstrumentorContract):
    shape: ClassVar = [("graph", "graph", [("node", "solo", [BODY])])]
    nested_shape: ClassVar = [("graph", "outer", [("node", "solo", [("graph", "graph", [("node", "solo", [BODY])])])])]

    def instrumentor(self):
        return LangGraphInstrumentor()

    def owners(self):
        return [pregel_module("_runner", "runner"), pregel_module("_loop", "loop").PregelLoop, RemoteGraph]

    def run(self, body):
        return graph_of(lambda state: {"value": body()}).invoke(START_STATE)["value"]

    def nested(self, body):
        inner = graph_of(lambda state: {"value": body()})
        return graph_of(lambda state: {"value": inner.invoke(START_STATE)["value"]}, "outer").invoke(START_STATE)[
            "value"
        ]

    async def arun(self, body):
        async def node(state):
            return {"value": await body()}

        return (await graph_of(node).ainvoke(START_STATE))["value"]

    def stream(self, body):
        """A node that is visited once for each item."""
        items = body()
        graph = graph_of(lambda state: {"value": next(items)}, path=more)
        with closing(graph.stream(START_STATE, stream_mode="updates")) as updates:
            for update in updates:
                yield update["solo"]["value"]

    async def astream(self, body):
        items = body()

        async def node(state):
            return {"value": await items.__anext__()}

        async with aclosing(graph_of(node, path=more).astream(START_STATE, stream_mode="updates")) as updates:
            async for update in updates:
                yield update["solo"]["value"]

    def expected(self, scenario, status):
        solo = ("node", "solo", "completed", [PROBE])
        nodes = {
            "stream": [solo] * len(ITEMS),
            "closed stream": [solo],
            "broken stream": [solo, ("node", "solo", "error", [])],
        }
        return (
            [("graph", "graph", status, nodes[scenario])] if scenario in nodes else super().expected(scenario, status)
        )


def more(state):
    return END if state["value"] is ITEMS[-1] else "solo"
