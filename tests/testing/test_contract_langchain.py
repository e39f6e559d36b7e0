"""The LangChain instrumentor passes the contract suite."""

import sys
from typing import ClassVar

import pytest
from langchain_core.runnables import RunnableGenerator, RunnableLambda

from gradient.instrumentors.langchain.instrumentor import LangChainInstrumentor
from gradient.testing.contract import BODY, InstrumentorContract


def skip_without_context():
    if sys.version_info < (3, 11):
        pytest.skip("LangChain lets coroutines know in which run they are from Python 3.11 on")


class TestLangChainInstrumentor(InstrumentorContract):
    shape: ClassVar = [("chain", "solo", [BODY])]
    nested_shape: ClassVar = [("chain", "outer", [("chain", "solo", [BODY])])]

    def instrumentor(self):
        return LangChainInstrumentor()

    def run(self, body):
        return RunnableLambda(lambda _: body(), name="solo").invoke("task")

    def nested(self, body):
        return RunnableLambda(lambda _: self.run(body), name="outer").invoke("task")

    async def arun(self, body):
        skip_without_context()

        async def work(task):
            return await body()

        return await RunnableLambda(work, name="solo").ainvoke("task")

    def stream(self, body):
        def work(tasks):
            yield from body()

        return RunnableGenerator(work, name="solo").stream("task")

    def astream(self, body):
        skip_without_context()

        async def work(tasks):
            async for item in body():
                yield item

        return RunnableGenerator(work, name="solo").astream("task")
