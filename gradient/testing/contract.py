"""The suite that every instrumentor must pass, ours and third parties' alike.

Subclass `InstrumentorContract` in a test module, say how the framework runs a piece of user code, and pytest does the
rest. It needs no plugin of pytest's.

    class TestAcme(InstrumentorContract):
        shape = [("agent", "solo", [BODY])]

        def instrumentor(self):
            return AcmeInstrumentor()

        def owners(self):
            return [acme.Agent]

        def run(self, body):
            return acme.Agent("solo", body).run()

All scenarios: `gradient.testing.scenarios`. Look at Gradient's own contracts, in `tests/testing/`, for examples.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest

from gradient.runtime.context import running_scope
from gradient.sdk.entrypoints import entrypoint
from gradient.testing.checks import (
    attributes_of,
    check,
    completed_request,
    equal,
    outlasting,
    raising_listeners,
    unchanged,
)
from gradient.testing.recording import Record, record
from gradient.testing.scenarios import BODY, ITEMS, Colour, Scenario, Scenarios, Streaming, Thing, Trouble, fails, works

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from gradient.runtime.status import Status

__all__ = ["BODY", "InstrumentorContract", "Scenario"]

_PATIENCE_S = 30


class InstrumentorContract(Scenarios):
    """The tests. What they are about is what `Scenarios` says."""

    @pytest.fixture(params=["sync", "async"])
    def colour(self, request: pytest.FixtureRequest) -> Colour:
        """Return the scenarios of one colour; tests of both have it as an argument."""
        return Colour(self, is_async=request.param == "async")

    # ── what is recorded ─────────────────────────────────────────────────────────────────────────────────────────

    def test_a_run_is_recorded_once_and_what_happens_inside_belongs_to_it(self, colour: Colour) -> None:
        self._records(colour, "run", "completed", lambda: colour.run(works(Thing())))

    def test_a_run_inside_a_run_is_its_child(self) -> None:
        async def work() -> None:
            self.nested(works(Thing()))

        self._records(Colour(self, is_async=False), "nested", "completed", work)

    def test_a_run_that_raises_is_an_error_and_a_request_that_handles_it_is_none(self, colour: Colour) -> None:
        self._records(colour, "run", "error", lambda: _caught(colour.run(fails(Trouble()))))

    def test_a_stream_is_one_run_that_lasts_to_its_end(self, colour: Colour) -> None:
        self._records(colour, "stream", "completed", colour.read)

    def test_a_stream_that_raises_is_an_error(self, colour: Colour) -> None:
        self._records(colour, "broken stream", "error", lambda: _caught(colour.read(Trouble())))

    def test_a_stream_that_is_closed_early_is_abandoned(self, colour: Colour) -> None:
        self._records(colour, "closed stream", "abandoned", colour.read_one)

    def test_a_cancelled_run_is_cancelled(self) -> None:
        async def work() -> None:
            started = asyncio.Event()

            async def body() -> None:
                works(None)()
                started.set()
                await asyncio.Event().wait()

            running = asyncio.ensure_future(self.arun(body))
            beginning = asyncio.ensure_future(started.wait())
            await asyncio.wait([beginning, running], timeout=_PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
            beginning.cancel()
            if running.done():
                await running  # it cannot be done without failing
            running.cancel()
            await asyncio.wait([running])
            check(running.cancelled(), "a cancelled run does not end with CancelledError")

        self._records(Colour(self, is_async=True), "run", "cancelled", work)

    def test_a_run_outside_any_request_is_a_request_of_its_own(self) -> None:
        with record(self.instrumentor()) as recorded:
            self.run(works(Thing()))

        trees = [tree[3] for tree in recorded.trees()]
        equal(trees, [self.expected("run", "completed")], "recorded outside any request")

    # ── what the user's code and its caller see ──────────────────────────────────────────────────────────────────

    def test_a_result_is_handed_over_as_it_is(self, colour: Colour) -> None:
        result = Thing()
        _, returned = self._recorded(colour, lambda: colour.run(works(result)))

        check(returned is result, f"the framework returned {result!r}, its caller got {returned!r}")

    def test_an_error_passes_through_as_it_is(self, colour: Colour) -> None:
        error = Trouble()
        _, caught = self._recorded(colour, lambda: _caught(colour.run(fails(error))))

        check(caught is error, f"the user's code raised {error!r}, its caller got {caught!r}")

    def test_items_of_a_stream_are_handed_over_as_they_are(self, colour: Colour) -> None:
        _, items = self._recorded(colour, colour.read)

        handed_over = list(map(id, items)) == list(map(id, ITEMS))
        check(handed_over, f"the framework streamed {ITEMS!r}, its consumer got {items!r}")

    def test_an_error_in_a_stream_passes_through_as_it_is(self, colour: Colour) -> None:
        error = Trouble()
        _, caught = self._recorded(colour, lambda: _caught(colour.read(error)))

        check(caught is error, f"the user's code raised {error!r}, its consumer got {caught!r}")

    def test_a_stream_is_as_lazy_as_without_us(self, colour: Colour) -> None:
        bare = colour.drive(colour.read_one())

        _, produced = self._recorded(colour, colour.read_one)

        equal(produced, bare, "items produced when one is wanted")

    # ── what is current ──────────────────────────────────────────────────────────────────────────────────────────

    def test_nothing_stays_current_after_a_run(self, colour: Colour) -> None:
        async def work() -> None:
            request = running_scope()
            for body in (works(Thing()), fails(Trouble())):
                await _caught(colour.run(body))
                check(running_scope() is request, f"{running_scope()!r} is still current after the run")

        self._recorded(colour, work)

    def test_nothing_leaks_into_the_consumer_of_a_stream(self, colour: Colour) -> None:
        async def work() -> None:
            request = running_scope()
            for items_wanted in (len(ITEMS), 1):
                stream = colour.stream(Streaming())
                for _ in range(items_wanted):
                    await stream.__anext__()
                    check(running_scope() is request, f"{running_scope()!r} is current between two items")
                await stream.close()
                check(running_scope() is request, f"{running_scope()!r} is still current after the stream")

        self._recorded(colour, work)

    def test_requests_in_two_threads_at_once_do_not_mix(self) -> None:
        together = threading.Barrier(2)

        def agent() -> None:
            def body() -> None:
                together.wait(_PATIENCE_S)
                works(None)()
                together.wait(_PATIENCE_S)

            self.run(body)

        with record(self.instrumentor()) as recorded:
            threads = [threading.Thread(target=entrypoint(agent)) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(_PATIENCE_S)

        equal(recorded.trees(), [completed_request(self.expected("run", "completed"), "agent")] * 2, "recorded")

    def test_requests_in_two_tasks_at_once_do_not_mix(self) -> None:
        async def agents() -> None:
            inside: list[asyncio.Event] = [asyncio.Event(), asyncio.Event()]

            @entrypoint
            async def agent(place: int) -> None:
                async def body() -> None:
                    inside[place].set()
                    await inside[1 - place].wait()
                    works(None)()

                await self.arun(body)

            await asyncio.wait_for(asyncio.gather(agent(0), agent(1)), _PATIENCE_S)

        with record(self.instrumentor()) as recorded:
            asyncio.run(agents())

        equal(recorded.trees(), [completed_request(self.expected("run", "completed"), "agent")] * 2, "recorded")

    # ── installing and uninstalling ──────────────────────────────────────────────────────────────────────────────

    def test_installing_twice_is_installing_once(self) -> None:
        instrumentor = self.instrumentor()
        before = self._attributes()
        with record(instrumentor) as recorded:
            instrumentor.install(recorded.manager.get_tracker())

            self._run_once()
            instrumentor.uninstall()
            after = self._attributes()

        equal(recorded.trees(), [completed_request(self.expected("run", "completed"))], "recorded when installed twice")
        unchanged(before, after)

    def test_uninstalling_puts_the_very_same_objects_back(self) -> None:
        instrumentor = self.instrumentor()
        before = self._attributes()
        with record(instrumentor):
            self._run_once()

            instrumentor.uninstall()
            after = self._attributes()

        unchanged(before, after)
        check(not instrumentor.is_installed(), "is_installed() is true after uninstall()")

    def test_once_uninstalled_it_records_nothing_and_once_reinstalled_it_records_again(self) -> None:
        instrumentor = self.instrumentor()
        with record(instrumentor) as recorded:
            instrumentor.uninstall()
            self._run_once()
            instrumentor.install(recorded.manager.get_tracker())
            self._run_once()

        (_, _, _, while_uninstalled), again = recorded.trees()
        equal(while_uninstalled, [("step", "probe", "completed", [])], "recorded while uninstalled")
        equal(again, completed_request(self.expected("run", "completed")), "recorded after installing again")

    def test_a_listener_that_raises_breaks_nothing(self) -> None:
        result = Thing()
        with record(self.instrumentor()) as recorded:
            for listener in raising_listeners():
                recorded.manager.add_listener(listener)

            returned = entrypoint(lambda: self.run(works(result)))()

        check(returned is result, f"the framework returned {result!r}, its caller got {returned!r}")
        equal(recorded.trees()[0][3], self.expected("run", "completed"), "recorded by the others")

    # ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _records(
        self, colour: Colour, scenario: Scenario, status: Status, work: Callable[[], Coroutine[Any, Any, Any]]
    ) -> None:
        recorded, _ = self._recorded(colour, work)
        equal(recorded.trees(), [completed_request(self.expected(scenario, status))], "recorded")
        outlasting(recorded.executions)

    def _recorded(self, colour: Colour, work: Callable[[], Coroutine[Any, Any, Any]]) -> tuple[Record, Any]:
        with record(self.instrumentor()) as recorded:
            returned = colour.drive(_in_request(work))
        return recorded, returned

    def _run_once(self) -> None:
        entrypoint(name="contract")(lambda: self.run(works(Thing())))()

    def _attributes(self) -> list[tuple[Any, dict[str, Any]]]:
        return [(owner, attributes_of(owner)) for owner in self.owners()]


async def _in_request(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    @entrypoint
    async def contract() -> Any:
        return await work()

    return await contract()


async def _caught(work: Coroutine[Any, Any, Any]) -> Trouble | None:
    try:
        await work
    except Trouble as trouble:
        return trouble
    return None
