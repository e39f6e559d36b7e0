"""The page in a notebook: `run.view()` in a frame, among other people's markup, without a server."""

import pytest

import gradient.store
from gradient.sdk import entrypoint, step

# What the notebook of VS Code allows what is shown in it; the strictest of the known ones that allow scripts.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data:; connect-src https:; child-src https: data:"
)
_FOLLOW = "(body, to) => { const link = document.createElement('a'); link.href = to; body.append(link); link.click(); }"
_ADDRESS = "http://notebook.test/lab"


@entrypoint
def agent(question):
    with step("<b>planner</b>", kind="tool", inputs={"question": question}):
        return "by train"


@pytest.fixture
def bundle(runtime, home):
    agent("</iframe><script>parent.broken = 1</script>")
    with gradient.store.open(home) as store:
        return store.run("@last").view(height_px=480)._repr_mimebundle_()


@pytest.fixture
def frame(bundle, page):
    """The frame in a page of somebody else, which asks for nothing more."""
    body = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><p>My notebook</p>{bundle["text/html"]}'
    page.route("**/*", lambda route: route.fulfill(body=f"<!doctype html>{body}", content_type="text/html"))
    page.goto(_ADDRESS)
    return page.frame_locator("iframe")


def test_a_frame_shows_the_run_and_asks_nobody_for_anything(frame, page):
    frame.locator(".timeline .line >> text=planner").click()

    frame.locator(".inspector >> text=question").wait_for()
    assert page.locator("iframe").bounding_box()["height"] == 480
    assert page.asked == [_ADDRESS]
    assert page.complaints == []


@pytest.mark.parametrize("view", ["Flame", "Graph", "Chat", "State", "Events", "Raw", "Timeline"])
def test_each_view_can_be_chosen_in_a_frame(frame, page, view):
    frame.locator(".timeline .line >> text=planner").wait_for()

    frame.get_by_role("tab", name=view).click()

    frame.locator(f"[role=tab][aria-selected=true] >> text={view}").wait_for()
    assert (page.url, page.asked, page.complaints) == (_ADDRESS, [_ADDRESS], [])


def test_links_in_a_frame_stay_in_it(frame, page):
    frame.locator(".timeline .line >> text=planner").wait_for()

    frame.locator("body").press("Escape")
    frame.locator("body").evaluate(_FOLLOW, "#/run/any?view=raw")

    frame.locator("[role=tab][aria-selected=true] >> text=Raw").wait_for()
    assert (page.url, page.asked) == (_ADDRESS, [_ADDRESS])


def test_what_was_recorded_cannot_leave_its_frame(bundle, frame, page):
    frame.locator(".timeline .line >> text=planner").wait_for()

    assert page.evaluate("window.broken") is None
    assert bundle["text/html"].count("<") == 2


def test_where_there_are_no_frames_a_tree_is_shown(bundle):
    assert bundle["text/plain"].splitlines()[1].split()[:3] == ["[completed]", "tool", "<b>planner</b>"]
