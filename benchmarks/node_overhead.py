"""What a LangGraph node costs its caller: bare, traced by us, and by LangSmith, and what recording it costs at least.

Run: python -m benchmarks.node_overhead [ROUNDS]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from langchain_core.tracers.langchain import LangChainTracer

from benchmarks.graphs import NODES, first_state, line_of_nodes
from benchmarks.nodes import LeastNodes, Nothing, let_run_nodes, node_in_one_piece
from benchmarks.peers import langsmith_client
from benchmarks.rounds import minima
from gradient.runtime import RuntimeManager, Settings
from gradient.runtime.listening.listeners import Listener
from gradient.runtime.manager import set_runtime_manager


class Count(Listener):
    """Counts what was recorded, so that nothing is fast because it records nothing."""

    ended = 0

    def on_request_end(self, request: Any) -> None:
        """Count the executions of a request."""
        Count.ended += len(request.executions)


def main(rounds: int) -> None:
    """Measure and print."""
    graph = line_of_nodes()
    with tempfile.TemporaryDirectory() as home, langsmith_client() as client:
        manager = RuntimeManager(settings=Settings(home=Path(home), console="off"))
        set_runtime_manager(manager)
        manager.add_listener(Count())
        tracer = LangChainTracer(client=client, project_name="benchmark")
        runs = [0]

        def traced() -> None:
            manager.start_request("benchmark")
            graph.invoke(first_state())
            manager.end_request()
            runs[0] += 1

        def bare() -> None:
            graph.invoke(first_state())

        def langsmith() -> None:
            graph.invoke(first_state(), {"callbacks": [tracer]})

        def nothing() -> None:
            graph.invoke(first_state(), {"callbacks": [Nothing()]})

        best = _per_call(
            {
                "bare": bare,
                "gradient": traced,
                "langsmith": langsmith,
                "nothing": nothing,
                "in one piece": nothing,
                "least": nothing,
            },
            manager,
            rounds,
        )
        expected = runs[0] * (NODES + 1)
        manager.shutdown()
    if Count.ended != expected:
        sys.exit(f"{Count.ended} executions were recorded, {expected} were run")
    over = {name: (us - best["bare"]) / NODES for name, us in best.items()}
    print(f"caller CPU per node, minima of {rounds} rounds, {NODES} nodes, 1 KB state; {expected} executions recorded")
    print(f"  bare LangGraph      {best['bare'] / NODES:8.1f} us")
    print(f"  gradient           +{over['gradient']:8.1f} us")
    print(f"  LangSmith          +{over['langsmith']:8.1f} us   {over['langsmith'] / over['gradient']:.1f} times ours")
    print(f"  an empty callback  +{over['nothing']:8.1f} us")
    print(f"  in one piece       +{over['in one piece']:8.1f} us   and all that is promised: see benchmarks/floor.py")
    print(f"  the least recorder +{over['least']:8.1f} us   an empty callback, encoding, CRC, copy: likewise")


def _per_call(alternatives: dict[str, Any], manager: RuntimeManager, rounds: int) -> dict[str, float]:
    """Return the minima; installing and uninstalling is done in the round before, and not measured."""
    floors = {"least": LeastNodes().run_node, "in one piece": node_in_one_piece}

    def prepare(name: str) -> Any:
        def change() -> None:
            let_run_nodes()
            if name == "gradient":
                manager.install_instrumentation()
                return
            manager.uninstall_instrumentation()
            if name in floors:
                let_run_nodes(floors[name])

        return change

    return minima(alternatives, rounds, prepare={name: prepare(name) for name in alternatives})


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
