"""A provider on loopback that gives one document to whoever asks: for what differs from one provider to the next."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Wire:
    """Answers every request with `answer`: a document, or the documents of an event stream, for the block's time.

    Attributes:
        asked: The bodies of the requests.
        url: Where it is.
    """

    def __init__(self, answer):
        self.asked = []
        self._answer = answer

    def __enter__(self):
        wire = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                length = int(self.headers.get("content-length") or 0)
                wire.asked.append(json.loads(self.rfile.read(length) or b"{}"))
                kind, body = _encoded(wire._answer)
                self.send_response(200)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True, name="provider")
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


def _encoded(answer):
    if not isinstance(answer, list):
        return "application/json", json.dumps(answer).encode()
    events = (each if isinstance(each, str) else _event(each) for each in answer)
    return "text/event-stream", "".join(events).encode()


def _event(document):
    named = f"event: {document['type']}\n" if "type" in document else ""
    return f"{named}data: {json.dumps(document)}\n\n"
