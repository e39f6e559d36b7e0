"""OTLP as JSON: an `ExportTraceServiceRequest`, as `otlp_http` receivers and collectors' file receivers take it.

As the protocol wants it: ids are hexadecimal, 64-bit numbers are text, enumerations are numbers.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from gradient.analysis.forest import Document
from gradient.export.genai import Attribute, Attributes
from gradient.export.spans import Span, resource_attributes, spans

_INTERNAL, _CLIENT = 1, 3
_STATUS_ERROR = 2
_INT64 = range(-(2**63), 2**63)


def otlp_json(documents: Iterable[Document]) -> Iterator[bytes]:
    """Yield the pieces of one request that holds all runs."""
    yield b'{"resourceSpans":['
    for number, run in enumerate(documents):
        yield (b"," if number else b"") + msgspec.json.encode(resource_spans(run))
    yield b"]}\n"


def resource_spans(run: Document) -> dict[str, Any]:
    """Return the `ResourceSpans` of a run."""
    return {
        "resource": {"attributes": _attributes(resource_attributes(run))},
        "scopeSpans": [{"scope": {"name": "gradient"}, "spans": [_span(span) for span in spans(run)]}],
    }


def _span(span: Span) -> dict[str, Any]:
    told: dict[str, Any] = {
        "traceId": span.trace_id,
        "spanId": span.span_id,
        "parentSpanId": span.parent_id,
        "name": span.name,
        "kind": _CLIENT if span.is_client else _INTERNAL,
        "startTimeUnixNano": str(span.started_ns),
        "endTimeUnixNano": str(span.ended_ns),
        "attributes": _attributes(span.attributes),
        "events": [
            {"name": event.name, "timeUnixNano": str(event.at_ns), "attributes": _attributes(event.attributes)}
            for event in span.events
        ],
        "links": [
            {"traceId": link.trace_id, "spanId": link.span_id, "attributes": _attributes(link.attributes)}
            for link in span.links
        ],
        "status": {"code": _STATUS_ERROR, "message": span.message} if span.failed else {},
    }
    return {name: value for name, value in told.items() if value or name == "kind"}


def _attributes(attributes: Mapping[str, Attribute] | Attributes) -> list[dict[str, Any]]:
    return [{"key": name, "value": _value(value)} for name, value in attributes.items()]


def _value(value: Attribute) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)} if value in _INT64 else {"stringValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [{"stringValue": each} for each in value]}}
    return {"stringValue": value}
