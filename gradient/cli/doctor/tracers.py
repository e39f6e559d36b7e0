"""Other tracers that are installed beside us, and which of them the environment switches on.

Seen from outside: by distributions and variables. What a program's own code switches on, nobody can know but it.
Values of variables are looked at and never told: most are keys.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import distributions

_NO = ("", "0", "false", "no", "off")


@dataclass(frozen=True, slots=True)
class Tracer:
    """Another tracer.

    Attributes:
        name: As people call it.
        installed: Its distributions with their versions.
        variables: Variables that are set and switch it on, or tell it where to send.
    """

    name: str
    installed: tuple[str, ...]
    variables: tuple[str, ...]

    @property
    def active(self) -> bool:
        """Whether the environment switches it on."""
        return bool(self.variables)


# Name; beginnings of its distributions' names; variables that switch it on.
_TRACERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "LangSmith": (("langsmith",), ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING_V2")),
    "Langfuse": (("langfuse",), ("LANGFUSE_SECRET_KEY", "LANGFUSE_PUBLIC_KEY")),
    "Phoenix / OpenInference": (
        ("arize-phoenix", "openinference-instrumentation"),
        ("PHOENIX_COLLECTOR_ENDPOINT", "PHOENIX_API_KEY"),
    ),
    "Traceloop / OpenLLMetry": (("traceloop-sdk",), ("TRACELOOP_API_KEY", "TRACELOOP_BASE_URL")),
    "Logfire": (("logfire",), ("LOGFIRE_TOKEN", "LOGFIRE_SEND_TO_LOGFIRE")),
    "MLflow": (("mlflow", "mlflow-skinny", "mlflow-tracing"), ("MLFLOW_TRACKING_URI",)),
    "Datadog": (("ddtrace",), ("DD_TRACE_ENABLED", "DD_LLMOBS_ENABLED", "DD_API_KEY")),
    "Opik": (("opik",), ("OPIK_API_KEY", "OPIK_URL_OVERRIDE")),
    "Weave": (("weave",), ("WANDB_API_KEY",)),
    "AgentOps": (("agentops",), ("AGENTOPS_API_KEY",)),
    "Braintrust": (("braintrust",), ("BRAINTRUST_API_KEY",)),
    "OpenTelemetry SDK": (
        ("opentelemetry-sdk",),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_TRACES_EXPORTER"),
    ),
}
_FAMILIES = ("openinference-instrumentation",)  # one distribution for each framework


def other_tracers(environment: Mapping[str, str]) -> list[Tracer]:
    """Return the tracers that are installed; those that the environment switches on first."""
    there = {one.name.lower().replace("_", "-"): one.version for one in distributions() if one.name}
    found = [
        Tracer(name, installed, tuple(variable for variable in variables if _says_yes(environment, variable)))
        for name, (names, variables) in _TRACERS.items()
        if (installed := tuple(_installed(there, names)))
    ]
    return sorted(found, key=lambda tracer: not tracer.active)


def _installed(there: Mapping[str, str], names: Iterable[str]) -> list[str]:
    return [
        f"{name} {version}"
        for name, version in sorted(there.items())
        if name in names or any(name.startswith(family) for family in _FAMILIES if family in names)
    ]


def _says_yes(environment: Mapping[str, str], variable: str) -> bool:
    if variable.startswith("OTEL_") and environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    return environment.get(variable, "").strip().lower() not in (*_NO, "none")
