"""OTLP as protobuf: spans as the bytes of the official messages of `opentelemetry-proto`.

Not through the SDK's spans, and each attribute that comes again and again is serialised once: a message is the parts of
it that were serialised apart, one after the other. In requests, spans stay bytes: messages would be copied at each
level. What that is worth: decision 11.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Status
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Message

from gradient.export.genai import Attribute
from gradient.export.spans import Span

SCOPE = "gradient"
_SHORT_CHARS = 64
_INT64 = range(-(2**63), 2**63)
_LENGTH_DELIMITED = 2  # The wire type of a message in a message.
_SCOPE: bytes = ScopeSpans(scope=InstrumentationScope(name=SCOPE)).SerializeToString()


def request_of(groups: Iterable[tuple[Mapping[str, Attribute], Sequence[bytes]]]) -> bytes:
    """Return one `ExportTraceServiceRequest`, serialised.

    Args:
        groups: The attributes of a resource, and its spans as `span_bytes` returned them.
    """
    return b"".join(
        _field(ExportTraceServiceRequest.RESOURCE_SPANS_FIELD_NUMBER, _resource_spans(resource, spans))
        for resource, spans in groups
    )


def span_bytes(span: Span) -> bytes:
    """Return a span as OTLP has it."""
    message = Message(
        trace_id=bytes.fromhex(span.trace_id),
        span_id=bytes.fromhex(span.span_id),
        parent_span_id=bytes.fromhex(span.parent_id),
        name=span.name,
        kind=Message.SPAN_KIND_CLIENT if span.is_client else Message.SPAN_KIND_INTERNAL,
        start_time_unix_nano=span.started_ns,
        end_time_unix_nano=span.ended_ns,
    )
    for event in span.events:
        _tell(message.events.add(name=event.name, time_unix_nano=event.at_ns).attributes, event.attributes)
    for link in span.links:
        made = message.links.add(trace_id=bytes.fromhex(link.trace_id), span_id=bytes.fromhex(link.span_id))
        _tell(made.attributes, link.attributes)
    if span.failed:
        message.status.code = Status.STATUS_CODE_ERROR
        message.status.message = span.message
    told = [
        _short(name, value) if type(value) is str and len(value) <= _SHORT_CHARS else _attribute(name, value)
        for name, value in span.attributes.items()
    ]
    return b"".join([message.SerializeToString(), *told])


def _resource_spans(resource: Mapping[str, Attribute], spans: Sequence[bytes]) -> bytes:
    message = ResourceSpans(resource=Resource())
    _tell(message.resource.attributes, resource)
    told: bytes = message.SerializeToString()
    listed = b"".join([_SCOPE, *(_field(ScopeSpans.SPANS_FIELD_NUMBER, span) for span in spans)])
    return told + _field(ResourceSpans.SCOPE_SPANS_FIELD_NUMBER, listed)


def _attribute(name: str, value: Attribute) -> bytes:
    """Return a span with one attribute and nothing else: a part of any span that has it."""
    message = Message()
    _tell(message.attributes, {name: value})
    serialised: bytes = message.SerializeToString()
    return serialised


# Kinds, names, models, statuses: the same few over and over.
_short = lru_cache(maxsize=4_096)(_attribute)


def _tell(attributes: Any, told: Mapping[str, Attribute]) -> None:
    """Add attributes to those of a message, in place: that is half the time of making pairs and having them copied."""
    for name, value in told.items():
        pair = attributes.add()
        pair.key = name
        _set(pair.value, value)


def _set(to: AnyValue, value: Attribute) -> None:
    if isinstance(value, str):
        to.string_value = _text(value)
    elif isinstance(value, bool):
        to.bool_value = value
    elif isinstance(value, int):
        if value in _INT64:
            to.int_value = value
        else:
            to.string_value = str(value)
    elif isinstance(value, float):
        to.double_value = value
    else:
        to.array_value.SetInParent()  # A list without items is a list.
        to.array_value.values.extend(AnyValue(string_value=_text(each)) for each in value)


def _text(text: str) -> str:
    """Return text that is UTF-8: half a surrogate pair, which JSON can hold, cannot be in protobuf."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _field(number: int, content: bytes) -> bytes:
    """Return a message as a field of another: number and wire type, length, the message."""
    head = bytearray((number << 3 | _LENGTH_DELIMITED,))
    length = len(content)
    while length > 0x7F:  # noqa: PLR2004 - seven bits a byte, the lowest first; the eighth: more follow
        head.append(length & 0x7F | 0x80)
        length >>= 7
    head.append(length)
    return bytes(head) + content
