"""Requests by hand: `start_request` and `end_request`, and the context functions beneath them."""

import asyncio
import contextvars
from concurrent.futures import ThreadPoolExecutor

import pytest
from conformance.trees import expected_trees, trees_of

from gradient.runtime import (
    RequestContext,
    end_request_context,
    get_current_context,
    get_runtime_manager,
    start_request_context,
)
from gradient.runtime.context import clear_request_context
from gradient.sdk import entrypoint, step


def test_a_request_by_hand_is_recorded(runtime, read_runs):
    manager = get_runtime_manager()

    manager.start_request("my_function", inputs={"question": "Why"}, metadata={"version": 1})
    with step("work"):
        pass
    manager.end_request(outputs={"answer": 42})

    (run,) = read_runs()
    assert trees_of([run]) == "request my_function: completed\n  step work: completed\n"
    assert (run["inputs"], run["outputs"], run["metadata"]) == ({"question": "Why"}, {"answer": 42}, {"version": 1})


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (ValueError("no"), "error", {"type": "ValueError", "message": "no"}),
        ("it broke", "error", {"message": "it broke"}),
        (KeyboardInterrupt(), "cancelled", {"type": "KeyboardInterrupt"}),
        (SystemExit(0), "completed", {}),
    ],
)
def test_a_request_by_hand_ends_with_an_exception_or_a_text(runtime, read_runs, error, status, told):
    runtime.start_request("by hand")
    runtime.end_request(error=error)

    (run,) = read_runs()
    assert run["status"] == status
    assert told.items() <= (run["error"] or {}).items()


def test_the_end_makes_the_former_request_current_again(runtime, read_runs):
    outer = runtime.start_request("outer")
    inner = runtime.start_request("inner")
    assert get_current_context() is inner

    assert runtime.end_request() is inner
    assert get_current_context() is outer
    with step("work"):
        pass
    runtime.end_request()
    assert get_current_context() is None

    assert trees_of(read_runs()) == expected_trees("""
        request inner: completed
        request outer: completed
          step work: completed
    """)


def test_a_second_end_is_harmless(runtime, read_runs):
    runtime.start_request("by hand")
    request = runtime.end_request(outputs=1)

    assert runtime.end_request(outputs=2) is None
    assert runtime.end_request(outputs=3, request=request) is None

    assert [run["outputs"] for run in read_runs()] == [1]


def test_an_end_without_a_start_is_harmless(runtime, read_runs):
    assert runtime.end_request(outputs=1) is None
    assert read_runs() == []


def test_an_end_inside_a_step_ends_the_request_and_leaves_the_step_to_end_itself(runtime, read_runs):
    runtime.start_request("by hand")
    with step("work"):
        runtime.end_request()
        assert get_current_context() is None
    assert get_current_context() is None

    assert trees_of(read_runs()) == "request by hand: completed\n  step work: completed\n"


def test_outer_requests_may_end_first(runtime, read_runs):
    outer = runtime.start_request("outer")
    inner = runtime.start_request("inner")

    runtime.end_request(request=outer)
    assert get_current_context() is inner
    runtime.end_request()

    assert get_current_context() is None
    assert [run["status"] for run in read_runs()] == ["completed", "completed"]


def test_an_entrypoint_inside_a_request_by_hand_is_a_step_of_it(runtime, read_runs):
    agent = entrypoint(name="agent")(lambda: None)

    runtime.start_request("by hand")
    agent()
    runtime.end_request()

    assert trees_of(read_runs()) == "request by hand: completed\n  step agent: completed\n"


def test_a_request_by_hand_that_an_entrypoint_leaves_open_does_not_leak(runtime, read_runs):
    @entrypoint
    def agent():
        runtime.start_request("forgotten")

    agent()

    assert get_current_context() is None
    assert trees_of(read_runs()) == "request agent: completed\nrequest forgotten: running\n"


async def test_requests_by_hand_in_concurrent_tasks_stay_apart(runtime, read_runs):
    both_are_in = asyncio.Event()

    async def serve(number):
        runtime.start_request(f"request {number}")
        if number == 1:
            both_are_in.set()
        await both_are_in.wait()
        with step(f"work {number}"):
            pass
        runtime.end_request()

    await asyncio.gather(serve(0), serve(1))

    assert trees_of(read_runs()) == expected_trees("""
        request request 0: completed
          step work 0: completed
        request request 1: completed
          step work 1: completed
    """)


def test_a_request_by_hand_installs_what_records_its_parts(read_runs):
    manager = get_runtime_manager()

    def work():
        with step("work"):
            pass

    manager.start_request("by hand")
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()
    manager.end_request()

    assert trees_of(read_runs()) == "request by hand: completed\n  step work: completed\n"


def test_switched_off_requests_by_hand_leave_nothing(monkeypatch, home, capsys):
    monkeypatch.setenv("GRADIENT_ENABLED", "0")
    monkeypatch.setenv("GRADIENT_CONSOLE", "nodes")
    manager = get_runtime_manager()

    manager.start_request("by hand")
    manager.end_request(outputs=1)

    assert get_current_context() is None
    assert capsys.readouterr().err == ""
    assert not home.exists()


# ── the context functions ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_context_functions_keep_a_context_and_record_nothing(runtime, read_runs):
    context = start_request_context("by hand", inputs={"a": 1}, metadata={"b": 2})

    assert get_current_context() is context
    assert (context.entrypoint_name, context.inputs, context.metadata) == ("by hand", {"a": 1}, {"b": 2})
    assert (context.status, context.duration_ms) == ("running", None)

    assert end_request_context(outputs={"c": 3}) is context
    assert get_current_context() is None
    assert (context.outputs, context.status) == ({"c": 3}, "completed")
    assert context.duration_ms >= 0
    assert read_runs() == []


def test_the_context_functions_nest():
    outer = start_request_context("outer")
    start_request_context("inner")

    end_request_context(error="it broke")
    assert get_current_context() is outer
    end_request_context()
    assert get_current_context() is None
    assert end_request_context() is None


def test_clearing_ends_nothing():
    context = start_request_context("by hand")

    clear_request_context()

    assert get_current_context() is None
    assert context.status == "running"


def test_contexts_have_defaults_and_differ():
    first, second = RequestContext(), RequestContext()

    assert first.request_id != second.request_id
    assert (first.entrypoint_name, first.inputs, first.outputs, first.error) == ("", None, None, None)
    assert (first.metadata, first.end_time, first.duration_ms, first.status) == ({}, None, None, "running")
    assert first.start_time.tzinfo is not None


def test_a_context_that_ended_elsewhere_is_no_parent(runtime, read_runs):
    """A copied context outlives the request that it was copied in."""
    runtime.start_request("by hand")
    copied = contextvars.copy_context()
    request = runtime.end_request()

    copied.run(lambda: step("late").__enter__()) and None

    late = read_runs()[1]
    assert (late["entrypoint"], late["links"]) == ("late", [{"request_id": request.request_id, "relation": "follows"}])
