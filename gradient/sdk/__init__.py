"""What a program needs to be observable: one decorator, and a few words to say more.

from gradient.sdk import entrypoint

@entrypoint
def my_agent(question: str) -> str: ...
"""

from gradient.runtime.settings.fields import Settings
from gradient.sdk.annotations import annotate, current_request, session, set_metadata
from gradient.sdk.configuring import configure
from gradient.sdk.entrypoints import entrypoint
from gradient.sdk.propagation import AsgiTrace, WsgiTrace, continued_trace, trace_headers
from gradient.sdk.steps import StepHandle, step

__all__ = [
    "AsgiTrace",
    "Settings",
    "StepHandle",
    "WsgiTrace",
    "annotate",
    "configure",
    "continued_trace",
    "current_request",
    "entrypoint",
    "session",
    "set_metadata",
    "step",
    "trace_headers",
]
