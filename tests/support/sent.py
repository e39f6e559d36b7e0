"""What other programs send, as OTLP or as headers, and what became of it."""

from contextlib import contextmanager

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from support.patience import PATIENCE_S

from gradient.runtime.remote import extract, told_remote
from gradient.store import SqliteStore

PROTOBUF, JSON = "application/x-protobuf", "application/json"


def span(name="work", number=1, parent=0, **attributes):
    """Return a span of a trace that is always the same, half a millisecond long."""
    made = Span(
        trace_id=b"t" * 16,
        span_id=number.to_bytes(8, "big"),
        parent_span_id=parent.to_bytes(8, "big") if parent else b"",
        name=name,
        start_time_unix_nano=1_700_000_000_000_000_000 + number * 1_000_000,
        end_time_unix_nano=1_700_000_000_000_000_000 + number * 1_000_000 + 500_000,
    )
    for key, value in attributes.items():
        pair = made.attributes.add(key=key)
        kind = {str: "string_value", bool: "bool_value", int: "int_value", float: "double_value"}[type(value)]
        setattr(pair.value, kind, value)
    return made


def body(*spans, scope="acme", **resource):
    """Return a serialised request with spans of one process."""
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    for name, value in {"service.name": "shop", **resource}.items():
        group.resource.attributes.add(key=name).value.string_value = value
    scoped = group.scope_spans.add(spans=spans)
    scoped.scope.name = scope
    return request.SerializeToString()


@contextmanager
def official_spans(url):
    """Give a tracer of the official SDK inside the block, whose spans go to an URL."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(url, timeout=PATIENCE_S)))
    yield provider.get_tracer("theirs")
    provider.shutdown()


def runs_of(home):
    """Return all runs of a home, oldest first."""
    with SqliteStore(home) as store:
        return [store.run_document(run) for run in reversed(store.all_runs())]


def under(headers):
    """Return trace and span that headers tell of."""
    remote = extract(headers)
    return remote and (remote.trace_id, remote.span_id)


def told_here(queue=None):
    """Return trace and span that whoever began this work told of, and put them in a queue, if there is one."""
    remote = told_remote.get()
    told = remote and (remote.trace_id, remote.span_id)
    if queue is not None:
        queue.put(told)
    return told
