"""Runs of many executions: the page draws what is seen and no more."""

import pytest
from support.browser import Home, until

pytestmark = pytest.mark.slow  # Many pages, or large ones.

_MOST_NODES = 1_500


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    made = Home(tmp_path_factory.mktemp("large"))
    made.gradient("demo", "--spans", "10000")
    made.serve()
    yield made
    made.stop()


def nodes(page):
    return page.evaluate("document.querySelectorAll('*').length")


def test_ten_thousand_executions_are_a_tree_of_what_is_in_sight(page, large):
    page.goto(f"{large.address}#/run/@last")
    page.wait_for_selector(".facts >> text=10,000")
    page.wait_for_selector(".timeline .line >> text=planner")
    page.click(".timeline .line >> text=read_pages")
    until(page, "document.querySelector('.list').scrollHeight > 5000")

    page.evaluate("document.querySelector('.list').scrollTop = 3000")

    until(page, "document.querySelector('.timeline .line').style.top >= '2000px'")
    assert nodes(page) <= _MOST_NODES
    assert page.complaints == []


def test_the_end_of_a_long_tree_is_reached_with_one_key(page, large):
    page.goto(f"{large.address}#/run/@last")
    page.wait_for_selector(".timeline .line >> text=planner")

    page.keyboard.press("End")

    page.wait_for_selector(".timeline .line[aria-selected=true] >> text=chat")


@pytest.mark.parametrize("view", ["flame", "chat", "graph", "events"])
def test_no_view_of_a_long_run_draws_more_than_can_be_seen(page, large, view):
    page.goto(f"{large.address}#/run/@last?view={view}")
    page.wait_for_selector(
        {"flame": ".flame .block", "chat": ".chat .turn", "graph": ".graph .box", "events": ".state h2"}[view]
    )

    assert nodes(page) <= _MOST_NODES


def test_fifty_thousand_executions_can_be_walked(page, begun):
    begun.gradient("demo", "--spans", "50000")
    page.goto(f"{begun.serve()}#/run/@last")
    page.wait_for_selector(".timeline .line >> text=planner")

    page.keyboard.press("End")

    page.wait_for_selector(".timeline .line[aria-selected=true] >> text=chat")
    assert nodes(page) <= _MOST_NODES


def test_a_line_keeps_its_element_while_the_list_moves_and_stands_in_order_when_it_rests(page, large):
    page.goto(f"{large.address}#/run/@last")
    page.click(".timeline .line >> text=read_pages")
    until(page, "document.querySelector('.list').scrollHeight > 5000")

    moving = page.evaluate(_MOVE)

    assert moving["kept"] >= 15
    until(page, _IN_ORDER)


_MOVE = """async () => {
    const list = document.querySelector('.timeline.list');
    list.scrollTop = 2400;
    await new Promise((then) => setTimeout(then, 400));
    const before = new Map([...document.querySelectorAll('.timeline .line')].map((line) => [line.id, line]));
    list.scrollTop += 100;
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return { kept: [...before].filter(([id, line]) => document.getElementById(id) === line).length };
}"""
_IN_ORDER = """() => {
    const tops = [...document.querySelectorAll('.timeline .line')].map((line) => parseInt(line.style.top));
    return tops.length > 20 && tops.every((top, at) => at === 0 || top > tops[at - 1]);
}"""
