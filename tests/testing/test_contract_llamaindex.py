"""The LlamaIndex instrumentor passes the contract suite: the user's code runs as a tool.

Streams of models check their items, so that nothing but an answer passes through them: `test_llamaindex_models.py`.
"""

from typing import ClassVar

import pytest

pytest.importorskip("llama_index_instrumentation")

from llama_index.core.tools import FunctionTool

from gradient.instrumentors.llamaindex.instrumentor import LlamaIndexInstrumentor
from gradient.testing.contract import BODY, InstrumentorContract


class TestLlamaIndexInstrumentor(InstrumentorContract):
    shape: ClassVar = [("tool", "solo", [BODY])]
    nested_shape: ClassVar = [("tool", "outer", [("tool", "solo", [BODY])])]

    def instrumentor(self):
        return LlamaIndexInstrumentor()

    def run(self, body, name="solo"):
        def work():
            return body()

        return FunctionTool.from_defaults(work, name=name).call().raw_output

    def nested(self, body):
        return self.run(lambda: self.run(body), "outer")

    async def arun(self, body):
        async def work():
            return await body()

        return (await FunctionTool.from_defaults(async_fn=work, name="solo").acall()).raw_output
