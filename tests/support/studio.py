"""Runs recorded by the real runtime, in time that stands still unless told to go on: the same each time."""

from contextlib import ExitStack, suppress

from gradient.runtime import RuntimeManager
from gradient.runtime.manager import set_runtime_manager
from gradient.sdk import entrypoint, step
from gradient.testing import CountingIdentities, FakeClock


def say(role, *parts):
    """Return a chat message; a text is a part of it."""
    return {
        "role": role,
        "parts": [{"type": "text", "content": part} if isinstance(part, str) else part for part in parts],
    }


def call(name, call_id="call_1", **arguments):
    """Return the part of a message that asks for a tool."""
    return {"type": "tool_call", "id": call_id, "name": name, "arguments": arguments}


class Studio:
    """Records agents, one after the other.

    Attributes:
        clock: Their time.
    """

    def __init__(self, read_runs):
        self.clock = FakeClock()
        self.manager = RuntimeManager(clock=self.clock, identities=CountingIdentities(), instrumentors=[])
        self._read_runs = read_runs
        set_runtime_manager(self.manager)

    def record(self, agent, *arguments, **settings):
        """Let an agent answer, and return its run; what it raises is part of that."""
        with suppress(Exception):
            entrypoint(agent, **settings)(*arguments)
        return self._read_runs()[-1]

    def work(self, name, ms=1, kind="step", inputs=None, outputs=None, **more):
        """Do something that takes some milliseconds."""
        with step(name, kind=kind, inputs=inputs) as handle:
            self.clock.advance(ms)
            handle.outputs = outputs
            if more:
                handle.set_usage(**more)

    def steps(self, *names, **more):
        """Return the run of an agent that takes some steps, one after the other."""

        def agent():
            for name in names:
                self.work(name, **more)

        return self.record(agent)

    def side_by_side(self, *names, kind="step"):
        """Do things at the same time, begun in this order."""
        with ExitStack() as open_steps:
            for name in names:
                open_steps.enter_context(step(name, kind=kind))
                self.clock.advance(1)

    def shop(self, question="a lamp", *, found="a green lamp", tokens=1_204, searches=1, fails=False):
        """Return the run of a shop's agent: it plans with a model, searches, and writes."""

        def shop_agent(question):
            with step("shop", kind="graph"):
                with step("planner", kind="node", inputs={"question": question, "notes": []}) as planner:
                    asked = {"messages": [say("user", question)]}
                    answered = {"messages": [say("assistant", call("search", q=question))]}
                    usage = {"input_tokens": tokens, "output_tokens": 311, "cost_usd": 0.0041, "model": "gpt-4o"}
                    self.work("gpt", 800, "llm", asked, answered, **usage)
                    planner.outputs = {"notes": ["searched"]}
                for _ in range(searches):
                    self.work("search", 40, "tool", {"q": question}, found)
                with step("writer", kind="node", inputs={"question": question, "notes": ["searched"]}) as writer:
                    self.clock.advance(160)
                    if fails:
                        raise ValueError("no stock")
                    writer.outputs = {"answer": found}
            return found

        return self.record(shop_agent, question)
