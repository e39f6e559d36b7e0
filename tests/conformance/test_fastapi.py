"""Agents that stream their answers through FastAPI, to clients that read on or leave."""

import asyncio
import gc

import httpx
import pytest
from conformance.trees import expected_trees, trees_of
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from gradient.runtime import get_current_context
from gradient.runtime.context import current_scope
from gradient.sdk import entrypoint, step

ITEMS = ["a", "b", "c"]


@entrypoint
def stream():
    for item in ITEMS:
        with step(f"item {item}"):
            yield item


@entrypoint
async def stream_async():
    for item in ITEMS:
        with step(f"item {item}"):
            await asyncio.sleep(0)
            yield item


@entrypoint
async def answer(question):
    with step("think"):
        return f"{question}!"


def make_app():
    app = FastAPI()

    @app.get("/stream")
    def read_stream():
        return StreamingResponse(stream())

    @app.get("/stream-async")
    async def read_stream_async():
        return StreamingResponse(stream_async())

    @app.get("/answer")
    async def read_answer(question: str):
        return await answer(question)

    @app.get("/decorated")
    @entrypoint
    async def decorated(question: str, loud: bool = False):
        with step("think"):
            return question.upper() if loud else question

    return app


@pytest.fixture
def client():
    return httpx.AsyncClient(transport=httpx.ASGITransport(make_app()), base_url="http://agent")


def three_items(name):
    steps = "".join(f"  step item {item}: completed\n" for item in ITEMS)
    return f"request {name}: completed\n{steps}"


@pytest.mark.parametrize(("path", "name"), [("/stream", "stream"), ("/stream-async", "stream_async")])
async def test_a_stream_that_is_read_to_its_end_is_one_run(runtime, read_runs, client, path, name):
    response = await client.get(path)

    assert response.text == "abc"
    assert trees_of(read_runs()) == three_items(name)
    assert get_current_context() is None


@pytest.mark.parametrize(("path", "name"), [("/stream", "stream"), ("/stream-async", "stream_async")])
async def test_streams_to_many_clients_at_once_stay_apart(runtime, read_runs, client, path, name):
    responses = await asyncio.gather(*(client.get(path) for _ in range(10)))

    assert {response.text for response in responses} == {"abc"}
    assert trees_of(read_runs()) == three_items(name) * 10


async def test_an_endpoint_may_call_an_entrypoint(runtime, read_runs, client):
    response = await client.get("/answer", params={"question": "Why"})

    assert response.json() == "Why!"
    assert trees_of(read_runs()) == "request answer: completed\n  step think: completed\n"


async def test_an_endpoint_may_be_an_entrypoint_and_keeps_its_parameters(runtime, read_runs, client):
    response = await client.get("/decorated", params={"question": "why", "loud": "true"})
    invalid = await client.get("/decorated")

    assert response.json() == "WHY"
    assert invalid.status_code == 422
    assert [run["inputs"] for run in read_runs()] == [{"question": "why", "loud": True}]


class Client:
    """A client as a server sees it: it takes what is sent until it leaves.

    Args:
        leaves_after: How many chunks it takes; the next one fails as a closed connection does.
    """

    def __init__(self, leaves_after=None):
        self.chunks = []
        self.left = asyncio.Event()
        self._leaves_after = leaves_after

    async def get(self, app, path, spec_version):
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": spec_version}, "http_version": "1.1",
            "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": [],
            "scheme": "http", "server": ("agent", 80), "client": ("client", 1), "root_path": "",
        }  # fmt: skip
        requests = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive():
            request = next(requests, None)
            if request is None:
                await self.left.wait()
                return {"type": "http.disconnect"}
            return request

        await app(scope, receive, self._send)

    async def _send(self, message):
        if message["type"] != "http.response.body" or not message["body"]:
            return
        if len(self.chunks) == self._leaves_after:
            self.left.set()
            # A server of before ASGI 2.4 says nothing and lets the client's absence be received.
            await asyncio.sleep(0)
            raise OSError
        self.chunks.append(message["body"])


async def leave(client, path, spec_version):
    """Let a client leave, whatever the framework says of that, and the loop end what nobody reads any more."""
    try:
        await client.get(make_app(), path, spec_version)
    except Exception:  # noqa: BLE001 - starlette has another one in every version
        pass
    gc.collect()
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.mark.parametrize("spec_version", ["2.3", "2.4"])
async def test_a_client_that_leaves_early_abandons_the_stream(runtime, read_runs, spec_version):
    client = Client(leaves_after=1)

    await leave(client, "/stream-async", spec_version)

    assert client.chunks == [b"a"]
    assert trees_of(read_runs()) == expected_trees("""
        request stream_async: abandoned
          step item a: completed
          step item b: abandoned
    """)
    assert current_scope.get() is None


@pytest.mark.parametrize("spec_version", ["2.3", "2.4"])
async def test_a_client_that_leaves_early_abandons_a_stream_that_threads_read(runtime, read_runs, spec_version):
    client = Client(leaves_after=1)

    await leave(client, "/stream", spec_version)

    assert client.chunks == [b"a"]
    assert trees_of(read_runs()) == expected_trees("""
        request stream: abandoned
          step item a: completed
          step item b: abandoned
    """)


async def test_a_client_that_leaves_while_the_agent_works_cancels_it(runtime, read_runs):
    working = asyncio.Event()

    @entrypoint
    async def slow():
        with step("first"):
            yield "first"
        with step("second"):
            working.set()
            await asyncio.Event().wait()
            yield "second"

    app = FastAPI()
    app.get("/slow")(lambda: StreamingResponse(slow()))
    client = Client()
    reading = asyncio.create_task(client.get(app, "/slow", "2.3"))
    await working.wait()
    client.left.set()
    await reading

    assert client.chunks == [b"first"]
    assert trees_of(read_runs()) == expected_trees("""
        request slow: cancelled
          step first: completed
          step second: cancelled
    """)
