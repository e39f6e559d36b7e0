# needs: langgraph langchain_core
"""A LangGraph agent with a handler of the user's own: what it answers, and what the handler is told."""

from typing import Any, TypedDict

from langchain_core.callbacks import BaseCallbackHandler
from langgraph.graph import END, START, StateGraph
from probe import entrypoint, hold, step
from support.scripted import ScriptedModel


class State(TypedDict, total=False):
    value: Any


class Told(BaseCallbackHandler):
    """Prints what it is told, in order."""

    def on_chain_start(self, serialized, inputs, **kwargs):
        print("chain starts", kwargs.get("name"), inputs, sorted(kwargs))

    def on_chain_end(self, outputs, **kwargs):
        print("chain ends", outputs, sorted(kwargs))

    def on_chain_error(self, error, **kwargs):
        print("chain fails", error)

    def on_chat_model_start(self, serialized, messages, **kwargs):
        print("model starts", len(messages), sorted(kwargs))

    def on_llm_end(self, response, **kwargs):
        print("model ends", response.generations[0][0].text, sorted(kwargs))


model = ScriptedModel()


def ask(state):
    return {"value": model.invoke(f"question {state['value']}").content}


def shout(state):
    with step("shouting"):
        return {"value": state["value"].upper()}


def fail(state):
    raise ValueError("on purpose")


def graph_of(*nodes):
    builder = StateGraph(State)
    last = START
    for node in nodes:
        builder.add_node(node.__name__, node)
        builder.add_edge(last, node.__name__)
        last = node.__name__
    builder.add_edge(last, END)
    return builder.compile()


graph = graph_of(ask, shout)


@entrypoint
def agent(question):
    return graph.invoke({"value": question}, {"callbacks": [Told()]})


@entrypoint
def stream(question):
    yield from graph.stream({"value": question}, stream_mode="updates")


print(agent("why?"))
print(list(stream("why?")))
try:
    entrypoint(graph_of(ask, fail).invoke)({"value": 1}, {"callbacks": [Told()]})
except ValueError as error:
    print("failed", error)
hold("the graph", graph)
hold("its invoke", graph.invoke)
hold("the model", model)
hold("the model's invoke", model.invoke)
