"""A journal for each process that sends: who it is stands at the beginning of each of its segments."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from gradient.analysis.values import is_list
from gradient.ingest.events import attributes_of, events_of
from gradient.ingest.requests import Answer, Refused, decode_request, taken
from gradient.journal import JournalWriter
from gradient.journal.events import FORMAT_VERSION, ProcessStarted, Updated, encode_event
from gradient.runtime.values.capture import Capture
from gradient.runtime.values.shapes import Shapes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    from gradient.runtime.settings.fields import Settings

_MOST_JOURNALS = 64
_UNKNOWN = "unknown_service"
_ABOUT = ("service.name", "openinference.project.name", "process.pid", "host.name")
_FAILED, _NOT_WRITTEN = 500, 503


class Ingest:
    """Takes requests of OTLP/HTTP and writes what they say; from any thread.

    Args:
        home: The folder that journals are below.
        settings: What is redacted and where values are cut, as for what is recorded here.
        wall_ns: The time of day, in nanoseconds since the epoch.

    Attributes:
        spans: How many spans were taken.
    """

    def __init__(self, home: Path, settings: Settings, *, wall_ns: Callable[[], int] = time.time_ns) -> None:
        self.spans = 0
        self._root = home / "journal"
        self._capture = Capture(settings, Shapes())
        self._wall_ns = wall_ns
        self._lock = threading.Lock()
        self._writers: OrderedDict[tuple[Any, ...], JournalWriter] = OrderedDict()

    def take(self, body: bytes, content_type: str, encoding: str = "") -> Answer:
        """Take one request, whole or not at all, and return the answer to it; never raises for what it says.

        Args:
            body: As it came.
            content_type: The header of that name.
            encoding: `Content-Encoding`; empty for none.
        """
        try:
            request = decode_request(body, content_type, encoding)
            written = list(self._bodies(request))
            with self._lock:
                if not all([self._write(*one) for one in written]):  # noqa: C419 - all of them
                    return Answer(_NOT_WRITTEN, "text/plain", b"The journal cannot be written.")
        except Refused as error:
            return Answer(error.code, "text/plain; charset=utf-8", f"{error}\n".encode())
        except Exception as error:  # noqa: BLE001 - one request that we fail at is not the end of all
            return Answer(_FAILED, "text/plain; charset=utf-8", f"This could not be read: {error!r}\n".encode())
        return taken(content_type)

    def close(self) -> None:
        """Close the journals."""
        with self._lock:
            for writer in self._writers.values():
                writer.close()
            self._writers.clear()

    def _bodies(self, request: ExportTraceServiceRequest) -> Any:
        """Yield who sent, and an encoded event; all of a request before anything is written."""
        for group in request.resource_spans:
            resource = attributes_of(group.resource.attributes)
            for scope in group.scope_spans:
                for span in scope.spans:
                    for event, name, value in events_of(span, scope.scope.name):
                        yield resource, self._encoded(event, name, value)
                    self.spans += 1

    def _encoded(self, event: Any, name: str | None, value: Any) -> bytes:
        if isinstance(event, Updated):
            event.name = self._capture.label(event.name)
        elif (error := getattr(event, "error", None)) is not None:
            text = self._capture.text
            event.error = replace(error.with_texts(text), type=text(error.type))
        if name is None:
            return encode_event(event)
        if name == "payload":
            event.payload = self._capture.payload(value)
            return encode_event(event)
        captured = self._capture.event(event, name, value, getattr(event, "metadata", None))
        return captured if isinstance(captured, bytes) else captured.body

    def _write(self, resource: dict[str, Any], body: bytes) -> bool:
        return self._writer(resource).append(body) is True

    def _writer(self, resource: dict[str, Any]) -> JournalWriter:
        key = tuple(str(resource.get(name)) for name in _ABOUT)
        writer = self._writers.get(key)
        if writer is None:
            writer = self._writers[key] = JournalWriter(self._root, lambda: self._preamble(resource))
            if len(self._writers) > _MOST_JOURNALS:
                self._writers.popitem(last=False)[1].close()
        self._writers.move_to_end(key)
        return writer

    def _preamble(self, resource: dict[str, Any]) -> bytes:
        """Say who sent; times of day stand for its monotonic clock."""
        argv = resource.get("process.command_args")
        pid = resource.get("process.pid")
        now_ns = self._wall_ns()
        label = self._capture.label
        return encode_event(
            ProcessStarted(
                FORMAT_VERSION,
                pid if type(pid) is int else 0,
                label(resource.get("host.name") or ""),
                label(resource.get("process.runtime.version") or ""),
                self._capture.command(list(map(str, argv))) if is_list(argv) else [],
                label(resource.get("openinference.project.name") or resource.get("service.name") or _UNKNOWN),
                now_ns,
                now_ns,
            )
        )
