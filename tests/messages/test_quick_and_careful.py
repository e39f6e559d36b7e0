"""A message is recorded alike the quick way and the careful one, which any pattern of the user makes it take."""

import random

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from gradient.runtime import RuntimeManager, Settings
from gradient.runtime.manager import set_runtime_manager
from gradient.sdk import entrypoint

WORDS = ["weather", "naïve", "漢字", "🙂", "$cut", "\u2028", "a.b", "iVBORw0KGgo=", "x" * 600]


@entrypoint
def agent(**state):
    return state


class Generator:
    """Makes messages as people and models write them."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def text(self):
        return " ".join(self.random.choices(WORDS, k=self.random.choice([0, 1, 5, 40])))

    def value(self, depth=0):
        kind = self.random.randrange(6 if depth < 3 else 4)
        if kind == 4:
            return [self.value(depth + 1) for _ in range(self.random.randrange(4))]
        if kind == 5:
            return {self.random.choice(WORDS): self.value(depth + 1) for _ in range(self.random.randrange(4))}
        return [
            self.text(),
            self.random.choice([0, -1, 2**64, -(2**63), True, None]),
            0.5,
            self.random.choice([b"b", {1}, 1j]),
        ][kind]

    def content(self):
        parts = [
            {"type": "text", "text": self.text()},
            {"type": "image", "mime_type": "image/png", "base64": "iVBORw0KGgo" * 9},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
        ]
        return self.random.choice([self.text(), self.random.sample(parts, 2)])

    def message(self):
        call = {"name": "look", "args": {"what": self.value()}, "id": "call_1"}
        return self.random.choice(
            [
                lambda: SystemMessage(self.text()),
                lambda: HumanMessage(self.content(), name=self.random.choice([None, "ada"])),
                lambda: AIMessage(self.text(), tool_calls=[call], id="run-1"),
                lambda: AIMessage(self.text(), additional_kwargs={"reasoning": self.value()}),
                lambda: ToolMessage(self.content(), tool_call_id="call_1", artifact=self.value(), status="error"),
            ]
        )()

    def state(self):
        """Return what a graph's state is: lists of messages beside anything else."""
        others = self.random.sample(["summary", "steps", "api_key", "drafts", "naïve"], 2)
        known = [self.message() for _ in range(4)]
        return {
            "messages": known,
            **{name: self.random.choice([self.value(), "sk-ant-api03-" + "x" * 40, known[:2]]) for name in others},
        }


@pytest.mark.parametrize("seed", range(6))
def test_a_message_is_recorded_alike_the_quick_and_the_careful_way(home, read_runs, seed):
    generator = Generator(seed)
    states = [generator.state() for _ in range(25)]

    for patterns in ((), ("no text has this",)):
        manager = RuntimeManager(settings=Settings(home=home, console="off", redact_patterns=patterns))
        set_runtime_manager(manager)
        manager.install_instrumentation()
        for state in states:
            agent(**state)
        manager.shutdown()

    recorded = [(run["inputs"], run["outputs"]) for run in read_runs()]
    assert recorded[:25] == recorded[25:]
