"""Metrics of what was sent: OpenTelemetry's histograms and counters for generative AI, by the official SDK.

The SDK's provider is our own, set nowhere, and has no thread: who ships also flushes. What is not flushed when the
process is killed is not in the metrics; the spans are there. Tokens are added up here, and the SDK is told when it is
asked: it takes as long for one addition as we take to encode a span's attributes.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from requests import Session

from gradient.journal.vocabulary import SPANS, USAGE

if TYPE_CHECKING:
    from requests import Response

    from gradient.export.genai import Attributes
    from gradient.export.spans import Span

_SCOPE = "gradient"
_SERVICE = "service.name"
_NS_PER_S = 1e9
_NOT_THERE = (404, 405, 501)  # Phoenix, MLflow and others take traces alone.
_CALLS_S = [0.01 * 2**power for power in range(14)]
_AGENTS_S = [0.1 * 2**power for power in range(13)]
_DURATIONS = {kind.operation: kind.metric for kind in SPANS.values() if kind.metric}
_FIRST_CHUNK = "gen_ai.client.inference.time_to_first_chunk"
_ATTRIBUTES, _COUNTERS = "gen_ai.usage.", "gen_ai.client.inference.usage."
_USAGE = {
    amount.otlp[0]: amount.otlp[0].replace(_ATTRIBUTES, _COUNTERS)
    for amount in USAGE.values()
    if amount.otlp[0].startswith(_ATTRIBUTES)
}
# Few values each: what many values have belongs on spans.
_DIMENSIONS = (
    "gen_ai.operation.name",
    "gen_ai.provider.name",
    "gen_ai.request.model",
    "gen_ai.response.model",
    "gen_ai.agent.name",
    "gen_ai.tool.name",
    "error.type",
)


class Metrics:
    """Counts what was sent, for each service.

    Args:
        url: Where metrics go; headers and the like are read from OpenTelemetry's variables by the exporter.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._services: dict[str, _Service] = {}
        self._refusal: str | None = None
        self._session = Session()
        self._session.hooks["response"].append(self._note_refusal)

    def record(self, span: Span, resource: bytes) -> None:
        """Count one span that has arrived.

        Args:
            span: The span.
            resource: The attributes of its resource, as JSON.
        """
        name = _service_of(resource)
        service = self._services.get(name)
        if service is None:
            service = self._services[name] = _Service(name, self._url, self._session)
        service.record(span)

    def flush(self) -> str | None:
        """Send what was counted so far; return why it is no use to send more, or None."""
        for service in self._services.values():
            service.flush()
        return self._refusal

    def _note_refusal(self, said: Response, **_: Any) -> None:
        if said.status_code in _NOT_THERE:
            self._refusal = f"{self._url} answered {said.status_code} {said.reason or ''}".strip()


@lru_cache(maxsize=256)
def _service_of(resource: bytes) -> str:
    return str(msgspec.json.decode(resource).get(_SERVICE, ""))


class _Service:
    def __init__(self, name: str, url: str, session: Session) -> None:
        exporter = OTLPMetricExporter(endpoint=url, session=session)
        reader = PeriodicExportingMetricReader(exporter, export_interval_millis=math.inf)
        views = [_view(metric) for metric in {*_DURATIONS.values(), _FIRST_CHUNK}]
        self._provider = MeterProvider([reader], Resource({_SERVICE: name}), shutdown_on_exit=False, views=views)
        self._meter = self._provider.get_meter(_SCOPE)
        self._instruments: dict[str, Any] = {}
        self._tokens: Counter[tuple[str, tuple[tuple[str, Any], ...]]] = Counter()

    def record(self, span: Span) -> None:
        told = span.attributes
        metric = _DURATIONS.get(str(told.get("gen_ai.operation.name")))
        if metric is None:
            return
        about: Attributes = {name: told[name] for name in _DIMENSIONS if name in told}
        self._histogram(metric).record((span.ended_ns - span.started_ns) / _NS_PER_S, about)
        first_chunk_s = told.get("gen_ai.response.time_to_first_chunk")
        if isinstance(first_chunk_s, float):
            self._histogram(_FIRST_CHUNK).record(first_chunk_s, about)
        for attribute, counter in _USAGE.items():
            tokens = told.get(attribute)
            if isinstance(tokens, int):
                self._tokens[counter, tuple(about.items())] += tokens

    def flush(self) -> None:
        for (counter, about), tokens in self._tokens.items():
            self._counter(counter).add(tokens, dict(about))
        self._tokens.clear()
        self._provider.force_flush()

    def _histogram(self, name: str) -> Any:
        if name not in self._instruments:
            self._instruments[name] = self._meter.create_histogram(name, "s")
        return self._instruments[name]

    def _counter(self, name: str) -> Any:
        if name not in self._instruments:
            self._instruments[name] = self._meter.create_counter(name, "{token}")
        return self._instruments[name]


def _view(metric: str) -> View:
    bounds = _AGENTS_S if "invoke_agent" in metric else _CALLS_S
    return View(instrument_name=metric, aggregation=ExplicitBucketHistogramAggregation(bounds))
