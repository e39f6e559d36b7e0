"""The frameworks we can instrument: where each instrumentor is, which module it is for, and which releases of that.

Named as text, so that neither the runtime nor the manager imports an instrumentor, let alone a framework.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from gradient.plugins import points
from gradient.runtime.errors import ConfigError
from gradient.runtime.listening.listeners import warn
from gradient.runtime.settings.fields import Settings

ENTRY_POINT_GROUP = "gradient.instrumentors"


@dataclass(frozen=True, slots=True)
class Releases:
    """Which releases of a framework are supported. `scripts/versions` writes them into the README.

    Attributes:
        distribution: Whose releases they are.
        first: The first that is supported; a line of `.ci/matrix` tests it.
        last: The last series that was tested.
    """

    distribution: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Framework:
    """One framework.

    Attributes:
        name: As users write it in settings.
        instrumentor: `module:class`.
        module: Top-level module that the framework brings, or None where it is part of Python.
        releases: Which of its releases are supported, or None where nothing depends on them.
    """

    name: str
    instrumentor: str
    module: str | None
    releases: Releases | None = None


def _ours(name: str, instrumentor: str, module: str | None, *releases: str) -> Framework:
    return Framework(name, f"gradient.instrumentors.{instrumentor}", module, Releases(*releases) if releases else None)


FRAMEWORKS = (
    _ours("threads", "python.threads:ThreadsInstrumentor", None),
    _ours("propagation", "python.propagation:PropagationInstrumentor", None),
    _ours("opentelemetry", "otel_bridge:OpenTelemetryInstrumentor", "opentelemetry.sdk"),
    _ours("langchain", "langchain.instrumentor:LangChainInstrumentor", "langchain_core", "langchain-core", "0.3", "1"),
    _ours("langgraph", "langgraph.instrumentor:LangGraphInstrumentor", "langgraph", "langgraph", "0.2.57", "1.2"),
    _ours("openai", "openai.instrumentor:OpenAIInstrumentor", "openai", "openai", "2.0", "3"),
    _ours("anthropic", "anthropic:AnthropicInstrumentor", "anthropic", "anthropic", "0.80", "2"),
    _ours("google-genai", "google.google_genai:GoogleGenAIInstrumentor", "google.genai", "google-genai", "1.52", "3"),
    _ours("autogen", "autogen.instrumentor:AutoGenInstrumentor", "autogen_core", "autogen-core", "0.4.9", "0.7"),
    _ours("litellm", "litellm.instrumentor:LiteLLMInstrumentor", "litellm", "litellm", "1.94", "1"),
    _ours("crewai", "crewai:CrewAIInstrumentor", "crewai", "crewai", "1.10.1", "1.15"),
    _ours("google-adk", "google.google_adk:GoogleADKInstrumentor", "google.adk", "google-adk", "1.19", "2"),
    _ours(
        "openai-agents",
        "openai_agents.instrumentor:OpenAIAgentsInstrumentor",
        "agents",
        "openai-agents",
        "0.24",
        "0.24",
    ),
    _ours(
        "pydantic-ai", "pydantic_ai.instrumentor:PydanticAIInstrumentor", "pydantic_ai", "pydantic-ai-slim", "1.20", "2"
    ),
    _ours("mcp", "mcp.instrumentor:MCPInstrumentor", "mcp", "mcp", "1.8", "2"),
    _ours(
        "llamaindex",
        "llamaindex.instrumentor:LlamaIndexInstrumentor",
        "llama_index_instrumentation",
        "llama-index-core",
        "0.14.8",
        "0.14",
    ),
)


def default_instrumentors() -> list[Any]:
    """Return an instrumentor for each framework that is there, ours first, then those of other distributions."""
    found = [_load(framework.instrumentor) for framework in FRAMEWORKS if _is_there(framework.module)]
    found += [_load(point.value) for point in points(ENTRY_POINT_GROUP)]
    return [instrumentor for instrumentor in found if instrumentor is not None]


def known_names() -> set[str]:
    """Return the names of all instrumentors, ours and those of other distributions."""
    return {framework.name for framework in FRAMEWORKS} | {point.name for point in points(ENTRY_POINT_GROUP)}


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
