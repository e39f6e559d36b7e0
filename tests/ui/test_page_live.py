"""What happens while the page is open: runs that begin and end, a server that goes away."""

import pytest
from support.browser import until
from support.patience import PATIENCE_S
from support.ports import free_port

WAITS = """
import sys
from gradient.sdk import entrypoint, step

@entrypoint
def slow_agent():
    for name in ("first", "second"):
        with step(name, kind="tool"):
            sys.stdin.readline()

slow_agent()
"""
MANY = """
import sys
from gradient.sdk import entrypoint, step

@entrypoint(name=sys.argv[1])
def agent(number):
    with step("work"):
        pass

for number in range(25):
    agent(number)
"""


def told(process, word="\n"):
    """Let a waiting agent go on."""
    process.stdin.write(word)
    process.stdin.flush()


def test_a_run_appears_ticks_and_ends_while_the_list_is_open(begun, page):
    page.goto(begun.serve())
    page.wait_for_selector("text=No runs yet")

    agent = begun.begin(begun.script(WAITS))
    page.wait_for_selector(".runs .line >> text=running")
    first = page.inner_text(".runs .line .meter")
    until(page, "former => document.querySelector('.runs .line .meter').textContent != former", first)
    told(agent, "\n\n")

    page.wait_for_selector(".runs .line >> text=completed")
    agent.communicate()
    assert page.complaints == []


def test_what_runs_appears_in_the_tree_and_ends_while_the_run_is_open(begun, page):
    agent = begun.begin(begun.script(WAITS))
    page.goto(begun.serve())
    page.click(".runs .line >> text=slow_agent")

    page.wait_for_selector(".timeline .line >> text=first")
    told(agent)
    page.wait_for_selector(".timeline .line >> text=second")
    assert page.inner_text("#line-1 .unseen") == "running"
    told(agent)

    page.wait_for_selector(".run-head >> text=completed")
    page.wait_for_selector(".timeline .unseen", state="detached")
    agent.communicate()
    assert page.complaints == []


def test_the_list_does_not_jump_while_it_is_read(begun, page):
    begun.run(begun.script(MANY), "former")
    begun.run(begun.script(MANY), "former")
    page.goto(begun.serve())
    page.wait_for_selector(".runs .line")
    page.evaluate("document.querySelector('.runs .list').scrollTop = 200")

    begun.run(begun.script(MANY), "later")

    page.wait_for_selector(".pill >> text=new")
    assert page.evaluate("document.querySelector('.runs .list').scrollTop") == 200
    page.click(".pill")
    page.wait_for_selector(".runs .line >> text=later")


def held(page, number):
    """Keep the page from hearing of changes until it asked so often and the returned function is called."""
    waiting, is_open = [], []

    def asked(route):
        if is_open:
            route.continue_()
        else:
            waiting.append(route)

    def let_go():
        while len(waiting) < number:
            page.wait_for_timeout(50)
        is_open.append(True)
        for route in waiting:
            route.continue_()

    page.route("**/api/live*", asked)
    return let_go


def test_a_run_that_began_before_the_page_could_listen_is_shown(begun, page):
    begun.gradient("demo")
    let_go = held(page, 2)
    page.goto(begun.serve())
    page.wait_for_selector(".runs .line")

    begun.run(begun.script(MANY), "later")
    let_go()

    page.wait_for_selector(".toolbar >> text=26 runs")


def test_what_ran_before_the_page_could_listen_is_in_the_tree(begun, page):
    agent = begun.begin(begun.script(WAITS))
    page.goto(begun.serve())
    page.wait_for_selector(".runs .line")
    let_go = held(page, 1)
    page.click(".runs .line >> text=slow_agent")
    page.wait_for_selector(".timeline .line >> text=first")

    told(agent, "\n\n")
    agent.communicate()
    let_go()

    page.wait_for_selector(".timeline .line >> text=second")
    page.wait_for_selector(".run-head >> text=completed")


def test_eight_processes_that_write_at_once_are_all_shown(begun, page):
    page.goto(begun.serve())
    page.wait_for_selector("text=No runs yet")

    script = begun.script(MANY)  # once: a file that is written again is empty for a moment

    agents = [begun.begin(script, f"agent_{number}") for number in range(8)]
    for agent in agents:
        agent.communicate(timeout=PATIENCE_S)
        assert agent.returncode == 0

    page.wait_for_selector(".toolbar >> text=200 runs")


def test_a_page_whose_server_went_away_says_so_and_goes_on_when_it_is_back(begun, page):
    begun.gradient("demo")
    port = free_port()
    page.goto(begun.serve(port=port))
    page.wait_for_selector(".runs .line")

    begun.stop()
    page.wait_for_selector(".notice >> text=gradient ui")
    assert page.query_selector(".runs .line") is not None
    begun.serve(port=port)

    page.wait_for_selector(".notice", state="detached")


def test_a_page_that_is_opened_while_the_server_is_away_tells_what_to_do(begun, page):
    begun.gradient("demo")
    page.goto(begun.serve())
    page.wait_for_selector(".runs .line")
    begun.stop()

    page.evaluate("location.hash = '#/stats'")

    page.wait_for_selector(".state >> text=gradient ui")


def test_the_command_ends_while_a_page_listens(begun, page):
    page.goto(begun.serve())
    page.wait_for_selector("header .live >> text=live")

    assert begun.stop() == 0  # and does not wait for the page for ever


@pytest.mark.parametrize("reference", ["ffffffff", "%3Cscript%3E", "@last"])
def test_a_run_that_there_is_not_says_so(begun, page, reference):
    page.goto(f"{begun.serve()}#/run/{reference}")

    page.wait_for_selector(".state[role=alert]")
