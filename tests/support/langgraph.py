"""What differs between the versions of LangGraph that we test with."""

from importlib import import_module


def pregel_module(*names):
    """Return the first module of `langgraph.pregel` that has one of these names."""
    for name in names:
        try:
            return import_module(f"langgraph.pregel.{name}")
        except ModuleNotFoundError:
            continue
    raise ModuleNotFoundError(names)
