"""A request that spans processes reads as one tree, whatever carries it over."""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from support.patience import PATIENCE_S
from support.receiver import receiving
from support.sent import told_here

from gradient.runtime.remote import told_remote
from gradient.sdk import AsgiTrace, WsgiTrace, continued_trace, entrypoint, step, trace_headers

_ROOT = Path(__file__).parents[2]
_TRACE, _SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
_PARENT = f"00-{_TRACE}-{_SPAN}-01"
_SERVICE = """
import subprocess, sys
from wsgiref.simple_server import WSGIRequestHandler, make_server
from gradient.sdk import WsgiTrace, entrypoint

class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass

@entrypoint
def service():
    subprocess.run([sys.executable, "-c", sys.argv[1]], check=True)

def application(environ, start_response):
    service()
    start_response("200 OK", [])
    return [b"done"]

with make_server("127.0.0.1", 0, WsgiTrace(application), handler_class=Quiet) as server:
    print(server.server_port, flush=True)
    server.handle_request()
"""
_TOOL = """
from gradient.sdk import entrypoint

@entrypoint
def tool():
    return 1

tool()
"""


def test_a_celery_task_goes_on_with_the_trace_that_sent_it(runtime, read_runs, monkeypatch):
    celery = pytest.importorskip("celery")
    from celery.contrib.testing.worker import start_worker
    from celery.signals import setup_logging

    monkeypatch.setattr(setup_logging, "receivers", [])
    setup_logging.connect(lambda **_: None, weak=False)  # else the worker sets levels that later tests would find
    app = celery.Celery("test", broker="memory://", backend="cache+memory://")

    @app.task(name="celery.ping")
    def ping():
        return "pong"

    @app.task(name="work")
    def work():
        return told_here()

    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=PATIENCE_S):
        told = entrypoint(lambda: work.delay().get(timeout=PATIENCE_S))()
        outside = work.delay().get(timeout=PATIENCE_S)

    (run, *_) = read_runs()
    assert tuple(told) == (run["trace_id"], run["span_id"])
    assert outside is None


def test_an_asgi_application_goes_on_with_its_callers_trace(runtime, read_runs):
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route
    from starlette.testclient import TestClient

    @entrypoint
    async def agent():
        return 1

    async def endpoint(request):
        await agent()
        return PlainTextResponse("done")

    app = AsgiTrace(Starlette(routes=[Route("/", endpoint)]))

    with TestClient(app) as client:
        client.get("/", headers={"traceparent": _PARENT})
        client.get("/")

    first, second = read_runs()
    assert (first["trace_id"], first["remote_parent"]) == (_TRACE, _SPAN)
    assert (second["trace_id"], second["remote_parent"]) == (second["request_id"].replace("-", ""), None)


def test_a_wsgi_body_made_while_it_is_sent_goes_on_with_the_trace(runtime, read_runs):
    @entrypoint
    def agent():
        yield b"a"
        yield b"b"

    def application(environ, start_response):
        return agent()

    body = WsgiTrace(application)({"HTTP_TRACEPARENT": _PARENT}, None)
    sent = list(body)
    body.close()

    (run,) = read_runs()
    assert sent == [b"a", b"b"]
    assert (run["trace_id"], run["remote_parent"]) == (_TRACE, _SPAN)
    assert told_remote.get() is None


def test_headers_can_be_handed_over_by_hand(runtime, read_runs):
    @entrypoint
    def caller():
        return trace_headers()

    @entrypoint
    def called():
        return trace_headers()["baggage"]

    headers = caller()
    with continued_trace({**headers, "baggage": "tenant=7"}):
        baggage = called()

    first, second = read_runs()
    assert (second["trace_id"], second["remote_parent"]) == (first["trace_id"], first["span_id"])
    assert baggage == "tenant=7"
    assert trace_headers() == {}


@contextmanager
def service(home, tmp_path):
    """Run a service in a process of its own; give its port."""
    environment = {**os.environ, "PYTHONPATH": str(_ROOT), "GRADIENT_HOME": str(home)}
    program = [sys.executable, "-c", _SERVICE, _TOOL]
    process = subprocess.Popen(program, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    with process.stdout:
        yield int(process.stdout.readline())
    assert process.wait() == 0


def test_a_request_that_spans_three_processes_is_one_tree(runtime, read_runs, shipper_to, home, tmp_path):
    @entrypoint
    def agent(port):
        with step("ask"):
            httpx.get(f"http://127.0.0.1:{port}/", timeout=PATIENCE_S)

    with service(home, tmp_path) as port:
        agent(port)
    with receiving() as receiver:
        shipper_to(receiver.server_port).round()
        spans = {span.span_id.hex(): span for span in receiver.spans}

    assert {run["entrypoint"] for run in read_runs()} == {"agent", "service", "tool"}
    assert len({run["process"]["pid"] for run in read_runs()}) == 3
    assert len({span.trace_id for span in spans.values()}) == 1
    path = [next(span for span in spans.values() if span.name == "invoke_workflow tool")]
    while path[-1].parent_span_id:
        path.append(spans[path[-1].parent_span_id.hex()])
    assert [span.name for span in path] == [
        "invoke_workflow tool",
        "invoke_workflow service",
        "ask",
        "invoke_workflow agent",
    ]
