"""An agent of Pydantic AI takes its name from its caller's variables, or has none: the same one with us as without."""

import asyncio
from contextlib import aclosing, nullcontext

import pytest

pytest.importorskip("pydantic_ai")

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic_ai import Agent
from pydantic_ai.models.instrumented import InstrumentationSettings
from pydantic_ai.models.test import TestModel

from gradient.instrumentors.pydantic_ai.instrumentor import PydanticAIInstrumentor
from gradient.sdk import entrypoint
from gradient.testing import record

of_the_module = None


async def run(agents):
    await agents[0].run("What?")


async def run_local(agents):
    solo = agents[0]
    await solo.run("What?")


async def run_of_the_module(agents):
    global of_the_module  # noqa: PLW0603 - where many programs keep their agent
    of_the_module = agents[0]
    await of_the_module.run("What?")


async def run_stream(agents):
    async with agents[0].run_stream("What?") as result:
        await result.get_output()


async def run_stream_local(agents):
    solo = agents[0]
    async with solo.run_stream("What?") as result:
        await result.get_output()


async def iterate(agents):
    solo = agents[0]
    async with solo.iter("What?") as running:
        async for _ in running:
            pass


async def run_events(agents):
    solo = agents[0]
    events = solo.run_stream_events("What?")
    async with events if hasattr(events, "__aenter__") else aclosing(events) as events:  # a generator before 2.0
        async for _ in events:
            pass


async def call_of_a_call(agents):
    solo = agents[0]
    await asyncio.gather(*(run([each]) for each in (solo, solo)))


WAYS = [run, run_local, run_of_the_module, run_stream, run_stream_local, iterate, run_events, call_of_a_call]


class Service:
    """Keeps an agent in an attribute."""

    def __init__(self, agent):
        self.agent = agent

    async def ask(self):
        await self.agent.run("What?")


def names(way, *, traced, name=None):
    """Return the name that an agent has after a run."""
    agent = Agent(TestModel(), name=name)
    with record(PydanticAIInstrumentor()) if traced else nullcontext():
        asyncio.run(way([agent]))
    return agent.name


@pytest.mark.parametrize("name", [None, "librarian"])
@pytest.mark.parametrize("way", [*WAYS, lambda agents: Service(agents[0]).ask()])
def test_an_agent_has_the_name_that_it_has_without_us(way, name):
    assert names(way, traced=True, name=name) == names(way, traced=False, name=name)


def test_agents_in_attributes_stay_without_a_name():
    assert names(run, traced=True) is None
    assert names(run_local, traced=True) == "solo"


@pytest.mark.parametrize("way", WAYS)
def test_the_users_own_spans_have_the_names_that_they_have_without_us(way):
    seen = []
    for traced in (False, True):
        exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        Agent.instrument_all(InstrumentationSettings(tracer_provider=provider))
        try:
            names(way, traced=traced)
        finally:
            Agent.instrument_all(False)
        seen.append([(span.name, span.attributes.get("gen_ai.agent.name")) for span in exporter.get_finished_spans()])

    assert seen[1] == seen[0] != []


def test_a_method_of_an_agent_that_is_an_entrypoint_looks_past_our_frames(runtime):
    def asked(wrap):
        solo = Agent(TestModel())
        ask = wrap(solo.run)
        asyncio.run(called(ask, solo))
        return solo.name

    async def called(ask, mine):
        await ask("What?")

    assert asked(entrypoint) == asked(lambda method: method) == "mine"
