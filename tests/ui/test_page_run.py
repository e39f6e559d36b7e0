"""The page of a run, in a browser."""

import re

import pytest
from support.browser import until

TABS = {
    "timeline": ".timeline .line",
    "flame": ".flame .block",
    "graph": ".graph .box",
    "chat": ".chat .message",
    "state": ".view td",
    "events": ".view td",
    "raw": ".view .text",
}
NAMES = "[...document.querySelectorAll('.timeline .label')].map((one) => one.textContent)"


@pytest.fixture
def opened(page, shown):
    """Return a function that opens a run; what the page complains of fails the test."""

    def go(reference, **query):
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        page.goto("about:blank")
        page.goto(f"{shown.address}#/run/{reference}?{asked}")
        page.wait_for_selector(".run-head h1")
        return page

    yield go
    assert page.complaints == []
    assert [url for url in page.asked if not url.startswith((shown.address, "about:"))] == []


# The runs of the module's home, newest first.
ABORTED, FAILED, MADE_UP, RESUMED, INTERRUPTED, GRAPH = (f"@-{number}" for number in range(1, 7))


@pytest.mark.parametrize(("tab", "shows"), TABS.items())
@pytest.mark.parametrize("reference", [GRAPH, FAILED])
def test_every_tab_shows_something(opened, reference, tab, shows):
    if (reference, tab) in {(GRAPH, "events"), (FAILED, "state")}:
        shows = ".state h2" if tab == "events" else ".view"

    page = opened(reference, view=tab)

    page.wait_for_selector(shows)
    assert page.get_attribute(f"#tab-{tab}", "aria-selected") == "true"


def test_the_tree_stands_in_the_order_of_starts_below_the_request(opened):
    page = opened(GRAPH)

    names = page.evaluate(NAMES)

    assert names[:6] == ["plan_trip", "LangGraph", "assistant", "ScriptedModel", "next_after_assistant", "tools"]


def test_bars_lie_within_the_bar_of_what_they_are_inside_of(opened):
    page = opened(GRAPH)

    (outer, *inner) = [bar.bounding_box() for bar in page.query_selector_all(".timeline .span")]

    assert all(box["x"] >= outer["x"] - 0.5 for box in inner)
    assert all(box["x"] + box["width"] <= outer["x"] + outer["width"] + 2.5 for box in inner)


def test_what_failed_stands_above_everything_and_leads_to_its_place(opened):
    page = opened(FAILED)
    page.wait_for_selector(".banner .what >> text=the model did not answer")

    page.click(".banner .button")

    page.wait_for_selector(".inspector .problem")
    assert page.inner_text(".inspector h2") == "chat"
    assert page.inner_text(".inspector .source").startswith("/")


def test_n_goes_from_error_to_error(opened):
    page = opened(FAILED)

    page.keyboard.press("n")
    page.wait_for_selector(".inspector h2 >> text=find_hotels")
    page.keyboard.press("n")

    page.wait_for_selector(".inspector h2 >> text=chat")


@pytest.mark.parametrize(("reference", "says"), [(INTERRUPTED, "waits for a human"), (ABORTED, "process died")])
def test_a_run_that_did_not_end_says_why(opened, reference, says):
    page = opened(reference)

    assert says in page.inner_text(".banner")


def test_what_was_open_when_the_process_died_is_marked(opened):
    page = opened(ABORTED)

    assert page.inner_text("#line-0 .unseen") == "aborted"
    assert page.query_selector("#line-0 .span.open") is not None


def test_a_resumed_run_leads_to_the_one_it_resumes(opened):
    page = opened(RESUMED)

    page.click("dl.facts a.mono")

    page.wait_for_selector(".banner >> text=waits for a human")


def test_the_tree_can_be_walked_with_the_keyboard_alone(opened):
    page = opened(GRAPH)
    page.wait_for_selector(".timeline .line")

    for key in ("ArrowDown", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)

    until(page, "document.querySelectorAll('.timeline .line').length == 15")
    assert page.get_attribute(".list", "aria-activedescendant") == "line-1"
    assert page.get_attribute("#line-1", "aria-expanded") == "false"
    page.keyboard.press("ArrowRight")
    until(page, "document.querySelectorAll('.timeline .line').length == 17")


def test_a_tool_call_stands_beside_its_result(opened):
    page = opened(GRAPH, view="chat")
    page.wait_for_selector(".call .result")

    call = page.inner_text(".call >> nth=0")

    assert "find_trains" in call
    assert "Vienna to Salzburg" in call


def test_the_graph_numbers_the_moves_and_replays_them(opened):
    page = opened(GRAPH, view="graph")
    page.wait_for_selector(".graph .box")
    assert page.text_content(".graph .box:has-text('assistant') .sub").startswith("2\u00d7")

    page.fill("input[type=range]", "2")

    page.wait_for_selector("path.edge.now")
    assert page.text_content(".box.now text") == "tools"


def test_a_node_of_the_graph_selects_its_execution(opened):
    page = opened(GRAPH, view="graph")

    page.click(".graph .box:has-text('hotels')")

    page.wait_for_selector(".inspector h2 >> text=hotels")


def test_the_state_tells_what_each_node_changed(opened):
    page = opened(GRAPH, view="state")
    page.wait_for_selector(".change")

    rows = page.inner_text(".view tbody")

    assert "19 degrees and mostly sunny in May" in rows


def test_the_link_leads_anybody_to_the_same_view(opened):
    page = opened(GRAPH)
    page.click("#line-3")
    page.wait_for_selector(".inspector h2 >> text=next_after_assistant")
    link = page.url

    page.goto("about:blank")
    page.goto(link)

    page.wait_for_selector(".inspector h2 >> text=next_after_assistant")
    assert re.search(r"span=[0-9a-f]{16}", link)


def test_dragging_over_the_minimap_zooms_and_escape_goes_back(opened):
    page = opened(GRAPH)
    box = page.wait_for_selector(".minimap").bounding_box()

    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 10)
    page.mouse.up()

    page.wait_for_selector(".minimap .brush")
    assert "t=" in page.url
    page.keyboard.press("Escape")
    page.wait_for_selector(".minimap .brush", state="detached")


def test_a_search_leaves_what_was_found_and_what_is_above_it(opened):
    page = opened(GRAPH)

    page.fill("input[type=search]", "draft")

    until(page, "document.querySelectorAll('.timeline .line').length == 5")
    assert page.evaluate(NAMES) == ["plan_trip", "LangGraph", "itinerary", "LangGraph", "draft"]


def test_what_was_noted_outside_a_step_is_an_event_of_the_run(page, begun):
    begun.run(begun.script(_NOTING))
    begun.serve()
    page.goto(f"{begun.address}#/run/@last?view=events")
    page.wait_for_selector(".view td >> text=noted inside")

    page.click(".view tr:has-text('noted outside') button.link")

    page.wait_for_selector(".inspector h2 >> text=noting")
    assert page.complaints == []


_NOTING = """
from gradient.sdk import annotate, entrypoint, step

@entrypoint
def noting():
    annotate("noted outside", language="en")
    with step("inner"):
        annotate("noted inside")

noting()
"""
