"""The page as users open it: the real server, real runs, a real browser."""

import pytest
from starlette.testclient import TestClient
from support.browser import FLAGS, MISSING, ROOT, Home, chromium
from support.patience import PATIENCE_S

from gradient.store import SqliteStore
from gradient.ui.application import Shown, application


@pytest.fixture
def client(home):
    """What asks the server without a browser; the server may not be told more than where the home is."""
    with TestClient(application(Shown(open_store=lambda: SqliteStore(home), home=home)), "http://localhost") as client:
        yield client


@pytest.fixture
def get(client):
    """Return a function that asks for a path of the API and returns what is answered."""

    def ask(path, status=200):
        response = client.get(f"/api/{path}")
        assert response.status_code == status, response.text
        return response.json()

    return ask


@pytest.fixture(scope="module")
def browser():
    """A Chromium; the whole module is skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason=MISSING)
    path = chromium() or pytest.skip(MISSING)
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def page(browser):
    """An empty page that fails the test when it complains or asks anybody but the server."""
    context = browser.new_context(viewport={"width": 1400, "height": 860}, color_scheme="light")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_S * 1000)
    page.complaints = []
    page.asked = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
    page.on("request", lambda request: page.asked.append(request.url))
    yield page
    context.close()


@pytest.fixture
def begun(tmp_path):
    """A home of this test alone; its server is stopped in the end."""
    made = Home(tmp_path)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """A home with a run of each sort, and its server."""
    made = Home(tmp_path_factory.mktemp("shown"))
    made.run(ROOT / "examples" / "demo.py")
    made.run(ROOT / "examples" / "interrupt.py")
    made.gradient("demo")
    made.gradient("demo", "--error")
    made.run(made.script(_DIES))
    made.serve()
    yield made
    made.stop()


_DIES = """
import os
from gradient.sdk import entrypoint, step

@entrypoint
def dies():
    with step("reads", kind="tool"):
        os._exit(9)

dies()
"""
