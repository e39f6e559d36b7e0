"""An agent that asks a human, and may be resumed by another process: `python asking_agent.py DATABASE [ANSWER]`."""

import sys

from conformance.graphs import State
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt

from gradient.sdk import entrypoint


@entrypoint
def agent(database, answer=None):
    builder = StateGraph(State)
    builder.add_node("draft", lambda state: {"said": ["draft"]})
    builder.add_node("ask", lambda state: {"said": [interrupt("Send it?")]})
    builder.add_edge(START, "draft")
    builder.add_edge("draft", "ask")
    with SqliteSaver.from_conn_string(database) as checkpointer:
        graph = builder.compile(checkpointer=checkpointer)
        given = {"said": []} if answer is None else Command(resume=answer)
        return graph.invoke(given, {"configurable": {"thread_id": "letter-1"}})


if __name__ == "__main__":
    agent(*sys.argv[1:])
