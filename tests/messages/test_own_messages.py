"""A run shows the messages that it was given, whatever other runs wrote, and nothing else of them is kept."""

import gc
import os
import signal
import sys
import threading
import weakref

import pytest
from langchain_core.messages import HumanMessage

from gradient.sdk import entrypoint, step


@entrypoint
def agent(messages):
    return "ok"


@entrypoint
def step_of_agent():
    with step("look", inputs=[HumanMessage("q" * 5_000)]):
        pass


def question_of(run):
    return run["inputs"]["messages"][0]["parts"][0]["content"]


def test_a_segment_that_begins_within_a_conversation_holds_each_message_once(runtime, read_runs):
    said = [HumanMessage(f"<{number}> " + "p" * 3_000, id=str(number)) for number in range(120)]

    for turn in range(120):
        agent(said[: turn + 1])

    segments = [path.read_bytes() for path in runtime.recorder.home.rglob("*.seg")]
    assert len(segments) > 1
    assert max(segment.count(b"<%d> " % number) for segment in segments for number in range(120)) == 1
    assert [len(run["inputs"]["messages"]) for run in read_runs()] == list(range(1, 121))


@pytest.fixture
def small_table(runtime):
    """A memory of messages that is full again and again."""
    runtime.recorder.conversations.max_bytes = 100_000


def test_a_run_shows_its_own_question_after_the_table_was_emptied(small_table, read_runs):
    questions = [f"question {number} " + "p" * 3_000 for number in range(120)]

    for question in questions:
        agent([HumanMessage(question)])

    assert [question_of(run) for run in read_runs()] == questions


def test_runs_in_many_threads_show_their_own_questions(small_table, read_runs):
    def ask(thread):
        for number in range(40):
            agent([HumanMessage(f"{thread}.{number} " + "p" * 3_000)] * 2)

    threads = [threading.Thread(target=ask, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    shown = sorted(question_of(run).split()[0] for run in read_runs())
    assert shown == sorted(f"{thread}.{number}" for thread in range(4) for number in range(40))


def test_what_is_on_disk_is_not_reachable_from_its_execution(runtime):
    step_of_agent()
    conversations = runtime.recorder.conversations
    table = weakref.ref(conversations.table)

    conversations.table = type(conversations.table)()
    gc.collect()

    assert table() is None


def test_what_is_kept_of_messages_stays_within_its_bound(small_table, runtime):
    conversations = runtime.recorder.conversations
    sizes = []

    for number in range(60):
        agent([HumanMessage(f"{number} " + "p" * 9_000)])
        sizes.append(conversations.table.size)

    assert max(sizes) > 90_000
    assert max(sizes) < 100_000 + 2 * 20_000


def at_each_line(code, act):
    """Call `act` before each line of functions below `gradient.runtime.values.conversations`, while `code` runs."""

    def trace(frame, event, argument):
        if "conversations" not in frame.f_code.co_filename:
            return None
        if event == "line":
            sys.settrace(None)
            act()
            sys.settrace(trace)
        return trace

    sys.settrace(trace)
    try:
        code()
    finally:
        sys.settrace(None)


def test_a_signal_handler_may_record_at_any_line(runtime, read_runs):
    lines = []

    def handler():
        lines.append(None)
        agent([HumanMessage(f"handler {len(lines)} " * 50)])

    at_each_line(lambda: agent([HumanMessage("interrupted " * 50)] * 3), handler)

    shown = [" ".join(question_of(run).split()[:2]) for run in read_runs()]
    assert shown == ["interrupted interrupted", *(f"handler {number + 1}" for number in range(len(lines)))]
    assert len(lines) > 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_child_forked_at_any_line_of_another_thread_records(runtime):
    ends = []

    def fork():
        pid = os.fork()
        if not pid:
            signal.alarm(30)  # a child that hangs is ended, and its status tells
            agent([HumanMessage("in the child " * 100)])
            os._exit(0)
        ends.append(os.waitpid(pid, 0)[1])

    def forked():
        child = threading.Thread(target=fork)  # in the child, the thread that records is not there
        child.start()
        child.join()

    agent([HumanMessage("before " * 50)])
    at_each_line(lambda: agent([HumanMessage("interrupted " * 50)]), forked)

    assert set(ends) == {0}
    assert len(ends) > 20
