"""A look at messages sees every change, whether it is compiled or not, and runs no code of the user's."""

import enum
import pickle
import random
import sys
from dataclasses import dataclass, field
from datetime import date

import msgspec
import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from pydantic import BaseModel, ConfigDict

from gradient.instrumentors.messages import describe_message
from gradient.runtime.values.conversations import plain_looking
from gradient.runtime.values.conversations.modes import Modes
from gradient.runtime.values.shapes import Shape, Shapes, fields

try:
    from gradient.runtime.values.conversations import _looking
except ImportError:  # no compiler was at hand
    _looking = None

LOOKS = [
    pytest.param(_looking, id="compiled", marks=pytest.mark.skipif(_looking is None, reason="was not compiled")),
    pytest.param(plain_looking, id="plain"),
]


class Sender(enum.Enum):
    USER = "user"


class Part(BaseModel):
    model_config = ConfigDict(extra="allow")
    text: str


@dataclass
class Call:
    name: str
    arguments: dict = field(default_factory=dict)


@pytest.fixture(params=LOOKS)
def look(request):
    return request.param


@pytest.fixture
def modes():
    shapes = Shapes()
    shapes.register(BaseMessage, Shape(describe_message, fields))
    return Modes(shapes)


def same(large):
    """Keep each large text as it is."""
    return large


def snapshots(look, messages, modes):
    return [look.freeze(message, modes, same)[0] for message in messages]


class Generator:
    """Makes conversations as programs have them, and changes something in one of their messages."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def text(self):
        return self.random.choice(["", "yes", "naïve 漢字 🙂", "word " * self.random.randrange(400)])

    def value(self, depth=0):
        make = [
            self.text,
            lambda: self.random.choice([0, 1, -5, 2**40]),
            lambda: self.random.choice([0.0, -0.0, 1.0, float("nan"), 2.5]),
            lambda: self.random.choice([None, True, False]),
            lambda: self.text().encode(),
            lambda: date(2026, 1, self.random.randrange(1, 29)),
            lambda: Sender.USER,
            lambda: [self.value(depth + 1) for _ in range(self.random.randrange(4))],
            lambda: {f"k{number}": self.value(depth + 1) for number in range(self.random.randrange(4))},
            lambda: Part(text=self.text(), more=self.value(depth + 1)),
            lambda: Call(self.text(), {"argument": self.value(depth + 1)}),
        ]
        return self.random.choice(make[: len(make) if depth < 3 else 7])()

    def message(self, number):
        match self.random.randrange(4):
            case 0:
                return HumanMessage(f"{number} {self.text()}")
            case 1:
                call = {"name": "find", "args": {"where": self.value(1)}, "id": f"c{number}"}
                return AIMessage(self.text(), tool_calls=[call], response_metadata={"model": self.value(1)})
            case 2:
                return ToolMessage(self.text(), tool_call_id=f"c{number}", artifact=self.value())
            case _:
                return HumanMessage([{"type": "text", "text": self.text()}], additional_kwargs={"more": self.value()})

    def change(self, message):
        """Change something in a message, in place; return whether its record differs."""
        before = record(message)
        match self.random.randrange(6):
            case 0:
                message.id = f"id-{self.random.random()}"
            case 1:
                message.content = self.text()
            case 2:
                message.additional_kwargs["new"] = self.value()
            case 3:
                message.response_metadata["model"] = self.value()
            case 4 if isinstance(message, AIMessage):
                message.tool_calls[0]["args"]["where"] = self.value()
            case 5 if isinstance(message, ToolMessage):
                message.artifact = self.value()
            case _:
                message.additional_kwargs.pop("more", None)
        return record(message) != before


def record(message):
    def describe(value):
        return [type(value).__name__, vars(value), getattr(value, "__pydantic_extra__", None)]

    return msgspec.msgpack.encode([message.type, describe_message(message)], enc_hook=describe)


@pytest.mark.parametrize("seed", range(60))
def test_every_change_in_place_is_seen(look, modes, seed):
    generator = Generator(seed)
    messages = [generator.message(number) for number in range(generator.random.randrange(1, 12))]
    known = snapshots(look, messages, modes)
    assert look.common(known, messages, modes) == len(messages)
    at = generator.random.randrange(len(messages))

    changed = generator.change(messages[at])

    seen = look.common(known, messages, modes)
    assert seen <= at if changed else seen >= at


@pytest.mark.parametrize("seed", range(40))
def test_messages_that_were_stored_and_loaded_again_are_the_same(look, modes, seed):
    generator = Generator(seed)
    messages = [HumanMessage(generator.text(), additional_kwargs={"n": number}) for number in range(9)]
    known = snapshots(look, messages, modes)

    assert look.common(known, pickle.loads(pickle.dumps(messages)), modes) == len(messages)


def test_true_and_one_differ_and_so_do_one_and_its_float(look, modes):
    messages = [HumanMessage("q", additional_kwargs={"n": 1})]
    known = snapshots(look, messages, modes)

    for other in (True, 1.0, "1"):
        messages[0].additional_kwargs["n"] = other
        assert look.common(known, messages, modes) == 0


def test_a_message_that_is_cut_out_of_the_middle_leaves_those_before_it(look, modes):
    messages = [HumanMessage(str(number)) for number in range(10)]
    known = snapshots(look, messages, modes)

    assert look.common(known, messages[:4] + messages[5:], modes) == 4
    assert look.common(known, messages[:4], modes) == 4
    assert look.common(known, [], modes) == 0


class Hostile:
    """An object whose every method is the user's, and must not run."""

    def __eq__(self, other):
        raise AssertionError("compared")

    def __hash__(self):
        raise AssertionError("hashed")

    def __getattribute__(self, name):
        raise AssertionError(f"asked for {name}")


class HostileText(str):
    __slots__ = ()
    __eq__ = Hostile.__eq__
    __hash__ = Hostile.__hash__


HOSTILE = {"object": Hostile, "deep": lambda: {"deep": [Hostile()]}, "text": lambda: HostileText("text")}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_an_object_that_may_hold_anything_is_not_asked(look, modes, make):
    message = HumanMessage("q")
    known = snapshots(look, [message], modes)
    message.additional_kwargs["value"] = make()

    assert look.common(known, [message], modes) == 0


def test_an_object_that_may_hold_anything_is_not_frozen(look, modes):
    message = HumanMessage("q")
    message.additional_kwargs["value"] = Hostile()

    with pytest.raises(look.Unfreezable):
        look.freeze(message, modes, same)


def test_a_cycle_is_not_frozen(look, modes):
    message = HumanMessage("q")
    message.additional_kwargs["self"] = message.additional_kwargs

    with pytest.raises(look.Unfreezable):
        look.freeze(message, modes, same)


def test_equal_beginnings_have_one_signature(look):
    first = [HumanMessage("system " * 100), HumanMessage("question")]

    assert look.signature(first) == look.signature(pickle.loads(pickle.dumps(first)))
    assert look.signature(first) != look.signature([HumanMessage("another " * 100), HumanMessage("question")])


def test_what_a_snapshot_keeps_is_counted_with_its_texts(look, modes):
    _, small = look.freeze(HumanMessage("q"), modes, same)
    _, long = look.freeze(HumanMessage("漢" * 50_000), modes, same)
    apart = []
    _, rest = look.freeze(HumanMessage("漢" * 500_000), modes, lambda large: apart.append(large) or large)

    assert small < 5_000
    assert 100_000 <= long - small <= 160_000
    assert rest + sum(map(sys.getsizeof, apart)) > 1_000_000


@pytest.mark.parametrize("ending", [None, object()], ids=["frozen", "refused halfway"])
def test_a_snapshot_lets_go_of_what_it_held(look, modes, ending):
    text, kind = "a text " * 9, type("Mine", (), {})

    def look_once():
        message = {text: [text, (text, {"a": text})], "type": kind() if ending else None, "end": ending}
        try:
            snapshots = [look.freeze(message, modes, same)[0]]
        except look.Unfreezable:
            assert ending is not None
        else:
            look.common(snapshots, [{**message, text: [text, (text, {"a": "a text " * 9})]}], modes)

    look_once()  # what is known of a type is kept
    before = sys.getrefcount(text), sys.getrefcount(kind)
    for _ in range(50):
        look_once()

    assert (sys.getrefcount(text), sys.getrefcount(kind)) == before


def test_snapshots_are_compared_wherever_what_they_tell_of_lies(look, modes):
    chosen = random.Random(5)
    messages = [AIMessage(f"{n}", additional_kwargs={"n": {"m": [n]}}, id=str(n)) for n in range(60)]
    snapshots = [look.freeze(message, modes, same)[0] for message in messages]

    for _ in range(40):
        others = [message if chosen.random() < 0.5 else pickle.loads(pickle.dumps(message)) for message in messages]
        first = chosen.randrange(70)
        if first < 60:
            others[first].additional_kwargs["n"]["m"].append(None)
        assert look.common(snapshots, others, modes) == min(first, 60)
        if first < 60:
            others[first].additional_kwargs["n"]["m"].pop()
