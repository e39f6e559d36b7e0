"""How an agent can end otherwise than well. Scenarios as in `scenarios.py`."""

import asyncio
import contextlib

from conformance.scenarios import Refused


def _ends_with(t, error, caught):
    @t.entrypoint
    def agent():
        with t.step("work"):
            raise error

    with contextlib.suppress(caught):
        agent()


def exception(t):
    _ends_with(t, Refused("no"), Refused)


def keyboard_interrupt(t):
    _ends_with(t, KeyboardInterrupt(), KeyboardInterrupt)


def exit_without_error(t):
    _ends_with(t, SystemExit(0), SystemExit)


def exit_with_error(t):
    _ends_with(t, SystemExit(3), SystemExit)


def handled_exception(t):
    @t.entrypoint
    def agent():
        with contextlib.suppress(Refused), t.step("first try"):
            raise Refused
        with t.step("second try"):
            pass

    agent()


async def one_of_many_fails(t):
    @t.entrypoint
    async def agent(number):
        with t.step(f"work {number}"):
            if number == 1:
                raise Refused

    await asyncio.gather(*(agent(number) for number in range(3)), return_exceptions=True)
