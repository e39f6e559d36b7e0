"""The account that the seed's README shows, line by line; ids and times are masked."""

import inspect
import re

import pytest
from conformance.graphs import State
from langgraph.checkpoint.memory import MemorySaver
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt

from gradient.sdk import entrypoint

# Copied from the seed's README.
OUTPUT_EXAMPLE = """
[RUNTIME] Started request a1b2c3d4 for entrypoint: my_agent
[RUNTIME] Request a1b2c3d4 | Started langgraph node: data_loader (id: node_data_loader)
[RUNTIME] Request a1b2c3d4 | COMPLETED langgraph node: data_loader (45.2ms)
[RUNTIME] Request a1b2c3d4 | Started langgraph node: processor (id: node_processor)
[RUNTIME] Request a1b2c3d4 | COMPLETED langgraph node: processor (123.7ms)
[RUNTIME] Request a1b2c3d4 | Started langgraph node: generator (id: node_generator)
[RUNTIME] Request a1b2c3d4 | COMPLETED langgraph node: generator (89.1ms)
[RUNTIME] COMPLETED request a1b2c3d4 (258.3ms)

[RUNTIME] === Request Summary ===
[RUNTIME] Request ID: a1b2c3d4-5e6f-7890-abcd-ef1234567890
[RUNTIME] Entrypoint: my_agent
[RUNTIME] Status: completed
[RUNTIME] Duration: 258.3ms
[RUNTIME] Node Executions: 3
[RUNTIME] === Node Details ===
[RUNTIME]  1. [langgraph] data_loader - COMPLETED (45.2ms)
[RUNTIME]  2. [langgraph] processor - COMPLETED (123.7ms)
[RUNTIME]  3. [langgraph] generator - COMPLETED (89.1ms)
[RUNTIME] === End Summary ===

"""
UUID = r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"


def masked(text):
    text = re.sub(UUID, "<uuid>", text)
    text = re.sub(r"(?i)(request) [0-9a-f]{8}\b", r"\1 <id>", text)
    return re.sub(r"\d+\.\d+ms", "<time>", text)


@pytest.fixture
def printed(monkeypatch, capsys):
    """Print nodes as by default, and return a function that gives what was printed, masked."""
    monkeypatch.delenv("GRADIENT_CONSOLE")

    def read():
        captured = capsys.readouterr()
        assert captured.out == ""
        return masked(captured.err)

    return read


def graph_of(checkpointer=None, **nodes):
    builder = StateGraph(State)
    before = START
    for name, node in nodes.items():
        builder.add_node(name, node)
        builder.add_edge(before, name)
        before = name
    return builder.compile(checkpointer=checkpointer)


def say(state):
    return {"said": ["."]}


def fail(state):
    raise ValueError("no such file")


def ask(state):
    return {"said": [interrupt("Go on?")]}


def as_lines(text):
    return [*inspect.cleandoc(text).splitlines(), ""]


def test_the_output_example_is_reproduced_line_by_line(printed):
    graph = graph_of(data_loader=say, processor=say, generator=say)

    @entrypoint
    def my_agent():
        graph.invoke({"said": []})

    my_agent()

    assert printed() == masked(OUTPUT_EXAMPLE.removeprefix("\n"))


def test_an_error_is_told_with_its_details(printed):
    graph = graph_of(data_loader=say, processor=fail, generator=say)

    @entrypoint
    def my_agent():
        graph.invoke({"said": []})

    with pytest.raises(ValueError, match="no such file"):
        my_agent()

    assert printed().splitlines() == as_lines("""
        [RUNTIME] Started request <id> for entrypoint: my_agent
        [RUNTIME] Request <id> | Started langgraph node: data_loader (id: node_data_loader)
        [RUNTIME] Request <id> | COMPLETED langgraph node: data_loader (<time>)
        [RUNTIME] Request <id> | Started langgraph node: processor (id: node_processor)
        [RUNTIME] Request <id> | ERROR langgraph node: processor (<time>)
        [RUNTIME] Request <id> | Error details: no such file
        [RUNTIME] ERROR request <id> (<time>)
        [RUNTIME] Request <id> | Error details: no such file

        [RUNTIME] === Request Summary ===
        [RUNTIME] Request ID: <uuid>
        [RUNTIME] Entrypoint: my_agent
        [RUNTIME] Status: error
        [RUNTIME] Duration: <time>
        [RUNTIME] Node Executions: 2
        [RUNTIME] === Node Details ===
        [RUNTIME]  1. [langgraph] data_loader - COMPLETED (<time>)
        [RUNTIME]  2. [langgraph] processor - ERROR (<time>)
        [RUNTIME]     Error: no such file
        [RUNTIME] === End Summary ===
    """)


def test_an_interrupt_is_told_as_one(printed):
    graph = graph_of(MemorySaver(), draft=say, review=ask)

    @entrypoint
    def my_agent():
        graph.invoke({"said": []}, {"configurable": {"thread_id": "1"}})

    my_agent()

    assert printed().splitlines() == as_lines("""
        [RUNTIME] Started request <id> for entrypoint: my_agent
        [RUNTIME] Request <id> | Started langgraph node: draft (id: node_draft)
        [RUNTIME] Request <id> | COMPLETED langgraph node: draft (<time>)
        [RUNTIME] Request <id> | Started langgraph node: review (id: node_review)
        [RUNTIME] Request <id> | INTERRUPTED langgraph node: review (<time>)
        [RUNTIME] INTERRUPTED request <id> (<time>)

        [RUNTIME] === Request Summary ===
        [RUNTIME] Request ID: <uuid>
        [RUNTIME] Entrypoint: my_agent
        [RUNTIME] Status: interrupted
        [RUNTIME] Duration: <time>
        [RUNTIME] Node Executions: 2
        [RUNTIME] === Node Details ===
        [RUNTIME]  1. [langgraph] draft - COMPLETED (<time>)
        [RUNTIME]  2. [langgraph] review - INTERRUPTED (<time>)
        [RUNTIME] === End Summary ===
    """)


def test_a_request_without_nodes_has_no_details(printed):
    @entrypoint
    def my_agent():
        pass

    my_agent()

    assert printed().splitlines() == as_lines("""
        [RUNTIME] Started request <id> for entrypoint: my_agent
        [RUNTIME] COMPLETED request <id> (<time>)

        [RUNTIME] === Request Summary ===
        [RUNTIME] Request ID: <uuid>
        [RUNTIME] Entrypoint: my_agent
        [RUNTIME] Status: completed
        [RUNTIME] Duration: <time>
        [RUNTIME] Node Executions: 0
        [RUNTIME] === End Summary ===
    """)


def test_the_account_can_go_to_stdout(monkeypatch, capsys):
    monkeypatch.setenv("GRADIENT_CONSOLE", "nodes")
    monkeypatch.setenv("GRADIENT_CONSOLE_STREAM", "stdout")
    graph = graph_of(data_loader=say, processor=say, generator=say)

    @entrypoint
    def my_agent():
        graph.invoke({"said": []})

    my_agent()

    captured = capsys.readouterr()
    assert masked(captured.out) == masked(OUTPUT_EXAMPLE.removeprefix("\n"))
    assert captured.err == ""
