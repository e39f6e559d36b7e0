"""A request that spans processes reads as one tree, whatever carries it over."""

import asyncio
import concurrent.futures
import multiprocessing
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from support.receiver import receiving

from gradient.instrumentors.propagation import is_private
from gradient.runtime.remote import extract, told_remote
from gradient.sdk import AsgiTrace, WsgiTrace, configure, continued_trace, entrypoint, step, trace_headers

_ROOT = Path(__file__).parents[2]
_TRACE, _SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
_PARENT = f"00-{_TRACE}-{_SPAN}-01"
_CHILD = "import os; print(os.environ.get('TRACEPARENT', ''))"
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


class _Echo(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def echo():
    """A server that keeps the headers it is sent."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    server.headers = []
    server.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def by_httpx(url, **more):
    import httpx

    httpx.get(url, **more)


def by_httpx_async(url, **more):
    import httpx

    async def get():
        async with httpx.AsyncClient() as client:
            await client.get(url, **more)

    asyncio.run(get())


def by_requests(url, **more):
    import requests

    requests.get(url, timeout=5, **more)


def by_aiohttp(url, **more):
    import aiohttp

    async def get():
        async with aiohttp.ClientSession() as session, session.get(url, **more):
            pass

    asyncio.run(get())


CLIENTS = [by_httpx, by_httpx_async, by_requests, by_aiohttp]


def under(headers):
    """Return trace and span that headers tell of."""
    remote = extract(headers)
    return remote and (remote.trace_id, remote.span_id)


@pytest.mark.parametrize("get", CLIENTS)
def test_a_call_inside_a_request_tells_of_the_step_that_makes_it(runtime, read_runs, echo, get):
    @entrypoint
    def agent():
        with step("call"):
            get(echo.url)

    agent()

    (run,) = read_runs()
    assert under(echo.headers[0]) == (run["trace_id"], run["executions"][0]["execution_id"])


@pytest.mark.parametrize("get", CLIENTS)
def test_a_call_outside_of_any_request_is_left_alone(runtime, echo, get):
    get(echo.url)

    assert "traceparent" not in echo.headers[0]


@pytest.mark.parametrize("get", CLIENTS)
def test_a_header_that_is_there_is_left_alone(runtime, echo, get):
    entrypoint(lambda: get(echo.url, headers={"traceparent": _PARENT}))()

    assert under(echo.headers[0]) == (_TRACE, _SPAN)


@pytest.mark.parametrize("get", CLIENTS)
def test_once_uninstalled_nothing_is_told(runtime, echo, get):
    @entrypoint
    def agent():
        runtime.uninstall_instrumentation()
        get(echo.url)

    agent()

    assert "traceparent" not in echo.headers[0]


def test_other_headers_stay(runtime, echo):
    entrypoint(lambda: by_aiohttp(echo.url, headers={"X-Mine": "1"}))()

    assert echo.headers[0]["x-mine"] == "1"
    assert "traceparent" in echo.headers[0]


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("10.2.3.4", True),
        ("::1", True),
        ("orders", True),
        ("orders.shop.svc.cluster.local", True),
        ("printer.local", True),
        ("api.openai.com", False),
        ("8.8.8.8", False),
        ("", False),
    ],
)
def test_hosts_of_the_public_internet_are_told_nothing(host, private):
    assert is_private(host) is private


def test_settings_name_further_hosts(runtime):
    import httpx

    seen = []
    transport = httpx.MockTransport(lambda request: seen.append(request.headers) or httpx.Response(200))

    @entrypoint
    def agent():
        with httpx.Client(transport=transport) as client:
            client.get("https://api.example.com/")
            configure(propagate_to=["*.example.com"])
            client.get("https://api.example.com/")

    agent()

    assert ["traceparent" in headers for headers in seen] == [False, True]


def test_a_child_process_is_told_in_its_environment(runtime, read_runs):
    def run(**more):
        program = [sys.executable, "-c", _CHILD]
        return subprocess.run(program, capture_output=True, text=True, check=True, **more).stdout

    told = entrypoint(lambda: (run(), run(env={**os.environ, "MINE": "1"}), run(env={"TRACEPARENT": "mine"})))()

    (request,) = read_runs()
    assert [under({"TRACEPARENT": each.strip()}) for each in told[:2]] == [
        (request["trace_id"], request["span_id"]),
        (request["trace_id"], request["span_id"]),
    ]
    assert told[2].strip() == "mine"
    assert run().strip() == ""


def remote_in_child(queue=None):
    remote = told_remote.get()
    told = remote and (remote.trace_id, remote.span_id)
    if queue is not None:
        queue.put(told)
    return told


def test_a_spawned_process_goes_on_with_the_trace(runtime, read_runs):
    context = multiprocessing.get_context("spawn")

    @entrypoint(capture_outputs=False)
    def agent():
        queue = context.SimpleQueue()
        child = context.Process(target=remote_in_child, args=(queue,))
        child.start()
        child.join()
        return queue.get()

    told = agent()

    (run,) = read_runs()
    assert told == (run["trace_id"], run["span_id"])


def test_work_of_a_process_pool_goes_on_with_the_trace_that_submitted_it(runtime, read_runs):
    with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:

        @entrypoint
        def agent():
            return pool.submit(remote_in_child).result()

        told = [agent(), agent()]

    assert told == [(run["trace_id"], run["span_id"]) for run in read_runs()]


def test_a_celery_task_goes_on_with_the_trace_that_sent_it(runtime, read_runs):
    celery = pytest.importorskip("celery")
    from celery.contrib.testing.worker import start_worker

    app = celery.Celery("test", broker="memory://", backend="cache+memory://")

    @app.task(name="celery.ping")
    def ping():
        return "pong"

    @app.task(name="work")
    def work():
        return remote_in_child()

    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
        told = entrypoint(lambda: work.delay().get(timeout=30))()
        outside = work.delay().get(timeout=30)

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
            by_httpx(f"http://127.0.0.1:{port}/", timeout=60)

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
