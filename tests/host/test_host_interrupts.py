"""An interrupt at any line of our code leaves nothing current and nothing open.

Ctrl-C, a worker's time limit and the like raise wherever the main thread happens to be. So each program here is run
again and again: the interrupt is raised at the first line of ours that runs, then at the second, and so on.
"""

import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from support.scripted import graph_of

import gradient.runtime
from gradient.runtime.context import current_scope
from gradient.sdk import entrypoint, step

OURS = str(Path(gradient.runtime.__file__).parents[1])


class Interrupted(KeyboardInterrupt):
    """Raised by us, so that no other one is taken for it."""


class Interrupter:
    """Raises at one line of our code, counted from the start."""

    def __init__(self, at):
        self.left = at
        self.place = None

    def __enter__(self):
        sys.settrace(self._call)

    def __exit__(self, *_):
        sys.settrace(None)

    def _call(self, frame, event, _):
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        self._step(frame)
        return self._line

    def _line(self, frame, event, _):
        if event == "line":
            self._step(frame)
        return self._line

    def _step(self, frame):
        self.left -= 1
        if self.left == 0:
            sys.settrace(None)
            self.place = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno} {frame.f_code.co_name}"
            raise Interrupted


@step("inner")
def inner():
    return 1


@step("inner stream")
def inner_stream():
    yield inner()
    yield 2


async def later():
    return 1


@entrypoint
def plain(number):
    with step("a block", inputs=number) as block:
        block.outputs = inner()
    return list(inner_stream())


@entrypoint
def fails(number):
    with step("a block"):
        raise ValueError


@entrypoint
async def coroutine(number):
    async with step("a block"):
        return await step(later)()


@entrypoint
def generator(number):
    yield inner()
    yield from inner_stream()


@entrypoint
async def stream(number):
    yield await step(later)()
    yield 2


def drive(coroutine):
    """Run a coroutine that waits for nothing."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration:
        pass


async def collect(items):
    return [item async for item in items]


def node(state):
    return {"value": inner()}


GRAPH = graph_of(node)


@entrypoint
def graph(number):
    GRAPH.invoke({"value": number})


PROGRAMS = {
    "plain": plain,
    "fails": fails,
    "coroutine": lambda number: drive(coroutine(number)),
    "generator": lambda number: list(generator(number)),
    "stream": lambda number: drive(collect(stream(number))),
    "graph": graph,
}


@entrypoint
def afterwards(number):
    return number


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Python ignores one in a finalizer
@pytest.mark.parametrize("every", [37, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", PROGRAMS)
def test_an_interrupt_at_any_line_leaves_nothing_current_and_nothing_open(runtime, read_runs, name, every):
    program = PROGRAMS[name]
    for _ in range(2):
        interrupted(program, 0)  # what is made once, is made
    places, current = {}, []
    for at in range(1, 100_000, every):
        places[at] = interrupted(program, at)
        if places[at] is None:
            break
        if current_scope.get() is not None:
            current.append(at)
            current_scope.set(None)
        afterwards(at)
        afterwards(at)

    assert len(places) > 500 / every
    runs = read_runs()
    afterwards_ = [run for run in runs if run["entrypoint"] == "afterwards" and not run["executions"]]
    alone = Counter(run["inputs"]["number"] for run in afterwards_)
    open_ = [run["inputs"]["number"] for run in runs if is_open(run) or any(map(is_open, run["executions"]))]
    wrong = [(number, places.get(number), "current") for number in current]
    wrong += [(number, places.get(number), "open") for number in open_]
    wrong += [(number, place, "not two runs") for number, place in places.items() if place and alone[number] != 2]
    assert not wrong, "\n".join(map(str, wrong[:25]))


def interrupted(program, at):
    """Run a program and interrupt it at a line; return which that was, or None where it has none."""
    interrupter = Interrupter(at)
    with suppress(Interrupted, ValueError), interrupter:
        program(at)
    return interrupter.place


def is_open(timed):
    return timed["status"] in {"running", "aborted", "unknown"}
