"""What the oldest LangGraph does not do right by itself."""

import sys

import langgraph.pregel  # noqa: F401 - loads the runner

_RUNNER = sys.modules.get("langgraph.pregel.runner")  # newer releases name it otherwise
LOSES_UPDATES = _RUNNER is not None and not hasattr(_RUNNER, "FuturesDict")
"""Whether it does not wait for the last updates of nodes that run at once, and may lose them."""
