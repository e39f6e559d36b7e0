"""The seed's place of the LangGraph instrumentor, which is `gradient.instrumentors.langgraph.instrumentor`.

Looked up when asked for: the runtime stands below the instrumentors and imports none of them.
"""

from importlib import import_module
from typing import Any

__all__ = ["LangGraphInstrumentor"]

LangGraphInstrumentor: type[Any]  # for type checkers


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("gradient.instrumentors.langgraph.instrumentor"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
