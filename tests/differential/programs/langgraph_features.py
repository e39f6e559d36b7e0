# needs: langgraph.runtime langgraph.cache.memory
"""What LangGraph has beside plain graphs: each feature's results, streams, errors, and what callbacks are told."""

import asyncio
import operator
from typing import Annotated, Any, TypedDict

from langchain_core.callbacks import BaseCallbackHandler, adispatch_custom_event, dispatch_custom_event
from langchain_core.runnables import RunnableConfig, RunnableLambda
from langgraph.cache.memory import InMemoryCache
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.errors import GraphRecursionError
from langgraph.func import entrypoint as graph_entrypoint
from langgraph.func import task
from langgraph.graph import END, START, StateGraph
from langgraph.store.memory import InMemoryStore
from langgraph.types import CachePolicy, Command, RetryPolicy, Send, StreamWriter, interrupt
from probe import entrypoint, hold


class State(TypedDict, total=False):
    value: Any
    log: Annotated[list[Any], operator.add]


class Told(BaseCallbackHandler):
    """Prints what it is told: kinds, names, tags and the names of further facts."""

    def on_chain_start(self, serialized, inputs, **kwargs):
        print("  start", kwargs.get("name"), sorted(kwargs.get("tags") or []), sorted(kwargs.get("metadata") or {}))

    def on_chain_end(self, outputs, **kwargs):
        print("  end", sorted(kwargs))

    def on_chain_error(self, error, **kwargs):
        print("  error", type(error).__name__, sorted(kwargs))

    def on_custom_event(self, name, data, **kwargs):
        print("  custom", name, data, sorted(kwargs))


def told(**more):
    return {"callbacks": [Told()], "tags": ["mine"], "metadata": {"tenant": "acme"}, **more}


def log(*said):
    return {"log": list(said)}


def compiled(*nodes, **options):
    builder = StateGraph(State)
    last = START
    for name, node in nodes:
        builder.add_node(name, node)
        builder.add_edge(last, name)
        last = name
    return builder.add_edge(last, END).compile(**options)


def shown(streamed):
    """Print what a stream gives, without what differs from run to run."""
    for item in streamed:
        print(" ", repr(item)[:300] if not isinstance(item, dict) or "task_id" not in str(item) else sorted(item))


# ── subgraphs, sends, commands ───────────────────────────────────────────────────────────────────────────────────


def write(state, writer: StreamWriter):
    writer({"tick": 1})
    dispatch_custom_event("progress", {"pct": 50})
    return log("written")


inner = compiled(("draft", lambda _: log("draft")), ("write", write))
outer = compiled(("plan", lambda _: log("plan")), ("inner", inner), ("done", lambda _: log("done")))

fan = StateGraph(State)
fan.add_node("split", lambda _: None)
fan.add_node("work", lambda state: log(state["value"]))
fan.add_edge(START, "split")
fan.add_conditional_edges("split", lambda _: [Send("work", {"value": number}) for number in range(3)], ["work"])
fan = fan.compile()

routed = StateGraph(State)
routed.add_node("choose", lambda state: Command(goto="left" if state["value"] else "right", update=log("chosen")))
routed.add_node("left", lambda _: log("left"))
routed.add_node("right", lambda _: Command(goto=END, update=log("right")))
routed = routed.add_edge(START, "choose").compile()


@entrypoint
def graphs():
    print(outer.invoke({"value": 1}, told(run_name="outer")))
    print(sorted(fan.invoke({"value": 1})["log"]))
    print(routed.invoke({"value": 1}, told()), routed.invoke({"value": 0}))
    print(outer.batch([{"value": 1}, {"value": 2}]))


@entrypoint
def streams():
    for mode in ("values", "updates", "custom", ["updates", "custom"]):
        for subgraphs in (False, True):
            print(mode, subgraphs)
            shown(str(item).partition("inner:")[0] for item in outer.stream({}, stream_mode=mode, subgraphs=subgraphs))
    print([sorted(item) for item in outer.stream({}, stream_mode="debug")])
    print([type(item).__name__ for item in outer.stream({}, stream_mode=["tasks", "messages"])])
    for item in outer.stream({}, stream_mode="custom"):
        print("left after", item)
        break


# ── interrupts, state, the functional API ────────────────────────────────────────────────────────────────────────


def ask(state):
    return log(interrupt("really?"))


asking = compiled(("plan", lambda _: log("plan")), ("ask", ask), checkpointer=InMemorySaver())
stopping = compiled(
    ("plan", lambda _: log("plan")), ("go", lambda _: log("go")), checkpointer=InMemorySaver(), interrupt_before=["go"]
)


@entrypoint
def interrupts():
    thread = told(configurable={"thread_id": "1"})
    first = asking.invoke({"value": 1}, thread)
    print(first["log"], [one.value for one in first["__interrupt__"]])
    state = asking.get_state(thread)
    print(state.next, state.values, [each.name for each in state.tasks], sorted(state.metadata))
    print(asking.invoke(Command(resume="yes"), thread))
    print([(one.next, one.values, sorted(one.metadata)) for one in asking.get_state_history(thread)])
    print(stopping.invoke({"value": 1}, thread), stopping.get_state(thread).next, stopping.invoke(None, thread))
    stopping.update_state(thread, {"value": 7})
    print(stopping.get_state(thread).values)
    for durability in ("sync", "async", "exit"):
        print(asking.invoke({"value": 1}, {"configurable": {"thread_id": durability}}, durability=durability)["log"])


@task
def double(number):
    return 2 * number


@task(retry_policy=RetryPolicy(max_attempts=2, initial_interval=0.0))
def flaky(tries):
    tries.append(1)
    if len(tries) < 2:
        raise ConnectionError("again")
    return len(tries)


@graph_entrypoint(checkpointer=InMemorySaver())
def functional(number, *, previous, writer: StreamWriter):
    writer("begun")
    doubled = [double(number).result(), double(number + 1).result()]  # one by one: both print
    answer = interrupt("go on?") if number > 1 else "no question"
    return graph_entrypoint.final(value=(doubled, flaky([]).result(), answer, previous), save=number)


@entrypoint
def functions():
    thread = told(configurable={"thread_id": "1"})
    print(functional.invoke(1, thread))
    print(list(functional.stream(2, {"configurable": {"thread_id": "1"}}, stream_mode="custom")))
    print(functional.invoke(Command(resume="yes"), thread))
    print(functional.invoke(1, {"configurable": {"thread_id": "1"}}))


# ── retries, caches, stores, errors ──────────────────────────────────────────────────────────────────────────────


@entrypoint
def policies():
    tries = []

    def fails_twice(_):
        tries.append(1)
        if len(tries) < 3:
            raise ConnectionError("again")
        return log(len(tries))

    def slow(_):
        tries.append(1)
        return log(len(tries))

    builder = StateGraph(State).add_node("go", fails_twice, retry_policy=RetryPolicy(initial_interval=0.0))
    print(builder.add_edge(START, "go").compile().invoke({"value": 1}, told()))
    cached = StateGraph(State).add_node("slow", slow, cache_policy=CachePolicy())
    cached = cached.add_edge(START, "slow").compile(cache=InMemoryCache())
    print(cached.invoke({"value": 1}, told()), cached.invoke({"value": 1}, told()), len(tries))
    loop = StateGraph(State).add_node("go", lambda _: log("go")).add_edge(START, "go").add_edge("go", "go").compile()
    try:
        loop.invoke({"value": 1}, told(recursion_limit=3))
    except GraphRecursionError as error:
        print(type(error).__name__, getattr(error, "__notes__", []))
    failing = compiled(("inner", compiled(("go", lambda _: 1 / 0))))
    try:
        failing.invoke({"value": 1})
    except ZeroDivisionError as error:
        notes = [note.split(" with id")[0] for note in getattr(error, "__notes__", [])]
        print(type(error), error.args, notes, error.__cause__, error.__context__)
    store = InMemoryStore()

    def remember(state, *, store, config: RunnableConfig):
        store.put(("a",), "key", {"value": state["value"]})
        return log(store.get(("a",), "key").value, max(config["configurable"]), config.get("tags"))

    print(compiled(("remember", remember), store=store).invoke({"value": 1}, told()), store.search(("a",))[0].value)


# ── async ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def work_async(state, config: RunnableConfig, writer: StreamWriter):
    await asyncio.sleep(0)
    writer({"tick": 2})
    await adispatch_custom_event("progress", {"pct": 60}, config=config)
    return log("async")


waiting = compiled(("work", work_async), ("inner", compiled(("deep", work_async))))


@entrypoint
async def asynchronous():
    print(await waiting.ainvoke({"value": 1}, told()))
    print(await waiting.abatch([{"value": 1}, {"value": 2}]))
    async for item in waiting.astream({}, stream_mode=["updates", "custom"], subgraphs=True):
        print(" ", item[1:])
    async for event in waiting.astream_events({"value": 1}, version="v2", include_names=["work", "deep", "progress"]):
        print(" ", event["event"], event["name"], sorted(event["metadata"]), event["tags"], event["data"])
    began = asyncio.Event()

    async def wait(_):
        began.set()
        await asyncio.Event().wait()

    running = asyncio.create_task(compiled(("wait", wait)).ainvoke({"value": 1}, told()))
    await began.wait()
    running.cancel()
    print([type(ended).__name__ for ended in await asyncio.gather(running, return_exceptions=True)])


@entrypoint
def fallbacks():
    def fail(_):
        raise ValueError("first")

    chain = RunnableLambda(fail).with_fallbacks([RunnableLambda(lambda told: f"second {told}")])
    print(chain.invoke("x", told()))
    print(RunnableLambda(lambda told: told).with_retry().batch(["a", "b"], told(max_concurrency=1)))
    print(RunnableLambda(fail).batch(["a"], return_exceptions=True))


graphs()
streams()
interrupts()
functions()
policies()
asyncio.run(asynchronous())
fallbacks()
hold("a graph", outer)
hold("its nodes", outer.nodes["plan"])
hold("a task", double)
hold("a functional graph", functional)
