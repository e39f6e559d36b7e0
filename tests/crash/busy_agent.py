"""Runs agents in threads and tasks until it is killed, and says on standard output what it has got done.

S <number>    said by a node's body: the node has begun
E <number>    said when the call of the entrypoint has returned
O             said by a node that never ends
"""

import asyncio
import os
import random
import sys
import threading
from itertools import count

from gradient.sdk import configure, entrypoint

THREADS = 3
TASKS = 3


def size_of(seed, number):
    """Return the size of a payload: 1 B to 1 MB, most of them small."""
    return int(2 ** (20 * random.Random(f"{seed} {number}").random() ** 3))


def payload_of(seed, number, what):
    """Return a text that no other payload is like."""
    size = size_of(seed, number)
    word = f"{what}{number}-{seed}."
    return (word * (size // len(word) + 1))[:size]


def say(text):
    os.write(1, f"{text}\n".encode())


def choose_way(opener, *, mapped):
    """Write in one of the two ways, to segments so small that there are many."""
    opener._mapped = mapped
    opener._first_bytes = opener._next_bytes = 64 * 1024
    opener._largest_bytes = 2 * 1024 * 1024


def make_agents(seed):
    """Return a sync and an async agent with a real graph each."""
    from support.scripted import graph_of  # here, because the test that imports this needs no graph

    def work(state):
        number = state["value"]["number"]
        say(f"S {number}")
        return {"value": {"number": number, "text": payload_of(seed, number, "out")}}

    async def work_async(state):
        await asyncio.sleep(0)
        return work(state)

    graph, async_graph = graph_of(work), graph_of(work_async)

    @entrypoint
    def busy(given):
        return graph.invoke({"value": given})["value"]

    @entrypoint
    async def busy_async(given):
        return (await async_graph.ainvoke({"value": given}))["value"]

    return busy, busy_async


def make_endless():
    """Return an agent that never ends."""
    from support.scripted import graph_of

    def wait(state):
        say("O")
        threading.Event().wait()

    graph = graph_of(wait)

    @entrypoint
    def endless():
        graph.invoke({"value": None})

    return endless


def main(seed, mapped):
    manager = configure(max_string_chars=2_000_000, max_payload_bytes=20_000_000)
    choose_way(manager.recorder.writer._opener, mapped=mapped)
    busy, busy_async = make_agents(seed)

    def given(number):
        return {"number": number, "text": payload_of(seed, number, "in")}

    def loop(thread):
        for number in count(thread, THREADS + TASKS):
            busy(given(number))
            say(f"E {number}")

    async def loop_async(task):
        for number in count(THREADS + task, THREADS + TASKS):
            await busy_async(given(number))
            say(f"E {number}")

    async def loops():
        await asyncio.gather(*map(loop_async, range(TASKS)))

    threading.Thread(target=make_endless(), daemon=True).start()
    for thread in range(THREADS):
        threading.Thread(target=loop, args=[thread], daemon=True).start()
    asyncio.run(loops())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] == "mapped")
