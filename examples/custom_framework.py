"""Trace what nobody has an instrumentor for: your own code with `step`, a framework with one of your own.

`Crew` stands for a framework that somebody else wrote. `CrewInstrumentor` knows it; a distribution would name it in its
entry point group `gradient.instrumentors`, here it is registered by hand.
"""

import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import ClassVar

from gradient.instrumentors.seams import Call, Seam, SeamInstrumentor
from gradient.runtime import Step, get_runtime_manager
from gradient.sdk import annotate, entrypoint, step

# ── a framework ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Worker:
    """Does one task."""

    def __init__(self, name: str, work: Callable[[str], str]) -> None:
        self.name = name
        self.work = work

    def perform(self, task: str) -> str:
        return self.work(task)


class Crew:
    """Hands a task from worker to worker."""

    def __init__(self, name: str, workers: list[Worker]) -> None:
        self.name = name
        self.workers = workers

    def kickoff(self, task: str) -> str:
        for worker in self.workers:
            task = worker.perform(task)
        return task


# ── its instrumentor ─────────────────────────────────────────────────────────────────────────────────────────────────


class CrewInstrumentor(SeamInstrumentor):
    """Records crews, and each worker's part."""

    name: ClassVar[str] = "crew"
    modules: ClassVar[tuple[str, ...]] = (__name__,)

    def seams(self, module: ModuleType) -> Iterator[Seam]:
        yield Seam(module.Crew, "kickoff", describe_crew)
        yield Seam(module.Worker, "perform", describe_worker)


def describe_crew(call: Call) -> Step:
    return Step(call.instance.name, "workflow", "crew", call.argument("task"))


def describe_worker(call: Call) -> Step:
    return Step(call.instance.name, "agent", "crew", call.argument("task"))


# ── an agent ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@step("search", kind="tool")
def search(query: str) -> list[str]:
    time.sleep(0.02)
    return [f"a page about {query}", f"a book about {query}"]


def research(task: str) -> str:
    found = search(task)
    annotate("found", results=len(found))
    return ", ".join(found)


def write(notes: str) -> str:
    with step("summarize", kind="llm", inputs={"notes": notes}) as call:
        time.sleep(0.03)
        call.outputs = f"There is {notes.replace(', ', ' and ')}."
        call.set_usage(input_tokens=120, output_tokens=9, cost_usd=0.0004, model="house-model")
    return call.outputs


@entrypoint(tags=["example"])
def report(subject: str) -> str:
    return Crew("report", [Worker("researcher", research), Worker("writer", write)]).kickoff(subject)


if __name__ == "__main__":
    get_runtime_manager().register_instrumentor(CrewInstrumentor())
    print(report("night trains"))
