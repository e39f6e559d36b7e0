"""What the snippets of the seed's README leave undefined, and a way to run them."""

import inspect

from langgraph.graph import START, StateGraph

from gradient.sdk import entrypoint

THREE_NODES = """
    request my_agent: completed
      graph LangGraph: completed
        node data_loader: completed
        node generator: completed
        node processor: completed
"""


def create_my_langgraph():
    builder = StateGraph(dict)
    before = START
    for name in ("data_loader", "processor", "generator"):
        builder.add_node(name, lambda state: state)
        builder.add_edge(before, name)
        before = name
    return builder.compile()


def run_snippet(snippet, **preamble):
    """Run a snippet as written, after what it leaves undefined; return its names."""
    names = {"create_my_langgraph": create_my_langgraph, **preamble}
    exec(inspect.cleandoc(snippet), names)
    return names


def invoke_graph():
    entrypoint(name="my_agent")(lambda: create_my_langgraph().invoke({"query": "hello"}))()
