"""Entrypoints that give back work, and the tree of a run that holds it."""

import asyncio

from conformance.trees import expected_trees

from gradient.sdk import entrypoint, step

WITH_WORK = """
    request agent: {}
      step work: {}
"""
closed = []  # what was closed in this test


def work():
    with step("work"):
        return "done"


def items():
    try:
        yield work()
        yield "more"
    finally:
        closed.append("closed")


async def async_items():
    try:
        yield work()
        yield "more"
    finally:
        closed.append("closed")


def answer_to(_question):
    return work()


async def answer():
    await asyncio.sleep(0)
    return work()


def agent_that_returns(make):
    return entrypoint(name="agent")(lambda: make())  # noqa: PLW0108 - a generator function is another case


async def collected(stream):
    return [item async for item in stream]


def tree(status, of_work="completed"):
    return expected_trees(WITH_WORK.format(status, of_work))
