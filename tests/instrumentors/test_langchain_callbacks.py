"""The user's callback handlers are told by LangChain's managers what they are told without us, whatever they are."""

import asyncio
import inspect
from contextlib import nullcontext
from itertools import combinations
from uuid import UUID

import pytest
from langchain_core.callbacks import AsyncCallbackHandler, BaseCallbackHandler
from langchain_core.callbacks.manager import AsyncCallbackManager, CallbackManager
from langchain_core.language_models import FakeListLLM
from langchain_core.messages import HumanMessage
from langchain_core.outputs import Generation, LLMResult

from gradient.instrumentors.langchain.instrumentor import LangChainInstrumentor
from gradient.instrumentors.langgraph.instrumentor import LangGraphInstrumentor
from gradient.testing import record

GIVEN = {
    "serialized": {"name": "made"},
    "prompts": ["a", "b"],
    "messages": [[HumanMessage("a")], [HumanMessage("b")]],
    "inputs": {"question": "a"},
    "input_str": "a",
    "query": "a",
    "name": "mine",
    "data": 1,
    "response": LLMResult(generations=[[Generation(text="a")]]),
    "error": ValueError("broken"),
    "outputs": {"answer": "b"},
    "output": "b",
    "documents": [],
    "token": "a",
    "text": "a",
    "retry_state": None,
    "action": None,
    "finish": None,
    "event": {},
}
IDS = (UUID(int=1), UUID(int=2))
EVENTS = sorted(name for name in dir(AsyncCallbackHandler) if name.startswith("on_"))


class Notes:
    """Keeps what a handler is told: the event, what it says, and by which run."""

    def __init__(self, title, *, inline=False, ignores=()):
        self.title = title
        self.run_inline = inline
        self.told = []
        self.ignores = ignores

    def note(self, event, args, told):
        runs = [told.get(name) for name in ("run_id", "parent_run_id")]
        told = {name: value for name, value in told.items() if name not in {"run_id", "parent_run_id"}}
        self.told.append((event, repr(args), [run in IDS and run for run in runs], sorted(told), told.get("tags")))


def noting(event, base):
    def sync(self, *args, **told):
        self.note(event, args, told)

    async def awaited(self, *args, **told):
        self.note(event, args, told)

    return awaited if base is AsyncCallbackHandler else sync


def handler(base):
    ignored = [name for name in dir(base) if name.startswith("ignore_")]
    members = {name: property(lambda self, name=name: name in self.ignores) for name in ignored}
    members.update({event: noting(event, base) for event in EVENTS})
    return type(f"Noting{base.__name__}", (Notes, base), members)


SYNC, ASYNC = handler(BaseCallbackHandler), handler(AsyncCallbackHandler)
MAKERS = {
    "sync": lambda: SYNC("sync"),
    "inline": lambda: SYNC("inline", inline=True),
    "async": lambda: ASYNC("async"),
    "async inline": lambda: ASYNC("async inline", inline=True),
    "ignoring": lambda: SYNC("ignoring", ignores=("ignore_llm", "ignore_custom_event")),
}
COMBINATIONS = [chosen for size in range(3) for chosen in combinations(MAKERS, size)]


async def outcome(method, *args, **kwargs):
    """Return what a call came to: its result, or the type of what it raised."""
    try:
        result = method(*args, **kwargs)
        return await result if inspect.isawaitable(result) else result
    except Exception as error:  # noqa: BLE001 - which one it is, is compared
        return type(error)


def arguments(method):
    """Return what to call a method of a manager with: all that it asks for, then an id."""
    asked = [each for each in inspect.signature(method).parameters.values() if each.kind is each.POSITIONAL_OR_KEYWORD]
    return [GIVEN[each.name] for each in asked if each.name not in {"run_id", "parent_run_id"}], "run_id" in {
        each.name for each in asked
    }


async def tell_everything(manager):
    """Call every method of a manager that tells of an event, and every one of the runs that come of it."""
    came = []
    for name in sorted(name for name in dir(manager) if name.startswith("on_")):
        method = getattr(manager, name)
        args, is_named = arguments(method)
        more = {"run_id": IDS[0]} if is_named else {}
        for further in ({}, {"further": 1}):
            returned = await outcome(method, *args, **more, **further)
            runs = returned if isinstance(returned, list) else [returned]
            came.append((name, [run if isinstance(run, type) else type(run) for run in runs]))
            for run in runs:
                for event in sorted(event for event in dir(run) if event.startswith("on_")):
                    told, _ = arguments(getattr(run, event))
                    came.append((event, await outcome(getattr(run, event), *told)))
    return came


def told(kind, chosen, traced):
    """Return what the chosen handlers are told by a manager, and what its methods return."""

    async def tell():
        handlers = [MAKERS[name]() for name in chosen]
        with record(LangChainInstrumentor()) if traced else nullcontext():
            came = await tell_everything(kind.configure(handlers, local_tags=["mine"]))
        # Of several prompts the starts come at once, and handlers that are no coroutines hear of them in threads.
        return [(each.title, sorted(each.told, key=repr)) for each in handlers], came

    return asyncio.run(tell())


@pytest.mark.parametrize("chosen", COMBINATIONS, ids="+".join)
@pytest.mark.parametrize("kind", [CallbackManager, AsyncCallbackManager])
def test_handlers_are_told_what_they_are_told_without_us(kind, chosen):
    assert told(kind, chosen, traced=True) == told(kind, chosen, traced=False)


def test_handlers_are_told_of_every_event():
    [(_, notes)], _ = told(AsyncCallbackManager, ("async",), traced=True)

    assert {event for event, *_ in notes} >= set(EVENTS) - {"on_agent_action", "on_agent_finish"}


async def invoke(model, config):
    return await model.ainvoke("What?", config)


async def stream(model, config):
    return [each async for each in model.astream("What?", config)]


async def batch(model, config):
    return await model.abatch(["What?", "Who?"], config)


async def generate(model, config):
    return (await model.agenerate(["What?", "Who?"], **config)).generations


async def events(model, config):
    return [each["event"] async for each in model.astream_events("What?", config, version="v2")]


@pytest.mark.parametrize("instrumentor", [LangChainInstrumentor, LangGraphInstrumentor])
@pytest.mark.parametrize("way", [invoke, stream, batch, generate, events])
@pytest.mark.parametrize("name", MAKERS)
def test_a_completion_model_tells_the_users_handler_of_its_start_in_every_way(name, way, instrumentor):
    def seen(traced):
        mine = MAKERS[name]()
        with record(instrumentor()) if traced else nullcontext():
            came = asyncio.run(way(FakeListLLM(responses=["ab"] * 2), {"callbacks": [mine]}))
        return sorted(event for event, *_ in mine.told), came

    assert seen(traced=True) == seen(traced=False)


def test_a_completion_model_beside_a_users_handler_is_recorded_once():
    with record(LangChainInstrumentor()) as recorded:
        asyncio.run(batch(FakeListLLM(responses=["ab"] * 2), {"callbacks": [MAKERS["sync"]()]}))

    assert [(each.kind, each.status) for each in recorded.executions] == [("llm", "completed")] * 2
