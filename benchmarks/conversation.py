"""What a turn of a growing conversation costs: CPU and bytes at turn 10 and at turn 200, ours and LangSmith's.

LangChain messages as users make them, without ids, one request per turn, `add_messages`, with and without a
checkpointer. A message that was changed in place must be recorded as changed, so all of them are looked at each time
they are handed over: to the request, to the graph, to the node, and back twice. What one look costs, at its least, is
printed too.

Run: python -m benchmarks.conversation [TURNS] [KILOBYTES OF A MESSAGE]
"""

from __future__ import annotations

import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypedDict

import msgspec
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.tracers.langchain import LangChainTracer
from langgraph.checkpoint.memory import MemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages

from benchmarks.floor import best_us
from benchmarks.peers import langsmith_client
from gradient.runtime import Listener, RuntimeManager, Settings
from gradient.runtime.manager import set_runtime_manager

_EARLY = 10
_WINDOW = 10
_TEXT = "All work and no play makes an agent a dull tool. " * 20


class State(TypedDict):
    """The conversation so far."""

    messages: Annotated[list[BaseMessage], add_messages]


def _graph(checkpointer: Any) -> Any:
    def answer(state: State) -> dict[str, Any]:
        number = len(state["messages"])
        return {"messages": [AIMessage(f"{number} {_TEXT}")]}

    builder = StateGraph(State)
    builder.add_node("answer", answer)
    builder.add_edge(START, "answer")
    builder.add_edge("answer", END)
    return builder.compile(checkpointer=checkpointer)


def _turns(turns: int, *, checkpointed: bool, run: Callable[[Any, Any, Any], Any]) -> list[float]:
    """Return the CPU microseconds of each turn of one conversation."""
    graph = _graph(MemorySaver() if checkpointed else None)
    config = {"configurable": {"thread_id": "one"}} if checkpointed else {}
    history: list[BaseMessage] = []
    costs = []
    for turn in range(turns):
        question = HumanMessage(f"{turn} {_TEXT}")
        messages = [question] if checkpointed else [*history, question]
        started = time.thread_time_ns()
        result = run(graph, {"messages": messages}, config)
        costs.append((time.thread_time_ns() - started) / 1e3)
        history = result["messages"]
    return costs


def _around(costs: list[float], turn: int) -> float:
    return statistics.median(costs[max(0, turn - _WINDOW) : turn])


def main(turns: int, repeats: int = 5) -> None:
    """Measure and print."""
    with langsmith_client() as client:
        for checkpointed in (False, True):
            _compare(turns, repeats, client, checkpointed=checkpointed)
    print(f"looking once at the {2 * turns} messages of turn {turns}, at the least: {_look_us(2 * turns):.0f} us")


def _look_us(count: int) -> float:
    """Return the least microseconds for encoding the state of so many messages, which is all that tells a change."""
    messages = [HumanMessage(f"{number} {_TEXT}") for number in range(count)]
    encoder, buffer = msgspec.msgpack.Encoder(), bytearray()
    return best_us(lambda: encoder.encode_into([message.__dict__ for message in messages], buffer))


def _compare(turns: int, repeats: int, client: Any, *, checkpointed: bool) -> None:
    tracer = LangChainTracer(client=client, project_name="benchmark")
    best: dict[str, list[float]] = {}
    sizes: list[int] = []
    for _ in range(repeats):
        for name, run in (("bare", _bare), ("langsmith", _with(tracer)), ("gradient", None)):
            gc.collect()
            costs = (
                _ours(turns, sizes, checkpointed=checkpointed)
                if run is None
                else _turns(turns, checkpointed=checkpointed, run=run)
            )
            best[name] = [min(pair) for pair in zip(best.get(name, costs), costs, strict=True)]
    print(f"{'with' if checkpointed else 'without'} a checkpointer, CPU over bare per turn, minima of {repeats}")
    for turn in (_EARLY, turns):
        bare, ours, theirs = (_around(best[name], turn) for name in ("bare", "gradient", "langsmith"))
        ratio = (theirs - bare) / (ours - bare)
        print(
            f"  turn {turn:4}: bare {bare:7.0f} us  gradient +{ours - bare:6.0f} us  "
            f"LangSmith +{theirs - bare:7.0f} us  {ratio:5.1f} times ours"
        )
    early, late = (statistics.mean(sizes[turn - _WINDOW : turn]) for turn in (_EARLY + _WINDOW, turns))
    print(
        f"  bytes per turn: {early:.0f} around turn {_EARLY + _WINDOW // 2}, {late:.0f} at turn {turns}, "
        f"{late / early:.2f} times"
    )


class _Sizes(Listener):
    """Notes how many bytes of events each request was."""

    def __init__(self, sizes: list[int]) -> None:
        self._sizes = sizes

    def on_request_end(self, request: Any) -> None:
        """Add up the events of a request."""
        told = [request, *request.executions]
        events = [event for one in told for event in (one.started, one.ended)]
        self._sizes.append(sum(len(event if isinstance(event, bytes) else event.body) for event in events))


def _bare(graph: Any, state: Any, config: Any) -> Any:
    return graph.invoke(state, config)


def _with(tracer: Any) -> Callable[[Any, Any, Any], Any]:
    return lambda graph, state, config: graph.invoke(state, {**config, "callbacks": [tracer]})


def _ours(turns: int, sizes: list[int], *, checkpointed: bool) -> list[float]:
    with tempfile.TemporaryDirectory() as home:
        manager = RuntimeManager(settings=Settings(home=Path(home), console="off"))
        set_runtime_manager(manager)
        manager.add_listener(_Sizes(sizes))
        manager.install_instrumentation()
        sizes.clear()

        def run(graph: Any, state: Any, config: Any) -> Any:
            manager.start_request("turn", state)
            result = graph.invoke(state, config)
            manager.end_request(result)
            return result

        try:
            return _turns(turns, checkpointed=checkpointed, run=run)
        finally:
            manager.shutdown()


if __name__ == "__main__":
    _TEXT *= int(sys.argv[2]) if len(sys.argv) > 2 else 1
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
