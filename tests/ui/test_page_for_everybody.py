"""The page works by keyboard and screen reader, enlarged, narrow, and from a file on disk."""

import pytest
from support.backends import wait_until

pytestmark = pytest.mark.slow  # Many pages, or large ones.

VIEWS = ("flame", "graph", "chat", "state", "raw")
PLACES = ["runs", "sessions", "session/weekend", "stats", "errors", "compare?a=@-3&b=@-2", "run/@-6", "run/@-2",
          *(f"run/@-6?view={view}" for view in VIEWS), "run/@-2?view=events", "run/ffff"]  # fmt: skip
SHOWS = "main :is(.line, td, .tile, .block, .box, .message, .text, .state pre, article)"
TABS = ("timeline", "flame", "graph", "chat", "state", "events", "raw")


@pytest.fixture(scope="module")
def axe():
    """What checks a page against the rules of accessibility."""
    return pytest.importorskip("axe_playwright_python.sync_playwright").Axe()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("place", PLACES)
def test_no_rule_of_accessibility_is_broken(page, shown, axe, place, theme):
    page.emulate_media(color_scheme=theme)
    page.goto(f"{shown.address}#/{place}")
    page.wait_for_selector(SHOWS)

    found = axe.run(page).response["violations"]

    assert [(rule["id"], [node["html"][:160] for node in rule["nodes"][:3]]) for rule in found] == []


@pytest.mark.parametrize("place", ["runs", "run/@-6", "stats", "compare?a=@-3&b=@-2"])
@pytest.mark.parametrize(("width", "height"), [(720, 430), (400, 700)])
def test_enlarged_or_narrow_nothing_sticks_out(page, shown, place, width, height):
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{shown.address}#/{place}")
    page.wait_for_selector("main .line, main .tile")

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def words_of(page):
    """Return what a view shows, but for what only a server has: to copy from, and the run beside its parts."""
    page.wait_for_selector("#view .view")
    return page.inner_text("#view .view").replace("Copy as curl", "").replace("Whole run", "").split()


@pytest.mark.parametrize("view", TABS)
def test_a_run_in_a_file_shows_what_the_server_shows(page, shown, tmp_path, view):
    path = tmp_path / "run.html"
    shown.gradient("export", "@-6", "-o", path)
    served = page.context.new_page()

    served.goto(f"{shown.address}#/run/@-6?view={view}")
    page.goto(f"{path.as_uri()}#/run/it?view={view}")

    assert wait_until(lambda: words_of(page) == words_of(served) != [])
    assert [url for url in page.asked if not url.startswith((shown.address, "file:"))] == []
    assert page.complaints == []


def test_a_file_without_content_tells_what_ran_and_nothing_that_was_said(page, shown, tmp_path):
    path = tmp_path / "run.html"
    shown.gradient("export", "@-6", "--no-io", "-o", path)

    page.goto(path.as_uri())

    page.wait_for_selector(".timeline .line >> text=assistant")
    assert "Vienna" not in page.inner_text("body")
