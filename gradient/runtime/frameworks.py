"""The frameworks we can instrument: where each instrumentor is, and which module must be there for it to be of use.

Named as text, so that neither the runtime nor the manager imports an instrumentor, let alone a framework.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from gradient.runtime.config import Settings
from gradient.runtime.errors import ConfigError
from gradient.runtime.listeners import warn

ENTRY_POINT_GROUP = "gradient.instrumentors"


@dataclass(frozen=True, slots=True)
class Framework:
    """One framework.

    Attributes:
        name: As users write it in settings.
        instrumentor: `module:class`.
        module: Top-level module that the framework brings, or None where it is part of Python.
    """

    name: str
    instrumentor: str
    module: str | None


FRAMEWORKS = (
    Framework("threads", "gradient.instrumentors.threads:ThreadsInstrumentor", None),
    Framework("propagation", "gradient.instrumentors.propagation:PropagationInstrumentor", None),
    Framework("opentelemetry", "gradient.instrumentors.otel_bridge:OpenTelemetryInstrumentor", "opentelemetry.sdk"),
    Framework("langchain", "gradient.instrumentors.langchain:LangChainInstrumentor", "langchain_core"),
    Framework("langgraph", "gradient.instrumentors.langgraph:LangGraphInstrumentor", "langgraph"),
    Framework("openai", "gradient.instrumentors.openai:OpenAIInstrumentor", "openai"),
    Framework("anthropic", "gradient.instrumentors.anthropic:AnthropicInstrumentor", "anthropic"),
    Framework("autogen", "gradient.instrumentors.autogen:AutoGenInstrumentor", "autogen_core"),
    Framework("litellm", "gradient.instrumentors.litellm:LiteLLMInstrumentor", "litellm"),
    Framework("crewai", "gradient.instrumentors.crewai:CrewAIInstrumentor", "crewai"),
    Framework("google-adk", "gradient.instrumentors.google_adk:GoogleADKInstrumentor", "google.adk"),
    Framework("openai-agents", "gradient.instrumentors.openai_agents:OpenAIAgentsInstrumentor", "agents"),
    Framework("pydantic-ai", "gradient.instrumentors.pydantic_ai:PydanticAIInstrumentor", "pydantic_ai"),
    Framework("mcp", "gradient.instrumentors.mcp:MCPInstrumentor", "mcp"),
    Framework("llamaindex", "gradient.instrumentors.llamaindex:LlamaIndexInstrumentor", "llama_index_instrumentation"),
)


def default_instrumentors() -> list[Any]:
    """Return an instrumentor for each framework that is there, ours first, then those of other distributions."""
    found = [_load(framework.instrumentor) for framework in FRAMEWORKS if _is_there(framework.module)]
    found += [_load(point.value) for point in _entry_points()]
    return [instrumentor for instrumentor in found if instrumentor is not None]


def known_names() -> set[str]:
    """Return the names of all instrumentors, ours and those of other distributions."""
    return {framework.name for framework in FRAMEWORKS} | {point.name for point in _entry_points()}


def check_names(settings: Settings) -> None:
    """Raise `ConfigError` where settings name an instrumentor that there is not."""
    for setting in ("instrumentors", "disabled_instrumentors"):
        for name in getattr(settings, setting) or ():
            if name not in (known := known_names()):
                raise ConfigError(setting, name, "some of " + ", ".join(sorted(known)))


def is_allowed(name: str, settings: Settings) -> bool:
    """Tell whether settings want an instrumentor; those that nobody but the user knows are wanted."""
    if not settings.enabled or name in settings.disabled_instrumentors:
        return False
    return settings.instrumentors is None or name in settings.instrumentors or name not in known_names()


def _is_there(module: str | None) -> bool:
    try:
        return module is None or find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _load(path: str) -> Any | None:
    module, _, name = path.partition(":")
    try:
        return getattr(import_module(module), name)()
    except Exception as error:  # noqa: BLE001 - one that cannot be loaded must not cost the others
        warn(f"the instrumentor {path} cannot be loaded: {error!r}; its framework is not traced.")
        return None


def _entry_points() -> Any:
    from importlib.metadata import entry_points

    return entry_points(group=ENTRY_POINT_GROUP)
