"""OTLP as protobuf: spans in the official messages of `opentelemetry-proto`.

Built from these messages and not from the SDK's spans: that is half the time, see docs/decisions.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Status
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Message

from gradient.export.genai import Attribute
from gradient.export.spans import Span

SCOPE = "gradient"
_SHORT_CHARS = 64
_INT64 = range(-(2**63), 2**63)
_SCOPE = InstrumentationScope(name=SCOPE)


def request_of(groups: Iterable[tuple[Mapping[str, Attribute], Sequence[Message]]]) -> ExportTraceServiceRequest:
    """Return one request with the spans of several resources, each told by its attributes."""
    return ExportTraceServiceRequest(
        resource_spans=[
            ResourceSpans(
                resource=Resource(attributes=_attributes(resource)),
                scope_spans=[ScopeSpans(scope=_SCOPE, spans=messages)],
            )
            for resource, messages in groups
        ]
    )


def message_of(span: Span) -> Message:
    """Return a span as OTLP has it."""
    message = Message(
        trace_id=bytes.fromhex(span.trace_id),
        span_id=bytes.fromhex(span.span_id),
        parent_span_id=bytes.fromhex(span.parent_id),
        name=span.name,
        kind=Message.SPAN_KIND_CLIENT if span.is_client else Message.SPAN_KIND_INTERNAL,
        start_time_unix_nano=span.started_ns,
        end_time_unix_nano=span.ended_ns,
        attributes=_attributes(span.attributes),
    )
    for event in span.events:
        message.events.add(name=event.name, time_unix_nano=event.at_ns, attributes=_attributes(event.attributes))
    for link in span.links:
        message.links.add(
            trace_id=bytes.fromhex(link.trace_id),
            span_id=bytes.fromhex(link.span_id),
            attributes=_attributes(link.attributes),
        )
    if span.failed:
        message.status.code = Status.STATUS_CODE_ERROR
        message.status.message = span.message
    return message


def _attributes(attributes: Mapping[str, Attribute]) -> list[KeyValue]:
    return [
        _short(name, value) if type(value) is str and len(value) <= _SHORT_CHARS else _pair(name, value)
        for name, value in attributes.items()
    ]


def _pair(name: str, value: Attribute) -> KeyValue:
    return KeyValue(key=name, value=_value(value))


# Kinds, names, models, statuses: the same few over and over.
_short = lru_cache(maxsize=4_096)(_pair)


def _value(value: Attribute) -> AnyValue:
    if isinstance(value, str):
        return AnyValue(string_value=_text(value))
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value) if value in _INT64 else AnyValue(string_value=str(value))
    if isinstance(value, float):
        return AnyValue(double_value=value)
    return AnyValue(array_value=ArrayValue(values=[AnyValue(string_value=_text(each)) for each in value]))


def _text(text: str) -> str:
    """Return text that is UTF-8: half a surrogate pair, which JSON can hold, cannot be in protobuf."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
