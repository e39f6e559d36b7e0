"""The CrewAI instrumentor passes the contract suite: the user's code runs as an agent of the user's own class."""

from typing import ClassVar

from support.crewai_agents import ScriptedModel, crewai, task
from support.crewai_agents import agent as helper
from support.noise import NOISE

from gradient.instrumentors.crewai import CrewAIInstrumentor
from gradient.testing.contract import BODY, InstrumentorContract

pytestmark = NOISE


class Worker(crewai.Agent):
    """Runs a piece of user code as its work."""

    body: object

    def execute_task(self, task, context=None, tools=None):
        return self.body()

    async def aexecute_task(self, task, context=None, tools=None):
        return await self.body()


def worker(body, role="solo"):
    return Worker(role=role, goal="Help.", backstory="Old.", body=body, llm=ScriptedModel(model="none", answers=[]))


class TestCrewAIInstrumentor(InstrumentorContract):
    shape: ClassVar = [("agent", "solo", [BODY])]
    nested_shape: ClassVar = [("agent", "outer", [("agent", "solo", [BODY])])]

    def instrumentor(self):
        return CrewAIInstrumentor()

    def owners(self):
        return [
            crewai.Agent,
            Worker,
            crewai.Crew,
            crewai.Flow,
            crewai.Task,
            crewai.tools.BaseTool,
            crewai.BaseLLM,
            ScriptedModel,
        ]

    def run(self, body):
        return worker(body).execute_task(task(helper("other")))

    def nested(self, body):
        return worker(lambda: self.run(body), "outer").execute_task(task(helper("other")))

    async def arun(self, body):
        return await worker(body).aexecute_task(task(helper("other")))
