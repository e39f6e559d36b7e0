"""What providers' values and buffers cost is bounded, whatever refers to what, and nobody else's use of them fails."""

import threading
from typing import Any

import pytest
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
