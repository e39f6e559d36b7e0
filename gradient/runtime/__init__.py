"""The runtime: requests, node executions, trackers, instrumentors, listeners.

Most programs need only `gradient.sdk`. Importing this installs nothing and writes nothing.
"""

from typing import TYPE_CHECKING, Any

from gradient.runtime.context import RequestContext, end_request_context, get_current_context, start_request_context
from gradient.runtime.errors import ConfigError, GradientError, NotTraceable, SeamMissing, UnknownSetting
from gradient.runtime.interfaces import ExecutionTracker, FrameworkInstrumentor, Listener, NodeExecution, Step
from gradient.runtime.manager import RuntimeManager, get_runtime_manager, install_runtime, uninstall_runtime
from gradient.runtime.settings.fields import Settings
from gradient.runtime.tracker import DefaultExecutionTracker

if TYPE_CHECKING:
    from gradient.runtime.langgraph_instrumentor import LangGraphInstrumentor

__all__ = [
    "ConfigError",
    "DefaultExecutionTracker",
    "ExecutionTracker",
    "FrameworkInstrumentor",
    "GradientError",
    "LangGraphInstrumentor",
    "Listener",
    "NodeExecution",
    "NotTraceable",
    "RequestContext",
    "RuntimeManager",
    "SeamMissing",
    "Settings",
    "Step",
    "UnknownSetting",
    "end_request_context",
    "get_current_context",
    "get_runtime_manager",
    "install_runtime",
    "start_request_context",
    "uninstall_runtime",
]


def __getattr__(name: str) -> Any:
    if name == "LangGraphInstrumentor":  # above us in the layers, and named here by the seed
        from gradient.runtime import langgraph_instrumentor

        return langgraph_instrumentor.LangGraphInstrumentor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
