"""A receiver of OTLP/HTTP on the loopback interface: it keeps what it is sent, and fails as it is told to."""

import gzip
import socket
import threading
import zlib
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from support.patience import PATIENCE_S

_DECODE = {"gzip": gzip.decompress, "deflate": zlib.decompress}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        body = _DECODE.get(self.headers["Content-Encoding"], bytes)(body)
        code, headers, answer = self.server.answer(self.path, self.headers, body)
        self.send_response(code)
        for name, value in {**headers, "Content-Length": str(len(answer))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args):
        """Say nothing."""


class Receiver(ThreadingHTTPServer):
    """Takes traces and metrics.

    Attributes:
        refuse: Called with the spans of a request; returns a status code and headers to fail it with, or None.
        requests: Path, headers and body of each request that was taken.
        attempts: How many requests came, taken or not.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), _Handler)
        self.refuse = lambda _: None
        self.requests = []
        self.attempts = 0
        self.came = threading.Condition()
        self._connections = []

    def process_request(self, request, client_address):
        self._connections.append(request)
        super().process_request(request, client_address)

    def kill(self):
        """Break all connections, also those that are kept open for another request."""
        self.shutdown()
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    @property
    def url(self):
        """The base URL."""
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, path, headers, body):
        with self.came:
            self.attempts += 1
            refused = self.refuse(spans_in(body) if path.endswith("traces") else [])
            if refused is None:
                self.requests.append((path, dict(headers), body))
            self.came.notify_all()
        code, more = refused or (200, {})
        return code, more, b""

    @property
    def spans(self):
        """All spans, in the order in which they came."""
        with self.came:
            return [span for path, _, body in self.requests if path.endswith("traces") for span in spans_in(body)]

    @property
    def resources(self):
        """The attributes of the resources of all trace requests."""
        bodies = [body for path, _, body in self.requests if path.endswith("traces")]
        found = [each for body in bodies for each in ExportTraceServiceRequest.FromString(body).resource_spans]
        return [attributes(each.resource) for each in found]

    @property
    def metrics(self):
        """All metrics, in the order in which they came."""
        bodies = [body for path, _, body in self.requests if path.endswith("metrics")]
        found = [each for body in bodies for each in ExportMetricsServiceRequest.FromString(body).resource_metrics]
        return [metric for each in found for scope in each.scope_metrics for metric in scope.metrics]

    def wait_for(self, is_enough, seconds=PATIENCE_S):
        """Wait until a function of this receiver is true; tell whether it is."""
        with self.came:
            return self.came.wait_for(lambda: is_enough(self), seconds)


def spans_in(body):
    """Return the spans of a serialised request."""
    request = ExportTraceServiceRequest.FromString(body)
    return [span for each in request.resource_spans for scope in each.scope_spans for span in scope.spans]


def attributes(of):
    """Return attributes as a dictionary."""
    found = {}
    for pair in of.attributes:
        kind = pair.value.WhichOneof("value")
        value = getattr(pair.value, kind)
        found[pair.key] = [each.string_value for each in value.values] if kind == "array_value" else value
    return found


@contextmanager
def receiving(port=0):
    """Run a receiver inside the block."""
    server = Receiver(port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.kill()
        thread.join()
