"""How runs become spans: by our settings, and by OpenTelemetry's variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from gradient.export.ship.destination import destination_from, pairs
from gradient.export.ship.source import Manner

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gradient.export.ship.metrics import Metrics
    from gradient.export.spans import Profile
    from gradient.runtime.settings.fields import Settings

CONTENT = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
_NO_CONTENT = frozenset({"no_content", "event_only", "false", "0"})  # events are not what we send


def manner_from(settings: Settings, environment: Mapping[str, str]) -> Manner:
    """Return how runs become spans."""
    resource = pairs(environment.get("OTEL_RESOURCE_ATTRIBUTES", ""))
    service = environment.get("OTEL_SERVICE_NAME")
    if service:
        resource["service.name"] = service
    return Manner(
        profiles=("openinference", *cast("Sequence[Profile]", settings.otlp_profiles)),
        content=sends_content(environment),
        in_flight_s=settings.otlp_in_flight_s,
        resource=resource,
    )


def metrics_from(settings: Settings, environment: Mapping[str, str]) -> Metrics | None:
    """Return where metrics are counted and sent; None where nobody wants them, or nobody said where to."""
    destination = destination_from(environment, settings.otlp_endpoint, "metrics") if settings.otlp_metrics else None
    if destination is None:
        return None
    from gradient.export.ship.metrics import Metrics

    return Metrics(destination.url)


def sends_content(environment: Mapping[str, str]) -> bool:
    """Tell whether OpenTelemetry's variable leaves inputs, outputs and messages in."""
    return environment.get(CONTENT, "").strip().lower() not in _NO_CONTENT
