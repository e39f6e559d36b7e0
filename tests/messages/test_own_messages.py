"""A run shows the messages that it was given, whatever other runs wrote, and nothing else of them is kept."""

import gc
import os
import signal
import threading
import weakref

import pytest
from langchain_core.messages import HumanMessage

from gradient.runtime import conversation
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


@pytest.fixture
def small_table(monkeypatch):
    monkeypatch.setattr(conversation, "_MAX_BYTES", 100_000)


def test_a_run_shows_its_own_question_after_the_table_was_emptied(runtime, read_runs, small_table):
    questions = [f"question {number} " + "p" * 3_000 for number in range(120)]

    for question in questions:
        agent([HumanMessage(question)])

    assert [question_of(run) for run in read_runs()] == questions


def test_runs_in_many_threads_show_their_own_questions(runtime, read_runs, small_table):
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
    segment = weakref.ref(conversations.segment)

    conversations._reset(conversations.generation)
    gc.collect()

    assert segment() is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_child_forked_while_a_thread_publishes_goes_on_recording(runtime):
    with runtime.recorder.conversations._lock:
        child = threading.Thread(target=fork_and_record)
        child.start()
        child.join()


def fork_and_record():
    """In a thread that does not hold the lock, as in a server whose other threads record."""
    pid = os.fork()
    if not pid:
        signal.alarm(20)  # a child that hangs is ended, and its status tells
        agent([HumanMessage("in the child " * 100)])
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0


def test_a_signal_handler_records_while_its_thread_publishes(runtime, read_runs):
    with runtime.recorder.conversations._lock:
        agent([HumanMessage("in the handler " * 100)])

    assert len(read_runs()) == 1
