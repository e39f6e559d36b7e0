"""A server that speaks LangGraph's wire format on the loopback interface, and answers from a script."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, request))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for event, data in self.server.events:
            self.wfile.write(f"event: {event}\r\ndata: {json.dumps(data)}\r\n\r\n".encode())

    def log_message(self, *args):
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Answers every run with the same events.

    Attributes:
        events: Pairs of an event's name and data.
        requests: Pairs of a path and a body, as they came.
    """

    daemon_threads = False

    def __init__(self, events):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.events = events
        self.requests = []

    @property
    def url(self):
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def serving(*events):
    """Run a server inside the block."""
    server = Server(events)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
