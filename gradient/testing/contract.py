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
from pprint import pformat
from typing import TYPE_CHECKING, Any

import pytest

from gradient.runtime.context import running_scope
from gradient.runtime.listeners import Listener
from gradient.sdk.entrypoints import entrypoint
from gradient.testing.recording import Record, record
from gradient.testing.scenarios import BODY, ITEMS, Colour, Scenario, Scenarios, Streaming, Thing, Trouble, fails, works

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from gradient.runtime.context import RequestContext, Scope
    from gradient.runtime.execution import NodeExecution
    from gradient.runtime.status import Status
    from gradient.testing.trees import Tree

__all__ = ["BODY", "InstrumentorContract", "Scenario"]

_PATIENCE_S = 30
_both = pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])


class InstrumentorContract(Scenarios):
    """The tests. What they are about is what `Scenarios` says."""

    # ── what is recorded ─────────────────────────────────────────────────────────────────────────────────────────

    @_both
    def test_a_run_is_recorded_once_and_what_happens_inside_belongs_to_it(self, is_async: bool) -> None:
        colour = Colour(self, is_async=is_async)

        self._records(colour, "run", "completed", lambda: colour.run(works(Thing())))

    def test_a_run_inside_a_run_is_its_child(self) -> None:
        async def work() -> None:  # noqa: RUF029 - as all of them are
            self.nested(works(Thing()))

        self._records(Colour(self, is_async=False), "nested", "completed", work)

    @_both
    def test_a_run_that_raises_is_an_error_and_a_request_that_handles_it_is_none(self, is_async: bool) -> None:
        colour = Colour(self, is_async=is_async)

        self._records(colour, "run", "error", lambda: _caught(colour.run(fails(Trouble()))))

    @_both
    def test_a_stream_is_one_run_that_lasts_to_its_end(self, is_async: bool) -> None:
        colour = Colour(self, is_async=is_async)

        self._records(colour, "stream", "completed", lambda: colour.read())

    @_both
    def test_a_stream_that_raises_is_an_error(self, is_async: bool) -> None:
        colour = Colour(self, is_async=is_async)

        self._records(colour, "broken stream", "error", lambda: _caught(colour.read(Trouble())))

    @_both
    def test_a_stream_that_is_closed_early_is_abandoned(self, is_async: bool) -> None:
        colour = Colour(self, is_async=is_async)

        self._records(colour, "closed stream", "abandoned", lambda: colour.read_one())

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
            _check(running.cancelled(), "a cancelled run does not end with CancelledError")

        self._records(Colour(self, is_async=True), "run", "cancelled", work)

    def test_a_run_outside_any_request_is_a_request_of_its_own(self) -> None:
        with record(self.instrumentor()) as recorded:
            self.run(works(Thing()))

        trees = [tree[3] for tree in recorded.trees()]
        _equal(trees, [self.expected("run", "completed")], "recorded outside any request")

    # ── what the user's code and its caller see ──────────────────────────────────────────────────────────────────

    @_both
    def test_a_result_is_handed_over_as_it_is(self, is_async: bool) -> None:
        result = Thing()
        colour = Colour(self, is_async=is_async)

        _, returned = self._recorded(colour, lambda: colour.run(works(result)))

        _check(returned is result, f"the framework returned {result!r}, its caller got {returned!r}")

    @_both
    def test_an_error_passes_through_as_it_is(self, is_async: bool) -> None:
        error = Trouble()
        colour = Colour(self, is_async=is_async)

        _, caught = self._recorded(colour, lambda: _caught(colour.run(fails(error))))

        _check(caught is error, f"the user's code raised {error!r}, its caller got {caught!r}")

    @_both
    def test_items_of_a_stream_are_handed_over_as_they_are(self, is_async: bool) -> None:
        colour = Colour(self, is_async=is_async)

        _, items = self._recorded(colour, lambda: colour.read())

        handed_over = list(map(id, items)) == list(map(id, ITEMS))
        _check(handed_over, f"the framework streamed {ITEMS!r}, its consumer got {items!r}")

    @_both
    def test_an_error_in_a_stream_passes_through_as_it_is(self, is_async: bool) -> None:
        error = Trouble()
        colour = Colour(self, is_async=is_async)

        _, caught = self._recorded(colour, lambda: _caught(colour.read(error)))

        _check(caught is error, f"the user's code raised {error!r}, its consumer got {caught!r}")

    @_both
    def test_a_stream_is_as_lazy_as_without_us(self, is_async: bool) -> None:
        colour = Colour(self, is_async=is_async)
        bare = colour.drive(colour.read_one())

        _, produced = self._recorded(colour, lambda: colour.read_one())

        _equal(produced, bare, "items produced when one is wanted")

    # ── what is current ──────────────────────────────────────────────────────────────────────────────────────────

    @_both
    def test_nothing_stays_current_after_a_run(self, is_async: bool) -> None:
        colour = Colour(self, is_async=is_async)

        async def work() -> None:
            request = running_scope()
            for body in (works(Thing()), fails(Trouble())):
                await _caught(colour.run(body))
                _check(running_scope() is request, f"{running_scope()!r} is still current after the run")

        self._recorded(colour, work)

    @_both
    def test_nothing_leaks_into_the_consumer_of_a_stream(self, is_async: bool) -> None:
        colour = Colour(self, is_async=is_async)

        async def work() -> None:
            request = running_scope()
            for items_wanted in (len(ITEMS), 1):
                stream = colour.stream(Streaming())
                for _ in range(items_wanted):
                    await stream.__anext__()
                    _check(running_scope() is request, f"{running_scope()!r} is current between two items")
                await stream.close()
                _check(running_scope() is request, f"{running_scope()!r} is still current after the stream")

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

        _equal(recorded.trees(), [_request(self.expected("run", "completed"), "agent")] * 2, "recorded")

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

        _equal(recorded.trees(), [_request(self.expected("run", "completed"), "agent")] * 2, "recorded")

    # ── installing and uninstalling ──────────────────────────────────────────────────────────────────────────────

    def test_installing_twice_is_installing_once(self) -> None:
        instrumentor = self.instrumentor()
        before = self._attributes()
        with record(instrumentor) as recorded:
            instrumentor.install(recorded.manager.get_tracker())

            self._run_once()
            instrumentor.uninstall()
            after = self._attributes()

        _equal(recorded.trees(), [_request(self.expected("run", "completed"))], "recorded after installing twice")
        _unchanged(before, after)

    def test_uninstalling_puts_the_very_same_objects_back(self) -> None:
        instrumentor = self.instrumentor()
        before = self._attributes()
        with record(instrumentor):
            self._run_once()

            instrumentor.uninstall()
            after = self._attributes()

        _unchanged(before, after)
        _check(not instrumentor.is_installed(), "is_installed() is true after uninstall()")

    def test_once_uninstalled_it_records_nothing_and_once_reinstalled_it_records_again(self) -> None:
        instrumentor = self.instrumentor()
        with record(instrumentor) as recorded:
            instrumentor.uninstall()
            self._run_once()
            instrumentor.install(recorded.manager.get_tracker())
            self._run_once()

        (_, _, _, while_uninstalled), again = recorded.trees()
        _equal(while_uninstalled, [("step", "probe", "completed", [])], "recorded while uninstalled")
        _equal(again, _request(self.expected("run", "completed")), "recorded after installing again")

    def test_a_listener_that_raises_breaks_nothing(self) -> None:
        result = Thing()
        with record(self.instrumentor()) as recorded:
            recorded.manager.add_listener(_Raising())

            returned = entrypoint(lambda: self.run(works(result)))()

        _check(returned is result, f"the framework returned {result!r}, its caller got {returned!r}")
        _equal(recorded.trees()[0][3], self.expected("run", "completed"), "recorded by the others")

    # ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _records(
        self, colour: Colour, scenario: Scenario, status: Status, work: Callable[[], Coroutine[Any, Any, Any]]
    ) -> None:
        recorded, _ = self._recorded(colour, work)
        _equal(recorded.trees(), [_request(self.expected(scenario, status))], "recorded")
        _outlasting(recorded.executions)

    def _recorded(self, colour: Colour, work: Callable[[], Coroutine[Any, Any, Any]]) -> tuple[Record, Any]:
        with record(self.instrumentor()) as recorded:
            returned = colour.drive(_in_request(work))
        return recorded, returned

    def _run_once(self) -> None:
        entrypoint(name="contract")(lambda: self.run(works(Thing())))()

    def _attributes(self) -> list[tuple[Any, dict[str, Any]]]:
        return [(owner, dict(vars(owner))) for owner in self.owners()]


class _Raising(Listener):
    """Fails at whatever it is told."""

    def on_request_start(self, request: RequestContext) -> None:
        raise Trouble

    def on_request_end(self, request: RequestContext) -> None:
        raise Trouble

    def on_execution_start(self, execution: NodeExecution) -> None:
        raise Trouble

    def on_execution_end(self, execution: NodeExecution) -> None:
        raise Trouble

    def on_update(self, scope: Scope, what: str, name: str, value: Any) -> None:
        raise Trouble


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


def _request(executions: list[Tree], name: str = "contract") -> Tree:
    return ("request", name, "completed", executions)


def _check(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise AssertionError(otherwise)


def _equal(found: Any, wanted: Any, what: str) -> None:
    _check(found == wanted, f"{what}:\n{pformat(found)}\nwanted:\n{pformat(wanted)}")


def _outlasting(executions: list[NodeExecution]) -> None:
    ends = {execution.execution_id: execution.ended_ns or 0 for execution in executions}
    for each in executions:
        outlasted = ends.get(each.parent_id, ends[each.execution_id]) >= ends[each.execution_id]
        _check(outlasted, f"the parent of {each.node_name} ended before it")


def _unchanged(before: list[tuple[Any, dict[str, Any]]], after: list[tuple[Any, dict[str, Any]]]) -> None:
    for (owner, former), (_, present) in zip(before, after, strict=True):
        changed = {name for name in former.keys() | present if former.get(name) is not present.get(name)}
        _check(not changed, f"after uninstall() these attributes of {owner!r} are not what they were: {sorted(changed)}")
