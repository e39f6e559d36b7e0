"""Modules are known by what they were imported as, whatever they say their name is; some of CrewAI's say another's."""

import sys
from types import ModuleType
from typing import ClassVar

from gradient.instrumentors.seams import Call, Seam, SeamInstrumentor
from gradient.runtime import Step
from gradient.testing import record


class MisnamedInstrumentor(SeamInstrumentor):
    name: ClassVar = "misnamed"
    modules: ClassVar = ("misnamed",)

    def seams(self, module):
        yield Seam(module.Agent, "run", describe)


def describe(call: Call):
    return Step("solo", "agent", "misnamed")


def test_a_module_that_says_it_is_another_one_is_instrumented(monkeypatch):
    agent = type("Agent", (), {"run": lambda self: None})
    module = ModuleType("misnamed")
    vars(module).update(Agent=agent, __name__="another")
    monkeypatch.setitem(sys.modules, "misnamed", module)

    with record(MisnamedInstrumentor()) as recorded:
        agent().run()

    assert [each.node_name for each in recorded.executions] == ["solo"]
