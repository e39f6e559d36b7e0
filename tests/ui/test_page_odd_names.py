"""A name is text, whatever it is: no tab breaks by one, and what breaks in one part of the page stays there."""

import json
import random
import re

import pytest
from support.browser import ROOT, Home, drawn

VIEWS = ("timeline", "flame", "graph", "chat", "state", "events", "raw")
LISTS = (
    "runs",
    "sessions",
    "stats?by=entrypoint",
    "stats?by=node",
    "stats?by=model",
    "errors",
    "compare?a=@last&b=@-2",
)
# What every object of JavaScript has, so that a plain object as a table finds something under these names.
OBJECTS = (
    "constructor", "toString", "__proto__", "hasOwnProperty", "valueOf", "isPrototypeOf", "toLocaleString",
    "__defineGetter__", "__lookupSetter__", "propertyIsEnumerable", "prototype", "length", "name", "then",
)  # fmt: skip
ODD = (
    "", " ", "\n", "a\nb\tc", "a:b", "a>b", "#1", "frame#1", "0", "-1", "null", "undefined", "NaN", "__start__ ",
    "<b>&amp;</b>", '"\'`', "${x}", "..", "a/b?c=d&e#f", "%", "%2F", "🦊", "👩‍👩‍👧", "نص", "\u202edlrow", "é",
    "\x00\x1b[31m", "x" * 10_000, "\ud800", "a\udfffb", "../../etc", "<img src=x onerror=alert(1)>", "javascript:1",
    "running", "completed", "error", "llm",
)  # fmt: skip
AGENT = """
import json, sys
from langgraph.graph import START, StateGraph
from gradient.sdk import annotate, entrypoint, session, set_metadata, step

names = json.load(open(sys.argv[1]))

def agent(question):
    annotate("noted", **{"__proto__": 1})
    for name in names:
        with step(name, kind="node", inputs={name: name}) as outer:
            annotate(name or "empty", told=name)
            with step("model " + name, kind="llm", inputs={"messages": [{"role": name, "content": name}]}) as model:
                model.set_usage(input_tokens=1, output_tokens=1, model=name or None, provider=name or None)
            outer.outputs = {name: name}
            try:
                with step("inner", kind=name or "tool"):
                    raise type("E" + str(len(name)), (Exception,), {})(name)
            except Exception:
                pass
    builder = StateGraph(dict)
    words = [name for name in names if name.isidentifier() and name.strip() and len(name) < 40]
    for before, word in zip([START, *words], words):
        builder.add_node(word, lambda state, word=word: {word: word})
        builder.add_edge(before, word)
    return builder.compile().invoke({"q": question})

for name in ("constructor", "__proto__"):
    with session(name):
        entrypoint(agent, name=name)(name)
"""


def drawn_names(seed):
    """Return odd names: those we know, and some that chance makes of their pieces."""
    chance = random.Random(seed)
    alphabet = ["_", "a", "\n", ":", "#", "<", '"', "%", "🦊", "\u0301", "\u200b", *OBJECTS]
    made = {"".join(chance.choices(alphabet, k=chance.randint(1, 6))) for _ in range(20)}
    return list(dict.fromkeys([*OBJECTS, *ODD, *sorted(made)]))


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    made = Home(tmp_path_factory.mktemp("odd"))
    names = made.folder / "names.json"
    names.write_text(json.dumps(drawn_names(seed=1)), "utf-8")
    made.run(made.script(AGENT), names)
    made.serve()
    yield made
    made.stop()


def clicked(page):
    """Select things all over the view, as a person does who looks around."""
    page.wait_for_selector(".run-head h1")
    drawn(page)
    for what in (".graph .box", ".flame .block", ".timeline .line", ".view td button", ".chat button.link"):
        page.evaluate(
            "what => [...document.querySelectorAll(what)].slice(0, 60).forEach((one) => "
            "one.dispatchEvent(new MouseEvent('click', {bubbles: true})))",
            what,
        )
    drawn(page)


@pytest.mark.parametrize("view", VIEWS)
def test_no_name_breaks_a_tab(page, odd, view):
    page.goto(f"{odd.address}#/run/@last?view={view}")
    clicked(page)

    assert page.query_selector(".broken") is None
    assert page.inner_text(".view").strip()
    assert page.complaints == []


@pytest.mark.parametrize("place", LISTS)
def test_no_name_breaks_a_list(page, odd, place):
    page.goto(f"{odd.address}#/{place}")
    page.wait_for_selector("main table, main .list, main .split")

    assert page.query_selector(".broken") is None
    assert page.complaints == []


def test_the_graph_shows_a_box_for_every_name(page, odd):
    page.goto(f"{odd.address}#/run/@last?view=graph")
    page.wait_for_selector(".graph .box")

    told = page.evaluate("[...document.querySelectorAll('.graph .box')].map((one) => one.getAttribute('aria-label'))")

    assert [name for name in OBJECTS if not any(label.startswith(f"{name},") for label in told)] == []


BROKEN = {"graph": "graph", "chat": "chat", "state": "state", "events": "events"}


@pytest.mark.parametrize(("view", "answer"), BROKEN.items())
def test_a_tab_that_cannot_be_drawn_says_so_and_leaves_the_rest_alive(page, odd, view, answer):
    page.route(f"**/api/runs/*/{answer}", lambda route: route.fulfill(json={answer: 5, "turns": [{}], "steps": [{}]}))
    page.goto(f"{odd.address}#/run/@last?view={view}")
    page.wait_for_selector(".view .broken")

    said = page.inner_text(".view .broken")
    page.click("#tab-flame")
    page.wait_for_selector(".flame .block")

    assert said.startswith(f"Cannot draw the tab {view.capitalize()}")
    assert "TypeError" in said
    assert page.query_selector(".broken") is None
    assert page.inner_text(".inspector h2") == "__proto__"


def test_details_that_cannot_be_drawn_leave_the_tree_alive(page, odd):
    page.route("**/api/runs/*/executions/*", lambda route: route.fulfill(json={"name": {}, "links": 5}))
    page.goto(f"{odd.address}#/run/@last")
    page.wait_for_selector(".timeline .line")

    page.click(".timeline .line:nth-of-type(3)")
    page.wait_for_selector(".split .broken")

    assert "Cannot draw the details" in page.inner_text(".split .broken")
    assert len(page.query_selector_all(".timeline .line")) > 3
    page.keyboard.press("Home")
    page.wait_for_selector(".inspector h2 >> text=__proto__")


def test_no_plain_object_of_the_page_is_a_table_of_names():
    """A table that is looked up with what was recorded is a Map: an object also answers to `constructor`."""
    found = [
        f"{path.name}: {line.strip()}"
        for path in sorted((ROOT / "web/src").rglob("*.ts*"))
        for line in path.read_text("utf-8").splitlines()
        if re.search(r"Record<string,[^=]*>\s*=\s*\{(?!\})|\}\[[a-z]+(\.[a-z]+)?\]", line) and "event.key" not in line
    ]

    assert found == []
