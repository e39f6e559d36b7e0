"""Clients of HTTP tell the services that they call which trace the call is part of, and nobody else."""

import asyncio
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from support.patience import PATIENCE_S
from support.sent import under

from gradient.instrumentors.python.propagation import is_private
from gradient.sdk import configure, entrypoint, step

_TRACE, _SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
_PARENT = f"00-{_TRACE}-{_SPAN}-01"


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

    httpx.get(url, timeout=PATIENCE_S, **more)


def by_httpx_async(url, **more):
    import httpx

    async def get():
        async with httpx.AsyncClient(timeout=PATIENCE_S) as client:
            await client.get(url, **more)

    asyncio.run(get())


def by_requests(url, **more):
    import requests

    requests.get(url, timeout=PATIENCE_S, **more)


def by_aiohttp(url, **more):
    import aiohttp

    async def get():
        async with aiohttp.ClientSession() as session, session.get(url, **more):
            pass

    asyncio.run(get())


def by_httpx2(url, **more):
    pytest.importorskip("httpx2").get(url, timeout=PATIENCE_S, **more)


def by_httpx2_async(url, **more):
    httpx2 = pytest.importorskip("httpx2")

    async def get():
        async with httpx2.AsyncClient(timeout=PATIENCE_S) as client:
            await client.get(url, **more)

    asyncio.run(get())


CLIENTS = [by_httpx, by_httpx_async, by_httpx2, by_httpx2_async, by_requests, by_aiohttp]


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
