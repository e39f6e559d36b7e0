"""The page takes what other programs send, shows it, and lets nobody else write."""

import gzip

import httpx
import pytest
from starlette.testclient import TestClient
from support.browser import Home
from support.patience import PATIENCE_S
from support.sent import JSON, PROTOBUF, body, official_spans, span

from gradient.export.otlp import otlp_json
from gradient.ingest import Ingest
from gradient.runtime.settings.fields import Settings
from gradient.sdk import entrypoint
from gradient.store import SqliteStore
from gradient.ui.application import Shown, application

MOST_BYTES = 64 * 1024 * 1024


def page(home, url="http://localhost:4319", **more):
    """Return a client of a page of a home."""
    shown = Shown(open_store=lambda: SqliteStore(home), home=home, open_ingest=lambda: Ingest(home, Settings()), **more)
    return TestClient(application(shown), url)


@pytest.fixture
def client(other):
    """What asks a page of this machine."""
    with page(other) as client:
        yield client


@pytest.fixture
def elsewhere(other):
    """What asks a page that others may ask too."""
    with page(other, "http://10.0.0.7:4319", hosts=None, token="sesame") as client:
        yield client


def post(client, data, content_type=PROTOBUF, **headers):
    return client.post("/v1/traces", content=data, headers={"Content-Type": content_type, **headers})


def listed(client):
    return [run["entrypoint"] for run in client.get("/api/runs").json()["runs"]]


@pytest.mark.parametrize("packed", [False, True])
def test_what_is_sent_is_listed(client, packed):
    data = body(span("root", 1), span("child", 2, parent=1))

    answer = post(client, gzip.compress(data), **{"Content-Encoding": "gzip"}) if packed else post(client, data)

    assert (answer.status_code, answer.headers["content-type"]) == (200, PROTOBUF)
    assert listed(client) == ["root"]


def test_json_is_taken_too(client, runtime, read_runs):
    entrypoint(lambda: 1, name="agent")()

    answer = post(client, b"".join(otlp_json(read_runs())), JSON)

    assert (answer.status_code, answer.json()) == (200, {})
    assert listed(client) == ["agent"]


REFUSED = {
    "bytes": ({"data": b"\xff\xff\xff"}, 400),
    "half of JSON": ({"data": b"{", "content_type": JSON}, 400),
    "no gzip": ({"data": b"no gzip", "Content-Encoding": "gzip"}, 400),
    "a bomb": ({"data": gzip.compress(bytes(MOST_BYTES + 1)), "Content-Encoding": "gzip"}, 413),
    "text": ({"data": body(span()), "content_type": "text/plain"}, 415),
    "what says that it is large": ({"data": b"", "Content-Length": str(MOST_BYTES + 1)}, 413),
    "what another page sends": ({"data": body(span()), "Origin": "http://evil.example"}, 403),
    "what is sent to another name": ({"data": body(span()), "Host": "evil.example"}, 403),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_taken_is_refused_and_leaves_nothing_behind(client, other, what):
    sent, code = REFUSED[what]

    answer = post(client, **sent)

    assert answer.status_code == code
    assert answer.text.endswith("\n")
    assert not other.exists()


def test_what_does_not_say_how_large_it_is_may_not_be_larger(client, other):
    answer = post(client, (bytes(1024 * 1024) for _ in range(65)))

    assert answer.status_code == 413
    assert not other.exists()


def test_who_is_elsewhere_needs_the_token(elsewhere, other):
    data = body(span("root", 1))
    refused = [
        post(elsewhere, data),
        post(elsewhere, data, Authorization="Bearer guess"),
        post(elsewhere, data, Cookie="gradient_token=sesame"),
    ]

    assert [answer.status_code for answer in refused] == [401] * 3
    assert "Authorization: Bearer" in refused[0].text
    assert not other.exists()
    assert post(elsewhere, data, Authorization="Bearer sesame").status_code == 200


def test_the_token_of_a_program_opens_nothing_but_this(elsewhere):
    assert elsewhere.get("/api/runs", headers={"Authorization": "Bearer sesame"}).status_code == 401


def test_a_page_without_what_reads_otlp_says_what_to_install(other):
    def missing():
        raise ImportError("No module named 'opentelemetry'")

    shown = Shown(open_store=lambda: SqliteStore(other), home=other, open_ingest=missing)
    with TestClient(application(shown), "http://localhost") as client:
        answer = post(client, body(span()))

    assert (answer.status_code, "pip install 'gradient-runtime[otel]'" in answer.text) == (501, True)


@pytest.fixture
def begun(tmp_path):
    """A home that the command serves."""
    made = Home(tmp_path)
    yield made
    made.stop()


def test_the_official_exporter_can_send_to_the_command(begun):
    address = begun.serve("--all-projects")

    with official_spans(f"{address}v1/traces") as tracer, tracer.start_as_current_span("outer"):
        pass

    with httpx.Client(base_url=address, timeout=PATIENCE_S) as client:
        assert listed(client) == ["outer"]
    assert begun.stop() == 0
