"""A forked child has a journal of its own, and never ends what its parent began."""

import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork")

AGENT = """
import multiprocessing, os, signal, sys, threading, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside threads
from support.scripted import graph_of
from gradient.sdk import entrypoint, step

def wait_for(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

@entrypoint
def work(number):
    with step(f"part {number}", inputs={"number": number}) as part:
        part.outputs = number * 2
    return number * 2
"""


def by_name(run):
    return {execution["name"]: execution for execution in run["executions"]}


def test_a_child_forked_in_a_node_writes_what_it_does_below_that_node(run, read_runs):
    code, _, err = run(
        AGENT
        + """
def node(state):
    child = os.fork()
    if not child:
        work(7)
        os._exit(0)
    return {"value": wait_for(child)}

agent = entrypoint(graph_of(node).invoke)
assert agent({"value": None}) == {"value": 0}
"""
    )

    assert (code, err) == (0, "")
    (left,) = read_runs()
    executions = by_name(left)
    assert {left["status"], *(execution["status"] for execution in left["executions"])} == {"completed"}
    assert executions["work"]["parent_id"] == executions["node"]["execution_id"]
    assert executions["part 7"]["parent_id"] == executions["work"]["execution_id"]
    assert executions["part 7"]["outputs"] == 14
    assert left["outputs"] == {"value": 0}


@pytest.mark.parametrize("leave", ["return {'value': 'childs'}", "raise RuntimeError('childs')", "sys.exit(9)"])
def test_a_child_that_leaves_what_its_parent_entered_does_not_end_it(run, read_runs, leave):
    code, _, err = run(
        AGENT
        + f"""
main = os.getpid()

def node(state):
    child = os.fork()
    if not child:
        {leave}
    wait_for(child)
    return {{"value": "parents"}}

agent = entrypoint(graph_of(node).invoke)
try:
    result = agent({{"value": None}})
except BaseException:
    result = None
if os.getpid() != main:
    os._exit(0)
assert result == {{"value": "parents"}}
"""
    )

    assert (code, err) == (0, "")
    (left,) = read_runs()
    assert left["outputs"] == {"value": "parents"}
    assert [execution["outputs"] for execution in left["executions"]] == [{"value": "parents"}] * 2
    assert {left["status"], *(execution["status"] for execution in left["executions"])} == {"completed"}


def test_a_parent_that_dies_before_its_child_is_aborted_and_what_the_child_does_is_not(start, read_runs):
    process = start(
        AGENT
        + """
def node(state):
    if os.fork():
        os._exit(0)
    sys.stdin.readline()
    work(1)
    print("the child is done", flush=True)
    os._exit(0)

entrypoint(graph_of(node).invoke)({"value": None})
"""
    )
    assert process.wait() == 0
    (orphan,) = read_runs()
    process.stdin.write(b"go\n")
    process.stdin.flush()
    assert process.stdout.readline() == b"the child is done\n"

    (left,) = read_runs()

    assert {orphan["status"], *(execution["status"] for execution in orphan["executions"])} == {"aborted"}
    executions = by_name(left)
    assert (left["status"], executions["node"]["status"]) == ("aborted", "aborted")
    assert (executions["work"]["status"], executions["work"]["outputs"]) == ("completed", 2)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_what_multiprocessing_runs_is_recorded(run, tmp_path, read_runs, method):
    script = tmp_path / "pool.py"
    script.write_text(
        AGENT
        + f"""
if __name__ == "__main__":
    context = multiprocessing.get_context("{method}")
    with context.Pool(3) as pool:
        assert pool.map(work, range(20)) == [number * 2 for number in range(20)]
        pool.close()
        pool.join()
    other = context.Process(target=work, args=[20])
    other.start()
    other.join()
    assert other.exitcode == 0
"""
    )

    code, _, err = run(script)

    assert (code, err) == (0, "")
    runs = read_runs()
    assert sorted(left["inputs"]["number"] for left in runs) == list(range(21))
    assert {left["status"] for left in runs} == {"completed"}
    assert all(by_name(left)[f"part {left['inputs']['number']}"]["outputs"] == left["outputs"] for left in runs)


def test_a_pool_that_is_terminated_loses_nothing_that_had_begun(run, read_runs):
    code, _, err = run(
        AGENT
        + """
context = multiprocessing.get_context("fork")
begun = context.Semaphore(0)

@entrypoint
def endless(number):
    begun.release()
    threading.Event().wait()

children = [context.Process(target=endless, args=[number]) for number in range(3)]
for child in children:
    child.start()
for child in children:
    begun.acquire()
for child in children:
    child.terminate()
    child.join()
"""
    )

    assert (code, err) == (0, "")
    assert sorted((left["inputs"]["number"], left["status"]) for left in read_runs()) == [
        (0, "aborted"),
        (1, "aborted"),
        (2, "aborted"),
    ]


def test_a_child_forked_while_other_threads_write_can_write(run, read_runs):
    code, out, err = run(
        AGENT
        + """
stop = threading.Event()

def busy():
    while not stop.is_set():
        work(-1)

threads = [threading.Thread(target=busy) for _ in range(3)]
for thread in threads:
    thread.start()
for number in range(20):
    child = os.fork()
    if not child:
        work(number)
        os._exit(0)
    assert wait_for(child) == 0
stop.set()
for thread in threads:
    thread.join()
print(os.getpid())
"""
    )

    assert (code, err) == (0, "")
    runs = read_runs()
    of_children = [left for left in runs if left["process"]["pid"] != int(out)]
    assert {left["status"] for left in runs} == {"completed"}
    assert sorted(left["outputs"] for left in of_children) == [2 * n for n in range(20)]
