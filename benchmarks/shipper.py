"""How fast runs are sent, what sending costs the agent, and what live mode costs it, beside the stock batch processor.

The workload: requests with 6 nodes, 2 model calls and 2 tool calls each; the receiver answers at once, in a process of
its own.

Run: python -m benchmarks.shipper [REQUESTS]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from benchmarks.rounds import minima
from gradient.export.ship.destination import Destination
from gradient.export.ship.metrics import Metrics
from gradient.export.ship.shipper import Shipper
from gradient.export.ship.source import Manner
from gradient.journal.events import Usage
from gradient.runtime import RuntimeManager, Settings
from gradient.runtime.step import Step

_RECEIVER = """
import socketserver
from http.server import BaseHTTPRequestHandler

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *args):
        pass

with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
"""
_ASKED = {"messages": [{"role": "user", "parts": [{"type": "text", "content": "what is the weather " * 10}]}]}
_SAID = {"messages": [{"role": "assistant", "parts": [{"type": "text", "content": "it is sunny " * 10}]}]}
_EXECUTIONS = 10


def main(requests: int) -> None:
    """Measure and print."""
    with receiving() as url:
        per_second, stock = throughput(requests, url), stock_throughput(requests * _EXECUTIONS, url)
        print(f"{'sent, executions per second of CPU':50} {per_second:10,.0f}   goal 5,000")
        print(f"{'stock exporter, spans of 10 attributes, likewise':50} {stock:10,.0f}")
        for name, cost_us in callers_cost(url).items():
            print(f"{f'us of the caller per execution, {name}':50} {cost_us:10.1f}")


@contextmanager
def receiving():
    """Give the URL of a receiver that keeps nothing."""
    process = subprocess.Popen([sys.executable, "-c", _RECEIVER], stdout=subprocess.PIPE, text=True)
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1/traces"
    finally:
        process.kill()
        process.wait()


def throughput(requests: int, url: str) -> float:
    """Return how many executions a second of CPU sends, everything from journal to answer included."""
    with tempfile.TemporaryDirectory() as home:
        manager = RuntimeManager(settings=Settings(home=Path(home), console="off"), instrumentors=())
        for _ in range(requests):
            request(manager)
        manager.shutdown()
        metrics = Metrics(url.replace("traces", "metrics"))
        shipper = Shipper(Path(home), Destination(url=url), Manner(), metrics=metrics)
        started = time.process_time()
        shipper.round()
        took_s = time.process_time() - started
        shipper.close()
        assert shipper.shipped.spans == requests * (_EXECUTIONS + 1)
        return shipper.shipped.spans / took_s


def stock_throughput(spans: int, url: str) -> float:
    """Return the same for the stock exporter, given spans that are made already."""
    provider = TracerProvider()
    tracer = provider.get_tracer("stock")
    about = {f"gen_ai.attribute.{number}": "text " * 5 for number in range(10)}
    made: list[ReadableSpan] = []
    for _ in range(spans):
        span = tracer.start_span("chat gpt-4o", attributes=about)
        span.end()
        made.append(span)
    exporter = OTLPSpanExporter(url)
    started = time.process_time()
    for at in range(0, spans, 512):
        exporter.export(made[at : at + 512])
    return spans / (time.process_time() - started)


def callers_cost(url: str) -> dict[str, float]:
    """Return microseconds of the caller's thread for an execution: without export, with it, and live."""
    with tempfile.TemporaryDirectory() as home:
        home_of = Path(home)
        plain = RuntimeManager(settings=Settings(home=home_of / "a", console="off"), instrumentors=())
        sending = Settings(
            home=home_of / "b", console="off", otlp_endpoint=url.removesuffix("/v1/traces"), otlp_exit_s=30
        )
        exporting = RuntimeManager(settings=sending, instrumentors=())
        provider = TracerProvider()
        provider.add_span_processor(BatchSpanProcessor(_Nowhere()))
        trace.set_tracer_provider(provider)
        live = RuntimeManager(settings=Settings(home=home_of / "c", console="off", otlp_live=True), instrumentors=())
        managers = {"no export": plain, "exporting": exporting, "live": live}
        best = minima({name: lambda each=each: request(each) for name, each in managers.items()}, rounds=300)
        for each in managers.values():
            each.shutdown()
    return {name: cost_us / (_EXECUTIONS + 1) for name, cost_us in best.items()}


class _Nowhere(SpanExporter):
    def export(self, spans: object) -> SpanExportResult:  # noqa: ARG002 - the SDK's signature
        return SpanExportResult.SUCCESS


def request(manager: RuntimeManager) -> None:
    """Record one request."""
    tracker = manager.get_tracker()
    opened = manager.open_request("agent", {"question": "what is the weather in Zurich"})
    for number in range(6):
        state = {"messages": ["hello", "world"], "plan": "go", "count": number}
        node = tracker.start(Step(f"node{number}", "node", "langgraph", state, {"step": number}, parent=opened))
        if number % 3 == 0:
            call = Step("ChatOpenAI", "llm", "langchain", _ASKED, parent=node, model="gpt-4o", provider="openai")
            asked = tracker.start(call)
            asked.usage = Usage(100, 20)
            tracker.end(asked, _SAID)
        if number % 3 == 1:
            tracker.end(tracker.start(Step("search", "tool", "langchain", {"q": "weather"}, parent=node)), "sunny")
        tracker.end(node, {"plan": "done", "count": number + 1})
    manager.end_request({"answer": "sunny"}, request=opened)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
