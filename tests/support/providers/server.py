"""The HTTP side: takes a request, takes the next answer of the script, and has the provider's wire format speak it."""

import json
import threading
from collections import deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from support.patience import PATIENCE_S
from support.providers import anthropic_wire, gemini_wire, openai_wire
from support.providers.answers import Answer, Fault

_NOT_SCRIPTED = Fault(500, "The script of this test has no further answer.")
_WIRES = (
    ("/chat/completions", openai_wire.Chat),
    ("/responses", openai_wire.Responses),
    ("/embeddings", openai_wire.Embeddings),
    ("/messages/count_tokens", anthropic_wire.CountTokens),
    ("/messages", anthropic_wire.Messages),
    (":generateContent", gemini_wire.Generate),
    (":streamGenerateContent", gemini_wire.Generate),
    (":embedContent", gemini_wire.Embed),
    (":batchEmbedContents", gemini_wire.BatchEmbed),
)


@dataclass(frozen=True)
class Received:
    """A request that came, with its headers in lower case."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class ProviderServer:
    """A provider on loopback, for the duration of a `with` block.

    Attributes:
        requests: What was asked, in order.
        stalled: Set when an answer waits for the end of the test.
    """

    def __init__(self):
        self.requests: list[Received] = []
        self.stalled = threading.Event()
        self._script: deque[Answer | Fault] = deque()
        self._over = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), name="provider", daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(PATIENCE_S)

    @property
    def anthropic_url(self):
        """Base URL for Anthropic's client."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    gemini_url = azure_url = anthropic_url

    @property
    def openai_url(self):
        """Base URL for OpenAI's client, and for those that speak like it."""
        return f"{self.anthropic_url}/v1"

    def script(self, *answers):
        """Add answers; texts are shorthand for `say`."""
        self._script.extend(Answer(answer) if isinstance(answer, str) else answer for answer in answers)

    def next_answer(self):
        """Return the next answer of the script."""
        return self._script.popleft() if self._script else _NOT_SCRIPTED

    def stall(self):
        """Wait until the test is over."""
        self.stalled.set()
        self._over.wait(PATIENCE_S)


def _handler(provider):  # noqa: C901 - a class in a function, because the server wants a class
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or b"{}")
            headers = {name.lower(): value for name, value in self.headers.items()}
            provider.requests.append(Received(self.path, headers, body))
            path = self.path.partition("?")[0]
            kind = next((wire for ending, wire in _WIRES if path.endswith(ending)), None)
            if kind is None:
                self._whole(404, {"error": {"message": f"Nothing is at {path}."}})
                return
            wire = kind(path, body)
            answer = provider.next_answer() if wire.is_scripted else Answer()
            if isinstance(answer, Fault):
                self._whole(answer.status, wire.error(answer), {"retry-after-ms": "1"})
            elif wire.is_stream:
                self._stream(wire.events(answer), answer)
            else:
                if answer.stalls_after is not None:
                    provider.stall()
                self._whole(200, wire.whole(answer))

        def do_GET(self):
            self._whole(404, {"error": {"message": f"Nothing is at {self.path}."}})

        def _whole(self, status, body, headers=None):
            encoded = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"content-type": "application/json", "x-request-id": "req_1", **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(encoded)))
            self.end_headers()
            self.wfile.write(encoded)

        def _stream(self, events, answer):
            """Send events as they come; a wire yields (is it a word, its bytes)."""
            self.send_response(200)
            for name, value in (("content-type", "text/event-stream"), ("transfer-encoding", "chunked")):
                self.send_header(name, value)
            self.end_headers()
            words = 0
            for is_word, event in events:
                if is_word and words == answer.breaks_after:
                    self.close_connection = True  # without the last chunk: the client sees a broken connection
                    return
                if is_word and words == answer.stalls_after:
                    provider.stall()
                words += is_word
                self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")

        def handle(self):
            try:
                super().handle()
            except (BrokenPipeError, ConnectionResetError):
                pass  # the client has gone, as some tests want it to

        def log_message(self, *_):
            """Say nothing."""

    return Handler
