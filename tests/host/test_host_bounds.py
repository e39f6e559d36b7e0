"""What providers' values and buffers cost is bounded, whatever refers to what, and nobody else's use of them fails."""

import threading
import tracemalloc
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from pydantic import BaseModel, Field

from gradient.instrumentors.messages import chat_message
from gradient.instrumentors.wire import held
from gradient.sdk import entrypoint


class Branch(BaseModel):
    """A model whose parts refer back to it, as trees of many libraries do."""

    name: str
    parent: Any = Field(default=None, exclude=True)
    parts: list["Branch"] = []


def size_of(data):
    parts = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return 1 + sum(map(size_of, parts))


def test_models_that_refer_to_each_other_are_told_in_part():
    root = Branch(name="root")
    root.parts = [Branch(name=str(number), parent=root) for number in range(12)]

    assert size_of(held(root)) < 50_000


def test_a_provider_value_of_usual_size_is_told_whole():
    root = Branch(name="root", parts=[Branch(name=str(number)) for number in range(500)])

    assert [part["name"] for part in held(root)["parts"]] == [str(number) for number in range(500)]


class Odd:
    """Compares as arrays do."""

    __hash__ = None

    def __eq__(self, other):
        raise ValueError("ambiguous")


@pytest.mark.parametrize("field", ["score", "status"])
def test_a_field_of_a_message_is_not_compared(field):
    odd = Odd()

    assert chat_message({"role": "user", "content": "hi", field: odd})[field] is odd


@entrypoint
def hear(audio):
    return len(audio)


def test_a_buffer_that_another_thread_adds_to_can_be_recorded(runtime):
    audio, failures, is_over = bytearray(20_000_000), [], threading.Event()

    def record():
        while not is_over.is_set():
            try:
                audio.append(1)
            except BufferError as error:
                failures.append(error)

    thread = threading.Thread(target=record)
    thread.start()
    hear(audio)
    is_over.set()
    thread.join()

    assert failures == []


def test_a_state_of_very_many_values_is_not_copied(runtime, read_runs):
    @entrypoint
    def agent(state):
        return None

    state = {str(number): number for number in range(300_000)} | {"messages": [HumanMessage("hi")]}
    agent({"messages": [HumanMessage("hi")]})

    tracemalloc.start()
    agent(state)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 4_000_000  # a copy takes 10 MB
    assert read_runs()[-1]["status"] == "completed"


class OddKey:
    """A key that may be put into a dict, and then not touched."""

    def __init__(self):
        self.is_closed = False

    def __hash__(self):
        assert not self.is_closed
        return hash("messages")

    def __eq__(self, other):
        assert not self.is_closed
        return self is other


def test_keys_of_a_state_of_messages_are_not_asked(runtime, read_runs):
    odd = OddKey()
    state = {odd: [HumanMessage("of an odd key")], "messages": [HumanMessage("hi")]}
    odd.is_closed = True

    @entrypoint
    def agent():
        return state

    agent()

    (run,) = read_runs()
    assert "hi" in str(run["outputs"]["messages"])
