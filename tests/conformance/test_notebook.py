"""Notebooks: cells run again and again in one namespace, inside a loop that runs."""

import ast
import asyncio
import inspect

import pytest
from conformance.trees import expected_trees, trees_of

from gradient.runtime.context import current_scope

DEFINE = """
from gradient.sdk import entrypoint, step

@entrypoint
async def agent(question):
    with step("think"):
        return f"{question}!"
"""
DEFINE_PLAIN = """
def answer(question):
    return f"{question}!"
"""
DECORATE = """
from gradient.sdk import entrypoint
answer = entrypoint(answer)
"""
ASK = "answer = await agent('Why')"


@pytest.fixture
def run_cell():
    """Return a function that runs a cell as notebooks do: in the running loop, with `await` at the top level."""
    namespace = {}

    async def run(source):
        code = compile(source, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        result = eval(code, namespace)
        if inspect.iscoroutine(result):
            await result
        return namespace

    return run


async def test_a_cell_that_is_run_again_records_each_call_once(runtime, read_runs, run_cell):
    for cell in (DEFINE, ASK, DEFINE, ASK):
        namespace = await run_cell(cell)

    assert namespace["answer"] == "Why!"
    assert trees_of(read_runs()) == "request agent: completed\n  step think: completed\n" * 2
    assert current_scope.get() is None


async def test_a_cell_that_decorates_again_records_each_call_once(runtime, read_runs, run_cell):
    for cell in (DEFINE_PLAIN, DECORATE, DECORATE, DECORATE, "answer('Why')"):
        await run_cell(cell)

    assert trees_of(read_runs()) == "request answer: completed\n"


async def test_a_cell_that_fails_leaves_nothing_to_the_next(runtime, read_runs, run_cell):
    await run_cell(DEFINE)
    with pytest.raises(ZeroDivisionError):
        await run_cell("with step('broken'):\n    1 / 0")
    await run_cell(ASK)

    assert trees_of(read_runs()) == expected_trees("""
        request agent: completed
          step think: completed
        request broken: error
          step broken: error
    """)


async def test_a_cell_that_is_interrupted_is_cancelled(runtime, read_runs, run_cell):
    """Stop buttons raise KeyboardInterrupt, or cancel the cell's task."""
    with pytest.raises(KeyboardInterrupt):
        await run_cell("from gradient.sdk import entrypoint\n@entrypoint\ndef stop(): raise KeyboardInterrupt\nstop()")

    assert trees_of(read_runs()) == "request stop: cancelled\n"


async def test_a_request_left_open_in_a_cell_is_known_to_later_cells(runtime, read_runs, run_cell):
    """The manual API, one call in each cell; ipykernel runs all cells in one context."""
    await run_cell("from gradient.runtime import get_runtime_manager\nruntime = get_runtime_manager()")
    await run_cell("runtime.start_request('by hand', inputs={'a': 1})")
    await run_cell("from gradient.sdk import step\nwith step('work'): pass")
    await run_cell("runtime.end_request(outputs={'b': 2})")

    assert trees_of(read_runs()) == "request by hand: completed\n  step work: completed\n"


async def test_a_task_that_a_cell_starts_goes_on_in_its_request(runtime, read_runs, run_cell):
    await run_cell(DEFINE + "\nimport asyncio\ntask = asyncio.ensure_future(agent('Why'))")
    namespace = await run_cell("answer = await task")

    assert namespace["answer"] == "Why!"
    assert trees_of(read_runs()) == "request agent: completed\n  step think: completed\n"
    assert asyncio.all_tasks() == {asyncio.current_task()}
