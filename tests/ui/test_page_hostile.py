"""Whatever agents record is text: nothing of it ever runs, in any place where it is shown."""

from urllib.parse import quote

import pytest
from support.browser import Home, drawn

pytestmark = pytest.mark.slow  # Many pages, or large ones.

MARKUP = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script></script>"
HOSTILE = f"""
from gradient.sdk import annotate, entrypoint, session, set_metadata, step
EVIL = {MARKUP!r}
LINK = "javascript:document.title='owned'"

def said(role, text):
    return {{"role": role, "parts": [{{"type": "text", "content": text}}], "name": EVIL}}

def call():
    parts = [{{"type": "tool_call", "id": EVIL, "name": EVIL, "arguments": {{EVIL: [EVIL, LINK]}}}},
             {{"type": "reasoning", "content": EVIL}}, {{"type": EVIL, "content": EVIL}}]
    return {{"role": "assistant", "parts": parts}}

@entrypoint(name=EVIL, tags=[EVIL], metadata={{EVIL: EVIL}}, user_id=EVIL)
def agent(question):
    set_metadata(**{{"__proto__": EVIL, "link": LINK}})
    annotate(EVIL, told=EVIL)
    with step(EVIL, kind="node", inputs={{EVIL: EVIL}}) as node:
        heard = [said("system", EVIL), said(EVIL, EVIL)]
        with step(EVIL, kind="llm", inputs={{"messages": heard, EVIL: EVIL}}) as model:
            model.set_usage(input_tokens=1, output_tokens=1, model=EVIL, provider=EVIL)
            model.outputs = {{"messages": [call(), {{"role": "tool", "parts": [
                {{"type": "tool_call_response", "id": EVIL, "response": EVIL}}]}}]}}
        with step(EVIL, kind="retriever", inputs=EVIL) as found:
            found.outputs = [{{"page_content": EVIL, "score": EVIL, "metadata": {{EVIL: LINK}}}}]
        node.outputs = {{EVIL: EVIL, "constructor": EVIL}}
    cause = ValueError("came from " + EVIL)
    cause.__notes__ = ["noted " + EVIL]
    raise type(EVIL[:5] + "Error", (Exception,), {{}})(EVIL) from cause

with session(EVIL):
    try:
        agent({{EVIL: EVIL}})
    except Exception:
        pass
"""
VIEWS = ("timeline", "flame", "graph", "chat", "state", "events", "raw")
LISTS = ("runs", "sessions", "stats", "stats?by=node", "stats?by=model", "errors")
PLACES = [*LISTS, "compare?a=@last&b=@-2", "session/{session}", *(f"run/@last?view={view}" for view in VIEWS)]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    made = Home(tmp_path_factory.mktemp("hostile"))
    agent = made.script(HOSTILE)
    made.run(agent)
    made.run(agent)
    made.serve()
    yield made
    made.stop()


def clicked_through(page):
    """Select every execution in turn, and unfold everything."""
    for line in range(5):
        page.evaluate("line => document.querySelectorAll('.timeline .line')[line]?.click()", line)
        drawn(page)
        page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
        page.evaluate("document.querySelectorAll('.json .fold[aria-expanded=false]').forEach((one) => one.click())")


@pytest.mark.parametrize("place", PLACES)
def test_markup_in_what_was_recorded_is_shown_and_never_run(page, hostile, place):
    page.goto(f"{hostile.address}#/{place.format(session=quote(MARKUP, safe=''))}")
    page.wait_for_selector("main >> text=onerror")
    clicked_through(page)

    assert page.title() != "owned"
    assert page.query_selector("main img, main script, main iframe, main [onerror]") is None
    assert page.query_selector("a[href^='javascript']") is None
    assert page.complaints == []


def test_what_an_error_came_from_stands_below_it(page, hostile):
    page.goto(f"{hostile.address}#/run/@last")
    page.click(".timeline .line >> nth=0")
    page.wait_for_selector(".inspector .problem >> nth=1")

    told = page.inner_text(".inspector")
    assert "caused by" in told
    assert f"came from {MARKUP}" in told
    assert f"note: noted {MARKUP}" in told


def test_markup_does_not_run_in_an_exported_file_either(page, hostile, tmp_path):
    path = tmp_path / "run.html"
    hostile.gradient("export", "@last", "-o", path)

    page.goto(path.as_uri())
    page.wait_for_selector(".timeline .line")
    clicked_through(page)

    assert page.title() != "owned"
    assert page.query_selector("main img, main script, main iframe") is None
    assert [url for url in page.asked if not url.startswith("file:")] == []
