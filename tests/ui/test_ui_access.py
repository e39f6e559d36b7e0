"""Who may ask, and what a browser lets the page do."""

from contextlib import ExitStack

import pytest
from starlette.testclient import TestClient

from gradient.store import SqliteStore
from gradient.ui.application import Shown, application

MEDIUM = f"/api/runs/@last/media/sha256:{64 * '0'}"


@pytest.fixture
def elsewhere(home):
    """A server that others may ask too, and so wants a token."""
    shown = Shown(open_store=lambda: SqliteStore(home), home=home, hosts=None, token="sesame")
    with TestClient(application(shown), "http://10.0.0.7:4319", follow_redirects=False) as client:
        yield client


@pytest.mark.parametrize("host", ["localhost", "localhost:4319", "127.0.0.1:80", "[::1]:4319", "LOCALHOST"])
def test_this_machine_may_ask(client, host):
    assert client.get("/api/runs", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:4319", "10.0.0.7", "", "[::1"]
)
@pytest.mark.parametrize("path", ["/", "/api/runs", "/api/live", MEDIUM])
def test_a_name_that_is_not_ours_is_refused(client, host, path):
    assert client.get(path, headers={"Host": host}).status_code == 403


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost:9999", "https://localhost.evil.example"]
)
def test_other_pages_are_refused(client, origin):
    assert client.get("/api/runs", headers={"Origin": origin}).status_code == 403


def test_our_own_page_is_not_refused(client):
    assert (
        client.get("/api/runs", headers={"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}).status_code
        == 200
    )


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_page_loads_is_refused_but_a_link_to_the_page_works(client, site):
    for path in ("/api/runs/@last/export", MEDIUM):
        assert client.get(path, headers={"Sec-Fetch-Site": site}).status_code == 403
    assert client.get("/", headers={"Sec-Fetch-Site": site}).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_can_be_written(client, method):
    assert client.request(method, "/api/runs").status_code == 405


@pytest.mark.parametrize("path", ["/", "/api/runs", "/api/runs/ffff", "/nothing"])
def test_every_answer_forbids_what_the_page_does_not_need(client, path):
    headers = client.get(path).headers

    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/..%2f..%2fpyproject.toml", "/%2e%2e/application.py", "/assets/..%2f..%2f__init__.py"]
)
def test_nothing_but_the_page_is_served(client, path):
    assert client.get(path).status_code == 404


def test_without_the_token_nothing_is_told(elsewhere):
    assert [elsewhere.get(path).status_code for path in ("/", "/api/runs", "/?token=wrong", "/api/live", MEDIUM)] == [
        401
    ] * 5


def test_the_token_of_the_address_becomes_a_cookie_and_leaves_the_address(elsewhere):
    opened = elsewhere.get("/?token=sesame&more=1")

    assert (opened.status_code, opened.headers["location"]) == (303, "/?more=1")
    assert {"httponly", "samesite=strict"} <= set(opened.headers["set-cookie"].lower().split("; "))
    assert elsewhere.get("/api/runs").status_code == 200


def test_one_browser_keeps_pages_of_several_ports_of_a_host_open(home):
    tokens = {4319: "sesame", 4320: "sisim", 4321: "susam"}
    servers = {
        port: application(Shown(open_store=lambda: SqliteStore(home), home=home, hosts=None, token=token))
        for port, token in tokens.items()
    }
    kept = {}
    with ExitStack() as stack:
        browsers = {
            port: stack.enter_context(TestClient(server, f"http://10.0.0.7:{port}", follow_redirects=False))
            for port, server in servers.items()
        }
        for port, browser in browsers.items():
            browser.get(f"/?token={tokens[port]}")
            kept |= dict(browser.cookies)  # a browser keeps cookies by host, whatever the port
        for browser in browsers.values():
            browser.cookies.update(kept)

        answers = [browser.get("/api/runs").status_code for browser in browsers.values()]

    assert answers == [200, 200, 200]
