"""A small agent framework that knows nothing of Gradient: what instrumentors are tested and explained with.

    Agent   does a piece of work, in each of the four colours a Python function can have
    Crew    sets its agents to work at once, each in a thread of its own, and knows them by run ids

`gradient.testing.mockinstrumentor` traces it.
"""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator, Sequence

_run_ids = itertools.count(1)


class Agent:
    """Does what its `work` says.

    Args:
        name: What it is called.
        work: Takes the task. `run` wants a function of it, `arun` a coroutine function, `stream` a generator function
            and `astream` an async generator function.
    """

    def __init__(self, name: str, work: Callable[[Any], Any]) -> None:
        self.name = name
        self.work = work

    def run(self, task: Any, *, run_id: int | None = None) -> Any:  # noqa: ARG002 - for whoever listens
        """Do the work."""
        return self.work(task)

    async def arun(self, task: Any) -> Any:
        """Do the work in an event loop."""
        return await self.work(task)

    def stream(self, task: Any) -> Generator[Any, None, None]:
        """Do the work and hand out its items one by one."""
        yield from self.work(task)

    async def astream(self, task: Any) -> AsyncGenerator[Any, None]:
        """Do the work in an event loop and hand out its items one by one."""
        async for item in self.work(task):
            yield item


class Crew:
    """Several agents that work on a task at the same time.

    Args:
        name: What it is called.
        agents: Who works; the `work` of each takes the task.
    """

    def __init__(self, name: str, agents: Sequence[Agent]) -> None:
        self.name = name
        self.agents = agents

    def kickoff(self, task: Any) -> list[Any]:
        """Return the results of all agents, in their order, or raise the first error."""
        results: list[Any] = [None] * len(self.agents)
        errors: list[BaseException] = []

        def work(place: int, run_id: int) -> None:
            try:
                results[place] = self.agents[place].run(task, run_id=run_id)
            except BaseException as error:  # noqa: BLE001 - raised again below, in the caller's thread
                errors.append(error)

        run_ids = [self.assign(agent, next(_run_ids)) for agent in self.agents]
        threads = [threading.Thread(target=work, args=part) for part in enumerate(run_ids)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if errors:
            raise errors[0]
        return results

    def assign(self, agent: Agent, run_id: int) -> int:  # noqa: ARG002 - for whoever listens
        """Give a run of an agent an id."""
        return run_id
