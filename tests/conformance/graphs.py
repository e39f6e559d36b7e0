"""What LangGraph does with an agent's nodes: side by side, one in another, again, interrupted.

Scenarios as in `scenarios.py`; what they should leave behind is in `expected_graphs.py`.
"""

import asyncio
import contextlib
import inspect
import operator
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, TypedDict

from conformance.scenarios import Refused
from langgraph.checkpoint.memory import MemorySaver
from langgraph.graph import START, StateGraph
from langgraph.types import Command, RetryPolicy, Send, interrupt
from support.patience import PATIENCE_S

_RETRY = next(name for name in ("retry_policy", "retry") if name in inspect.signature(StateGraph.add_node).parameters)
_THREAD = {"configurable": {"thread_id": "thread"}}


class State(TypedDict):
    """Whatever the nodes said."""

    said: Annotated[list[str], operator.add]


def _says(word):
    """Return a node that says a word."""
    return lambda state: {"said": [word]}


def _chain(*nodes, **kwargs):
    """Return a graph of nodes, each (name, function), one after the other."""
    builder = StateGraph(State)
    for name, node in nodes:
        builder.add_node(name, node)
    for before, after in zip([START, *(name for name, _ in nodes)], [name for name, _ in nodes], strict=False):
        builder.add_edge(before, after)
    return builder.compile(**kwargs)


def _three():
    return _chain(("load", _says("load")), ("think", _says("think")), ("answer", _says("answer")))


# ── the four ways to run a graph ─────────────────────────────────────────────────────────────────────────────────────


def graph_invoked(t):
    t.entrypoint(_agent(lambda: _three().invoke({"said": []})))()


def graph_streamed(t):
    t.entrypoint(_agent(lambda: list(_three().stream({"said": []}))))()


async def graph_invoked_async(t):
    @t.entrypoint
    async def agent():
        await _three().ainvoke({"said": []})

    await agent()


async def graph_streamed_async(t):
    @t.entrypoint
    async def agent():
        async for update in _three().astream({"said": []}, stream_mode="updates"):
            with t.step(f"use {next(iter(update))}"):
                pass

    await agent()


def graph_stream_handed_on(t):
    """An entrypoint hands the graph's stream to a consumer that belongs to no request."""

    @t.entrypoint
    def agent():
        yield from _three().stream({"said": []}, stream_mode="updates")

    for update in agent():
        with t.step(f"use {next(iter(update))}"):
            pass


def graph_stream_closed_early(t):
    @t.entrypoint
    def agent():
        yield from _three().stream({"said": []}, stream_mode="updates")

    stream = agent()
    next(stream)
    stream.close()


def graph_outside_of_any_request(t):
    _three().invoke({"said": []})


def graphs_of_concurrent_requests(t):
    """Eight requests use one compiled graph at once."""
    graph = _three()
    agent = t.entrypoint(_agent(lambda: graph.invoke({"said": []})))
    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(agent) for _ in range(8)]:
            future.result()


def _agent(function):
    def agent():
        function()

    return agent


# ── side by side ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _fan_out(node):
    builder = StateGraph(State)
    for name in ("left", "right"):
        builder.add_node(name, node(name))
        builder.add_edge(START, name)
    builder.add_node("join", _says("join"))
    builder.add_edge(["left", "right"], "join")
    return builder.compile()


def parallel_nodes(t):
    def node(name):
        def run(state):
            with t.step(f"in {name}"):
                return {"said": [name]}

        return run

    t.entrypoint(_agent(lambda: _fan_out(node).invoke({"said": []})))()


async def parallel_nodes_async(t):
    def node(name):
        async def run(state):
            with t.step(f"in {name}"):
                await asyncio.sleep(0)
                return {"said": [name]}

        return run

    @t.entrypoint
    async def agent():
        await _fan_out(node).ainvoke({"said": []})

    await agent()


def _share(state):
    return [Send("work", {"task": task}) for task in "abc"]


def _sending():
    builder = StateGraph(State)
    builder.add_node("plan", _says("plan"))
    builder.add_node("work", lambda state: {"said": [state["task"]]})
    builder.add_edge(START, "plan")
    builder.add_conditional_edges("plan", _share, ["work"])
    return builder.compile()


def sends(t):
    t.entrypoint(_agent(lambda: _sending().invoke({"said": []})))()


async def sends_async(t):
    @t.entrypoint
    async def agent():
        await _sending().ainvoke({"said": []})

    await agent()


def node_with_a_pool(t):
    def work(name):
        with t.step(name):
            pass

    def node(state):
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(work, ["a", "b"]))
        return {"said": []}

    t.entrypoint(_agent(lambda: _chain(("node", node)).invoke({"said": []})))()


# ── one in another ───────────────────────────────────────────────────────────────────────────────────────────────────


def _inner():
    return _chain(("deep", _says("deep")))


def subgraph_as_node(t):
    graph = _chain(("before", _says("before")), ("inner", _inner()))
    t.entrypoint(_agent(lambda: graph.invoke({"said": []})))()


async def subgraph_as_node_async(t):
    @t.entrypoint
    async def agent():
        await _chain(("before", _says("before")), ("inner", _inner())).ainvoke({"said": []})

    await agent()


def subgraph_in_node(t):
    def node(state):
        with t.step("delegate"):
            return _inner().invoke(state)

    t.entrypoint(_agent(lambda: _chain(("node", node)).invoke({"said": []})))()


async def subgraph_in_node_async(t):
    async def node(state):
        with t.step("delegate"):
            return await _inner().ainvoke(state)

    @t.entrypoint
    async def agent():
        await _chain(("node", node)).ainvoke({"said": []})

    await agent()


def subgraphs_three_deep(t):
    middle = _chain(("middle", _inner()))
    t.entrypoint(_agent(lambda: _chain(("outer", middle)).invoke({"said": []})))()


def entrypoint_in_node(t):
    @t.entrypoint
    def inner(state):
        return _inner().invoke(state)

    t.entrypoint(_agent(lambda: _chain(("node", inner)).invoke({"said": []})))()


def command_to_the_parent(t):
    """A node of a subgraph that sends the graph elsewhere has not failed."""
    inner = _chain(("leave", lambda state: Command(graph=Command.PARENT, goto="after")))
    builder = StateGraph(State)
    builder.add_node("inner", inner)
    builder.add_node("after", _says("after"))
    builder.add_edge(START, "inner")
    t.entrypoint(_agent(lambda: builder.compile().invoke({"said": []})))()


# ── not at the first try ─────────────────────────────────────────────────────────────────────────────────────────────


def _retrying(failures, tries):
    left = iter(range(failures))

    def node(state):
        if next(left, None) is not None:
            raise Refused
        return {"said": ["at last"]}

    builder = StateGraph(State)
    policy = RetryPolicy(initial_interval=0, jitter=False, max_attempts=tries, retry_on=Refused)
    builder.add_node("node", node, **{_RETRY: policy})
    builder.add_edge(START, "node")
    return builder.compile()


def retry_that_succeeds(t):
    t.entrypoint(_agent(lambda: _retrying(failures=2, tries=3).invoke({"said": []})))()


def retry_that_gives_up(t):
    agent = t.entrypoint(_agent(lambda: _retrying(failures=2, tries=2).invoke({"said": []})))
    with contextlib.suppress(Refused):
        agent()


def _refuse(state):
    raise Refused


def exception_in_node(t):
    agent = t.entrypoint(_agent(lambda: _chain(("load", _says("load")), ("fail", _refuse)).invoke({"said": []})))
    with contextlib.suppress(Refused):
        agent()


def handled_exception_in_node(t):
    @t.entrypoint
    def agent():
        with contextlib.suppress(Refused):
            _chain(("fail", _refuse)).invoke({"said": []})
        _three().invoke({"said": []})

    agent()


async def cancelled_graph(t):
    working = asyncio.Event()

    async def node(state):
        working.set()
        await asyncio.Event().wait()

    @t.entrypoint
    async def agent():
        await _chain(("work", node)).ainvoke({"said": []})

    task = asyncio.create_task(agent())
    await working.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


# ── waiting for a human ──────────────────────────────────────────────────────────────────────────────────────────────


def _asking(checkpointer):
    return _chain(
        ("draft", _says("draft")), ("ask", lambda state: {"said": [interrupt("Send it?")]}), checkpointer=checkpointer
    )


def interrupted(t):
    agent = t.entrypoint(_agent(lambda: _asking(MemorySaver()).invoke({"said": []}, _THREAD)))
    agent()


def interrupted_and_resumed(t):
    graph = _asking(MemorySaver())

    @t.entrypoint
    def agent(given):
        return graph.invoke(given, _THREAD)

    agent({"said": []})
    agent(Command(resume="yes"))


def interrupted_and_resumed_in_one_request(t):
    """What counts is how the last graph of the request ended."""
    graph = _asking(MemorySaver())

    @t.entrypoint
    def agent():
        graph.invoke({"said": []}, _THREAD)
        graph.invoke(Command(resume="yes"), _THREAD)

    agent()


def interrupted_in_a_subgraph(t):
    inner = _chain(("ask", lambda state: {"said": [interrupt("Send it?")]}))
    graph = _chain(("inner", inner), checkpointer=MemorySaver())
    t.entrypoint(_agent(lambda: graph.invoke({"said": []}, _THREAD)))()


def interrupted_beside_a_node_that_is_done(t):
    """On resume, what was done is restored, not run again; the question waits until the work is saved."""
    saved = threading.Event()

    class Saver(MemorySaver):
        def put_writes(self, config, writes, *args, **kwargs):
            super().put_writes(config, writes, *args, **kwargs)
            if ("said", ["work"]) in writes:
                saved.set()

    def ask(state):
        assert saved.wait(timeout=PATIENCE_S)
        return {"said": [interrupt("Send it?")]}

    builder = StateGraph(State)
    builder.add_node("ask", ask)
    builder.add_node("work", _says("work"))
    builder.add_edge(START, "ask")
    builder.add_edge(START, "work")
    graph = builder.compile(checkpointer=Saver())

    @t.entrypoint
    def agent(given):
        return graph.invoke(given, _THREAD)

    agent({"said": []})
    agent(Command(resume="yes"))
