"""LangGraph's nodes at the least cost: an empty callback, and the recorders of benchmarks/floor.py around each node."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import langgraph.pregel._runner as runner
from langchain_core.callbacks import BaseCallbackHandler

from benchmarks.floor import LeastRecorder, StepInOnePiece

_run_node = runner.run_with_retry
_now = time.perf_counter_ns


class Nothing(BaseCallbackHandler):
    """Hears of every chain and does nothing."""

    run_inline = True

    def on_chain_start(self, *_: Any, **__: Any) -> None:
        """Do nothing."""

    def on_chain_end(self, *_: Any, **__: Any) -> None:
        """Do nothing."""


class LeastNodes(LeastRecorder):
    """Writes starts and ends of nodes, and nothing else that a tracer must do."""

    def run_node(self, task: Any, *args: Any, **kwargs: Any) -> Any:
        """Run a node as LangGraph's own function does, and write it."""
        self.write(4, task.id, _now(), task.name, "node", task.input)
        result = _run_node(task, *args, **kwargs)
        self.write(5, task.id, _now(), task.name, "node", dict(task.writes))
        return result


def node_in_one_piece(task: Any, *args: Any, **kwargs: Any) -> Any:
    """Run a node as LangGraph's own function does, as a step in one piece."""
    with StepInOnePiece(task.name, inputs=task.input) as step:
        result = _run_node(task, *args, **kwargs)
        step.outputs = dict(task.writes)
    return result


def let_run_nodes(run_node: Callable[..., Any] = _run_node) -> None:
    """Put a function in the place of LangGraph's for a node; without one, put LangGraph's back."""
    runner.run_with_retry = run_node
    StepInOnePiece.kept.clear()
