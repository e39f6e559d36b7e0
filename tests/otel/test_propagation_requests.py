"""What the user holds of a call over HTTP is what it is without us, and each host on its way is told its own."""

import asyncio
import inspect
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from support.patience import PATIENCE_S
from support.sent import under

from gradient.sdk import entrypoint

PUBLIC = "shop.example.com"


class _Hops(BaseHTTPRequestHandler):
    """Redirects from `/to?URL`, and keeps which host was told what."""

    def do_GET(self):
        host = self.headers["Host"].partition(":")[0]
        self.server.seen.append((host, self.headers.get("traceparent")))
        target = self.path.partition("/to?")[2]
        self.send_response(302 if target else 200)
        if target:
            self.send_header("Location", target)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def server(monkeypatch):
    """A server that is two hosts: a private one, and by a name of the public internet."""
    resolve = socket.getaddrinfo
    own = (PUBLIC, PUBLIC.encode())
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *a, **k: resolve("127.0.0.1" if host in own else host, *a, **k)
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hops)
    server.seen = []
    server.private, server.public = (f"http://{host}:{server.server_port}" for host in ("127.0.0.1", PUBLIC))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


class Httpx:
    """A client of httpx, or of its successor."""

    def __init__(self, name):
        self.library = pytest.importorskip(name)

    def request(self, url):
        return self.library.Request("GET", url, headers={"X-Mine": "1"})

    def send(self, request):
        with self.library.Client(follow_redirects=True, trust_env=False) as client:
            return client.send(request)


class AsyncHttpx(Httpx):
    def send(self, request):
        async def send():
            async with self.library.AsyncClient(follow_redirects=True, trust_env=False) as client:
                return await client.send(request)

        return asyncio.run(send())


class Requests:
    def __init__(self):
        self.library = pytest.importorskip("requests")

    def request(self, url):
        return self.library.Request("GET", url, headers={"X-Mine": "1"}).prepare()

    def send(self, request):
        with self.library.Session() as session:
            session.trust_env = False
            return session.send(request, timeout=PATIENCE_S)


class Aiohttp:
    """Has no request to hold on to; the user's are an address and headers."""

    class Request:
        def __init__(self, url):
            self.url, self.headers = url, {"X-Mine": "1"}

    def __init__(self):
        self.library = pytest.importorskip("aiohttp")
        self.request = self.Request

    def send(self, request):
        async def send():
            async with self.library.ClientSession() as session, session.get(request.url, headers=request.headers) as it:
                return it

        return asyncio.run(send())


MAKERS = {
    "httpx": lambda: Httpx("httpx"),
    "httpx async": lambda: AsyncHttpx("httpx"),
    "httpx2": lambda: Httpx("httpx2"),
    "httpx2 async": lambda: AsyncHttpx("httpx2"),
    "requests": Requests,
    "aiohttp": Aiohttp,
}


@pytest.fixture(params=MAKERS)
def client(request):
    return MAKERS[request.param]()


def told(server):
    return [(host, parent is not None) for host, parent in server.seen]


def state(request):
    return {**vars(request), "headers": dict(request.headers)}


def test_a_request_stays_as_it_was_and_is_that_of_its_response(runtime, server, client):
    request = client.request(server.private)
    client.send(request)  # the clients add to it themselves
    before = state(request)

    response = entrypoint(lambda: client.send(request))()

    assert told(server) == [("127.0.0.1", False), ("127.0.0.1", True)]
    assert state(request) == before
    assert isinstance(client, Aiohttp) or response.request is request


def test_a_request_that_is_sent_again_tells_of_the_trace_it_is_sent_from(runtime, read_runs, server, client):
    request = client.request(server.private)

    for _ in range(2):
        entrypoint(lambda: client.send(request))()
    client.send(request)

    (_, first), (_, second), (_, outside) = server.seen
    assert [under({"traceparent": each})[0] for each in (first, second)] == [run["trace_id"] for run in read_runs()]
    assert outside is None


@pytest.mark.parametrize(("first", "then"), [("private", "public"), ("public", "private"), ("private", "private")])
def test_a_redirect_tells_each_host_what_that_host_may_know(runtime, server, client, first, then):
    request = client.request(f"{getattr(server, first)}/to?{getattr(server, then)}/")

    entrypoint(lambda: client.send(request))()

    hosts = {"private": ("127.0.0.1", True), "public": (PUBLIC, False)}
    assert told(server) == [hosts[first], hosts[then]]


def test_a_failed_call_names_the_request_that_the_user_knows(runtime, client):
    if isinstance(client, Aiohttp):
        pytest.skip("its errors name no request of the user's")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        request = client.request(f"http://127.0.0.1:{closed.getsockname()[1]}/")

        with pytest.raises(Exception, match=r"refused|attempts") as caught:
            entrypoint(lambda: client.send(request))()

    assert caught.value.request is request
    assert "traceparent" not in request.headers


@pytest.mark.parametrize("library", ["httpx", "httpx2"])
def test_what_a_transport_does_to_a_request_is_done_to_the_users(runtime, library):
    httpx = pytest.importorskip(library)
    sent = []

    def answer(request):
        sent.append(request)
        request.headers["X-Signed"] = "1"
        return httpx.Response(200)

    def outcome(wrap):
        with httpx.Client(transport=httpx.MockTransport(answer)) as client:
            request = client.build_request("POST", "http://orders/", content=iter([b"a"]))
            response = wrap(lambda: client.send(request))()
        return dict(request.headers), request.content, response.request is request, list(vars(request))

    bare, traced = outcome(lambda call: call), outcome(entrypoint)

    assert traced == bare
    assert ["traceparent" in each.headers for each in sent] == [False, True]


def test_an_adapter_of_the_users_is_told_once_and_by_its_own_class(runtime, server):
    requests = pytest.importorskip("requests")
    seen = []

    class Mine(requests.adapters.HTTPAdapter):
        def send(self, request, **kwargs):
            seen.append(dict(request.headers))
            return super().send(request, **kwargs)

    with requests.Session() as session:
        session.mount("http://", Mine())
        response = entrypoint(lambda: session.get(server.private, timeout=PATIENCE_S))()

    assert "traceparent" in seen[0]
    assert told(server) == [("127.0.0.1", True)]
    assert "traceparent" not in response.request.headers


def test_the_wrappers_have_the_colour_of_what_they_wrap(runtime):
    httpx = pytest.importorskip("httpx")

    assert inspect.iscoroutinefunction(httpx.AsyncClient._send_single_request)
    assert not inspect.iscoroutinefunction(httpx.Client._send_single_request)
