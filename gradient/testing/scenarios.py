"""What the contract suite asks a framework to do, and the user code that it has it run.

A contract fills `Scenarios` in. The suite itself is in `gradient.testing.contract`.
"""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import pytest

from gradient.sdk.steps import step

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Generator, Iterator, Sequence

    from gradient.runtime.interfaces import FrameworkInstrumentor
    from gradient.runtime.status import Status
    from gradient.testing.trees import Tree

BODY = "body"
"""Stands in a shape where the user's code runs."""

Scenario = Literal["run", "nested", "stream", "broken stream", "closed stream"]

_PROBE: Tree = ("step", "probe", "completed", [])


class Thing:
    """A value that nothing is equal to but itself."""


class Trouble(Exception):
    """What the user's code raises."""


ITEMS = (Thing(), Thing(), Thing())
_PROBES: dict[str, int] = {"stream": len(ITEMS)}


class Scenarios:
    """How a framework runs a piece of user code, one method for each way. Those that are left out are skipped.

    Attributes:
        shape: What `run`, `arun`, `stream` and `astream` record: (kind, name, children), and `BODY`.
        nested_shape: The same for `nested`.
    """

    shape: ClassVar[list[Any]]
    nested_shape: ClassVar[list[Any]] = []

    def instrumentor(self) -> FrameworkInstrumentor:
        """Return a new instrumentor."""
        raise NotImplementedError

    def owners(self) -> Sequence[Any]:
        """Return the classes and modules whose attributes it replaces."""
        return ()

    def run(self, body: Callable[[], Any]) -> Any:
        """Have the framework call `body`, once; return what it returned, as the framework hands it out."""
        raise NotImplementedError

    def nested(self, body: Callable[[], Any]) -> Any:  # noqa: ARG002
        """Do the same as `run`, two levels deep."""
        pytest.skip("nothing runs inside another thing")

    def stream(self, body: Callable[[], Generator[Any, None, None]]) -> Iterator[Any]:  # noqa: ARG002
        """Have the framework stream what the generator function `body` yields; return an iterator with `close`."""
        pytest.skip("there are no streams")

    async def arun(self, body: Callable[[], Coroutine[Any, Any, Any]]) -> Any:  # noqa: ARG002
        """Do the same as `run`, with a coroutine function."""
        pytest.skip("there are no coroutines")

    def astream(self, body: Callable[[], AsyncGenerator[Any, None]]) -> AsyncIterator[Any]:  # noqa: ARG002
        """Do the same as `stream`, with an async generator function; return an async iterator with `aclose`."""
        pytest.skip("there are no async streams")

    def expected(self, scenario: Scenario, status: Status) -> list[Tree]:
        """Return what a scenario records when it ends so.

        Override it for a framework whose streams have another shape than its runs: the body of a stream has a step
        named "probe" before each of its three items; a broken stream raises, and a closed one is closed, after the
        first.
        """
        shape = self.nested_shape if scenario == "nested" else self.shape
        return _filled(shape, status, [_PROBE] * _PROBES.get(scenario, 1))


def _filled(shape: list[Any], status: Status, body: list[Tree]) -> list[Tree]:
    trees: list[Tree] = []
    for part in shape:
        if part == BODY:
            trees += body
        else:
            kind, name, below = part
            trees.append((kind, name, status, _filled(below, status, body)))
    return trees


def works(result: Any) -> Callable[[], Any]:
    """Return user code that takes a step of its own and returns `result`."""

    def body() -> Any:
        with step("probe"):
            return result

    return body


def fails(error: BaseException) -> Callable[[], Any]:
    """Return user code that takes a step of its own and raises `error`."""

    def body() -> Any:
        works(None)()
        raise error

    return body


class Streaming:
    """User code that streams `ITEMS`, each after a step of its own.

    Attributes:
        produced: How many items were asked of it.
    """

    def __init__(self, error: Exception | None = None) -> None:
        self.produced = 0
        self._error = error  # raised instead of the second item

    def __call__(self) -> Generator[Any, None, None]:
        """Stream."""
        for item in ITEMS:
            if self.produced and self._error is not None:
                raise self._error
            self.produced += 1
            with step("probe"):
                pass
            yield item

    async def asynchronous(self) -> AsyncGenerator[Any, None]:
        """Stream in an event loop."""
        for item in self():
            yield item


class Colour:
    """Runs the scenarios of one colour, so that each test is written once.

    Tests are coroutines. Those of the sync colour never wait, and run without an event loop.

    Attributes:
        is_async: Whether it is the async one.
    """

    def __init__(self, scenarios: Scenarios, *, is_async: bool) -> None:
        self._scenarios = scenarios
        self.is_async = is_async

    async def run(self, body: Callable[[], Any]) -> Any:
        """Have the framework run `body`."""
        if not self.is_async:
            return self._scenarios.run(body)

        async def asynchronous() -> Any:
            return body()

        return await self._scenarios.arun(asynchronous)

    def stream(self, body: Streaming) -> OpenStream:
        """Have the framework stream `body`."""
        scenarios = self._scenarios
        return OpenStream(scenarios.astream(body.asynchronous) if self.is_async else scenarios.stream(body))

    async def read(self, error: Exception | None = None) -> list[Any]:
        """Return all items of a stream, in which `error` is raised."""
        return [item async for item in self.stream(Streaming(error))]

    async def read_one(self) -> int:
        """Read one item of a stream and close it; return how many the user's code produced by then."""
        body = Streaming()
        stream = self.stream(body)
        await stream.__anext__()
        produced = body.produced
        await stream.close()
        return produced

    def drive(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Return what a coroutine of this colour returns."""
        if self.is_async:
            return asyncio.run(work)
        try:
            work.send(None)
        except StopIteration as end:
            return end.value
        raise RuntimeError("A sync scenario waited for something.")


class OpenStream:
    """A stream of either colour."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __aiter__(self) -> OpenStream:
        return self

    async def __anext__(self) -> Any:
        if hasattr(self._stream, "__anext__"):
            return await self._stream.__anext__()
        try:
            return next(self._stream)
        except StopIteration:
            raise StopAsyncIteration from None

    async def close(self) -> None:
        """Stop reading."""
        closed = self._stream.aclose() if hasattr(self._stream, "aclose") else self._stream.close()
        if inspect.isawaitable(closed):
            await closed
