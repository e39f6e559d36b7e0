"""However a process ends, what had begun is on disk, and is told as what it was."""

import signal
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")

SHOW = """
import runpy, sys
sys.argv = ["gradient", "show", "@last", "--json"]
runpy.run_module("gradient.cli", run_name="__main__")
"""

AGENT = """
import os, signal, sys, threading
from support.scripted import graph_of
from gradient.sdk import entrypoint, step

def node(state):
    END
    return {"value": "returned"}

graph = graph_of(node)

@entrypoint
def agent(given):
    return graph.invoke({"value": given})["value"]

BEFORE
print(agent("given"))
print("after")
"""


def program(end, before=""):
    return AGENT.replace("    END", "\n".join(f"    {line}" for line in end.splitlines())).replace("BEFORE", before)


def statuses(run):
    return [run["status"], *(execution["status"] for execution in run["executions"])]


DEATHS = {
    "os._exit": ("os._exit(3)", "", 3),
    "SIGKILL": ("os.kill(os.getpid(), signal.SIGKILL)", "", -signal.SIGKILL),
    "SIGTERM": ("os.kill(os.getpid(), signal.SIGTERM)", "", -signal.SIGTERM),
    "SIGTERM, with a handler that exits at once": (
        "os.kill(os.getpid(), signal.SIGTERM)",
        "signal.signal(signal.SIGTERM, lambda *_: os._exit(7))",
        7,
    ),
    "abort": ("os.abort()", "", -signal.SIGABRT),
    "exec": ("os.execv(sys.executable, [sys.executable, '-c', 'raise SystemExit(5)'])", "", 5),
}


@pytest.mark.parametrize("death", DEATHS)
def test_a_process_that_dies_in_a_node_leaves_an_aborted_run(run, read_runs, death):
    end, before, code = DEATHS[death]

    ended = run(program(end, before))

    assert ended == (code, "", "")
    (left,) = read_runs()
    assert statuses(left) == ["aborted", "aborted", "aborted"]
    assert left["inputs"] == {"given": "given"}
    assert [execution["inputs"] for execution in left["executions"]] == [{"value": "given"}] * 2
    assert left["outputs"] is None


@pytest.mark.parametrize(
    ("end", "code", "status"),
    [
        ("sys.exit()", 0, "completed"),
        ("sys.exit(0)", 0, "completed"),
        ("sys.exit(4)", 4, "error"),
        ("raise KeyboardInterrupt", -signal.SIGINT, "cancelled"),
    ],
)
def test_leaving_through_an_exception_ends_everything_that_was_open(run, read_runs, end, code, status):
    left_with, out, _ = run(program(end))

    assert (left_with, out) == (code, "")
    assert set(statuses(read_runs()[0])) == {status}


def test_a_handled_sigterm_ends_everything_that_was_open(run, read_runs):
    handler = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))"

    ended = run(program("os.kill(os.getpid(), signal.SIGTERM)\nthreading.Event().wait()", handler))

    assert ended == (0, "", "")
    assert statuses(read_runs()[0]) == ["completed"] * 3


def test_an_exception_that_nobody_handles_ends_the_program_as_without_us(run, read_runs, monkeypatch):
    failing = program('raise ValueError("nobody handles this")')
    code, out, err = run(failing)
    monkeypatch.setenv("GRADIENT_ENABLED", "0")

    bare_code, bare_out, bare_err = run(failing)

    assert (code, out) == (bare_code, bare_out) == (1, "")
    assert "\nValueError: nobody handles this" in err
    assert "\nValueError: nobody handles this" in bare_err
    (left,) = read_runs()
    assert statuses(left) == ["error"] * 3
    assert left["error"]["message"] == "nobody handles this"


def test_a_request_in_a_daemon_thread_is_aborted_when_the_interpreter_exits(run, read_runs):
    body = program("inside.set()\nthreading.Event().wait()")
    before, _, _ = body.partition("print(agent")
    thread = """
inside = threading.Event()
threading.Thread(target=agent, args=["given"], daemon=True).start()
inside.wait()
"""

    ended = run(before + thread)

    assert ended == (0, "", "")
    (left,) = read_runs()
    assert statuses(left) == ["aborted"] * 3


def test_a_request_in_a_thread_that_is_waited_for_completes(run, read_runs):
    before, _, _ = program("pass").partition("print(agent")

    ended = run(before + "threading.Thread(target=agent, args=['given']).start()\n")

    assert ended == (0, "", "")
    assert statuses(read_runs()[0]) == ["completed"] * 3


def test_a_request_that_begins_in_an_exit_handler_is_recorded(run, read_runs):
    before, _, _ = program("pass").partition("print(agent")

    ended = run(before + "import atexit\natexit.register(agent, 'given')\n")

    assert ended == (0, "", "")
    assert statuses(read_runs()[0]) == ["completed"] * 3


def test_a_request_that_nobody_ends_is_aborted(run, read_runs):
    ended = run(
        "from gradient.runtime import get_runtime_manager\nget_runtime_manager().start_request('open', {'a': 1})\n"
    )

    assert ended == (0, "", "")
    (left,) = read_runs()
    assert (left["status"], left["inputs"]) == ("aborted", {"a": 1})


def test_what_lives_is_running_until_it_dies(start, read_runs):
    living = start(program("print('inside', flush=True)\nsys.stdin.read()"))
    assert living.stdout.readline() == b"inside\n"
    before = statuses(read_runs()[0])

    living.kill()
    living.wait()

    assert before == ["running"] * 3
    assert statuses(read_runs()[0]) == ["aborted"] * 3


def test_an_aborted_run_stays_readable_for_another_process(run, read_runs, home):
    run(program("os._exit(3)"))

    code, out, _ = run(SHOW)

    assert code == 0
    assert '"aborted"' in out
