"""Runs, sessions, statistics, errors, comparison, about: in a browser."""

import pytest
from support.browser import until

PAGES = {
    "runs": ".runs .line",
    "sessions": "td a >> text=weekend",
    "session/booking-17": "article.card .message",
    "stats": ".tile",
    "errors": "td >> text=TimeoutError",
    "about": "h2 >> text=Settings",
    "compare?a=@-3&b=@-2": ".compare .line",
    "compare?b=@-2": "tbody a",
}


@pytest.fixture
def opened(page, shown):
    """Return a function that opens a page; what it complains of fails the test."""

    def go(path):
        page.goto("about:blank")
        page.goto(f"{shown.address}#/{path}")
        return page

    yield go
    assert page.complaints == []
    assert [url for url in page.asked if not url.startswith((shown.address, "about:"))] == []


@pytest.mark.parametrize(("path", "shows"), PAGES.items())
def test_every_page_shows_something(opened, path, shows):
    opened(path).wait_for_selector(shows)


def test_runs_stand_newest_first_with_their_outcome(opened):
    page = opened("runs")
    page.wait_for_selector(".runs .line")

    outcomes = [mark.inner_text() for mark in page.query_selector_all(".runs .line .mark")]

    assert outcomes == ["aborted", "error", "completed", "completed", "interrupted", "completed"]


def test_a_run_is_opened_with_the_keyboard_alone(opened):
    page = opened("runs")
    page.wait_for_selector(".runs .line")

    page.keyboard.press("j")
    page.keyboard.press("Enter")

    page.wait_for_selector(".run-head h1 >> text=plan_weekend")


def test_two_runs_are_chosen_and_compared_with_the_keyboard(opened):
    page = opened("runs")
    page.wait_for_selector(".runs .line")

    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    page.wait_for_selector("button >> text=Compare the two")
    page.keyboard.press("c")

    page.wait_for_selector(".banner >> text=First difference")


def test_a_query_is_completed_and_filters(opened):
    page = opened("runs")
    page.wait_for_selector(".runs .line")

    page.keyboard.press("/")
    page.keyboard.type("stat")
    page.wait_for_selector(".options li >> text=status:")
    page.keyboard.press("Tab")
    page.keyboard.type("err")
    page.wait_for_selector(".options li >> text=status:error")
    page.keyboard.press("Tab")

    until(page, "document.querySelectorAll('.runs .line').length == 1")
    assert "status%3Aerror" in page.url


def test_a_query_that_is_wrong_says_where(page, shown):
    page.goto(f"{shown.address}#/runs?q=statsu:error")

    assert "Did you mean 'status'?" in page.inner_text(".query .wrong")


def test_a_facet_filters_and_takes_itself_back(opened):
    page = opened("runs")

    page.click(".facets button >> text=interrupted")
    until(page, "document.querySelectorAll('.runs .line').length == 1")
    page.click(".facets button >> text=interrupted")

    until(page, "document.querySelectorAll('.runs .line').length == 6")


def test_a_number_leads_to_the_runs_behind_it(opened):
    page = opened("stats?by=node")

    page.click("td a >> text=find_hotels")

    until(page, "document.querySelectorAll('.runs .line').length == 1")


def test_the_comparison_begins_at_the_first_difference(opened):
    page = opened("compare?a=@-3&b=@-2")

    page.wait_for_selector(".compare .line.first[aria-selected=true] >> text=find_hotels")


def test_the_palette_leads_to_pages_and_runs(opened):
    page = opened("runs")
    page.wait_for_selector(".runs .line")

    page.keyboard.press("Control+k")
    page.keyboard.type("plan_trip")
    page.wait_for_selector("dialog li >> text=completed")
    page.keyboard.press("Enter")

    page.wait_for_selector(".run-head h1 >> text=plan_trip")


def test_what_is_typed_right_after_ctrl_k_goes_to_the_palette(opened):
    page = opened("runs")
    page.wait_for_selector(".runs .line")

    is_ready = page.evaluate(
        """async () => {
            dispatchEvent(new KeyboardEvent("keydown", { key: "k", ctrlKey: true }));
            await new Promise((next) => setTimeout(next)); // as soon as the next key can come
            return document.activeElement.closest("dialog") !== null;
        }"""
    )

    assert is_ready


def test_the_theme_changes_and_stays(opened):
    page = opened("runs")

    page.click("header button >> text=auto")
    page.click("header button >> text=light")
    page.reload()

    page.wait_for_selector("html[data-theme=dark]")


def test_there_are_keys_to_look_up(opened):
    page = opened("runs")
    page.wait_for_selector(".runs .line")

    page.keyboard.press("?")

    page.wait_for_selector("dialog[open] kbd")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")


def test_sessions_are_sorted_by_the_heading_that_is_clicked_and_the_address_says_so(shown, page):
    page.goto(f"{shown.address}#/sessions")
    runs = "[...document.querySelectorAll('tbody tr')].map((row) => Number(row.cells[4].textContent))"
    page.wait_for_selector("tbody tr >> nth=1")

    page.click("th >> text=Runs")
    until(page, f"{runs}.length > 1 && {runs}.every((count, at, all) => at === 0 || count <= all[at - 1])")
    falling = page.evaluate("location.hash")
    page.click("th >> text=Runs")
    until(page, f"{runs}.every((count, at, all) => at === 0 || count >= all[at - 1])")

    assert (falling, page.evaluate("location.hash")) == ("#/sessions?sort=-runs", "#/sessions?sort=runs")
    assert page.get_attribute("th[aria-sort]", "aria-sort") == "ascending"


def test_what_failed_of_a_node_is_one_click_away(shown, page):
    page.goto(f"{shown.address}#/stats?by=node")

    page.click("tr:has-text('find_hotels') a.bad")

    page.wait_for_selector(".toolbar >> text=1 run")
    assert "errors" in page.evaluate("decodeURIComponent(location.hash)")
