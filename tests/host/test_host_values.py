"""Values that are dangerous to look at: none of their code runs, and what is recorded is bounded and marked."""

import datetime as dt
import hashlib
import socket
import threading
from array import array
from collections import Counter, deque
from decimal import Decimal
from fractions import Fraction

import pytest
from support.scripted import graph_of

from gradient.sdk import entrypoint

ODD_BYTES = b"\0" * 9
DIGEST_OF_BYTES = f"sha256:{hashlib.sha256(ODD_BYTES).hexdigest()}"
DIGEST_OF_HEAD = hashlib.sha256(b"\x89PNG").hexdigest()
MEGABYTE = 1_000_000


@pytest.fixture
def agent(runtime):
    """An entrypoint that is given one thing and gives it back."""

    @entrypoint
    def agent(given):
        return given

    return agent


def method_that_raises(name, calls):
    def method(self, *args):
        calls[name] += 1
        raise RuntimeError(f"nobody may call {name}")

    return method


def hostile(base, *names):
    """Return an object of a subclass of `base` whose methods raise, and what counts their calls."""
    calls = Counter()
    kind = type("Hostile", (base,), {})
    value = kind(*NEEDED.get(base, ()))
    for name in names:
        setattr(kind, name, method_that_raises(name, calls))
    return value, calls


NEEDED = {array: ["i", [1]], dt.datetime: [2026, 1, 1], dt.date: [2026, 1, 1]}
MAGIC = [
    "__repr__", "__str__", "__eq__", "__hash__", "__getattr__", "__deepcopy__", "__copy__", "__reduce_ex__", "__bool__",
    "__iter__", "__len__", "__getitem__", "__contains__", "__format__", "__dir__", "__getstate__", "__getattribute__",
]  # fmt: skip


@pytest.mark.parametrize("base", [
    object, dict, list, tuple, set, frozenset, str, int, float, bytes, bytearray, deque, array, complex, Decimal,
    dt.datetime, dt.date, dt.time, dt.timedelta,
])  # fmt: skip
def test_no_method_of_a_value_is_called(agent, read_runs, base):
    value, calls = hostile(base, *MAGIC)

    assert agent([value])[0] is value

    assert calls == {}
    (run,) = read_runs()
    assert run["status"] == "completed"
    assert "$redacted" not in str(run["inputs"])


def test_no_property_of_a_value_is_called(agent):
    calls = Counter()

    class Lazy:
        __slots__ = ("_kept",)

        @property
        def __class__(self):
            calls["__class__"] += 1
            return dict

        @property
        def computed(self):
            calls["computed"] += 1

    agent({"lazy": Lazy()})

    assert calls == {}


def test_no_code_of_a_key_is_called(agent, read_runs):
    calls = Counter()

    class Key:
        def __hash__(self):
            calls["__hash__"] += 1
            return 1

        def __eq__(self, other):
            calls["__eq__"] += 1
            return self is other

    state = {Key(): 1, "plain": 2}
    calls.clear()

    agent(state)

    assert calls == {}
    assert read_runs()[0]["inputs"]["given"]["plain"] == 2


def test_no_code_of_a_class_is_called(agent, read_runs):
    calls = Counter()

    class Meta(type):
        def __getattr__(cls, name):
            calls[name] += 1
            raise RuntimeError(name)

        def __instancecheck__(cls, instance):
            calls["__instancecheck__"] += 1
            raise RuntimeError

    class Strange(metaclass=Meta):
        def __init__(self):
            self.kept = 1

    agent([Strange(), Strange])

    assert calls == {}
    assert "$redacted" not in str(read_runs()[0]["inputs"])


def test_the_code_of_a_state_runs_as_often_as_without_us(runtime):
    calls = Counter()

    class Counted:
        def __eq__(self, other):
            calls["__eq__"] += 1
            return self is other

        def __hash__(self):
            calls["__hash__"] += 1
            return 1

        def __repr__(self):
            calls["__repr__"] += 1
            return "counted"

        def __getattr__(self, name):
            calls[name] += 1
            raise AttributeError(name)

    graph = graph_of(lambda_named("one"), lambda_named("two"))
    entrypoint(graph.invoke)({"value": Counted()})
    traced = calls.copy()
    calls.clear()
    runtime.uninstall_instrumentation()

    graph.invoke({"value": Counted()})

    assert traced == calls


def lambda_named(name):
    def node(state):
        return {"value": state["value"]}

    node.__name__ = name
    return node


def test_a_cycle_is_recorded_as_one(agent, read_runs):
    state = {"name": "cyclic", "items": []}
    state["self"] = state
    state["items"].append(state["items"])

    assert agent(state) is state

    given = read_runs()[0]["inputs"]["given"]
    assert given["name"] == "cyclic"
    assert given["self"] == given["items"][0] == {"$cut": {"length": None, "head": "a cycle"}}


@pytest.mark.parametrize("make", [lambda: {"a": {}}, lambda: [[]], lambda: ([],)], ids=["dict", "list", "tuple"])
def test_ten_thousand_levels_are_cut_at_the_limit(agent, read_runs, make):
    value = make()
    inner = value
    for _ in range(10_000):
        deeper = make()
        if isinstance(inner, dict):
            inner["a"] = deeper
        else:
            (inner if isinstance(inner, list) else inner[0]).append(deeper)
        inner = deeper

    assert agent(value) is value

    (run,) = read_runs()
    assert "$cut" in str(run["inputs"])
    assert str(run["inputs"]).count("[") + str(run["inputs"]).count("{") < 60
    assert run["loss"]["truncated"] == 2


class Counting(list):
    """Two million items that cost nothing, and notes how many of them were looked at."""

    looked_at = 0

    def __iter__(self):
        for item in list.__iter__(self):
            self.looked_at += 1
            yield item


@pytest.mark.parametrize("kind", [list, Counting])
def test_two_million_items_are_cut_before_they_are_looked_at(runtime, read_runs, kind):
    state = kind([0]) * 2_000_000 if kind is list else Counting([0] * 2_000_000)

    def node(given):
        return {"value": given["value"]}

    result = entrypoint(graph_of(node).invoke)({"value": state})

    assert result["value"] is state
    assert getattr(state, "looked_at", 0) == 0
    (run,) = read_runs()
    recorded = run["executions"][1]["inputs"]["value"]
    assert len(recorded) == 1_001
    assert recorded[-1] == {"$cut": {"length": 2_000_000, "head": "the first 1000 items"}}
    assert run["loss"]["truncated"] >= 4


def test_work_on_a_huge_list_is_bounded_by_the_limits(agent, home):
    looked_at = Counter()

    class Item:
        __slots__ = ()

        def __init_subclass__(cls):
            looked_at["subclass"] += 1

    agent([Item()] * 2_000_000)
    agent(dict.fromkeys(range(1_000_000), "x" * 100))
    agent({"a": ["x" * 1_000] * 1_000} | {str(number): ["y" * 1_000] * 1_000 for number in range(900)})

    assert sum(path.stat().st_size for path in home.rglob("*.seg")) < 4 * MEGABYTE


def test_a_string_of_a_hundred_megabytes_is_cut(agent, read_runs, home):
    text = "ä" * (100 * MEGABYTE)

    assert agent({"text": text, text[:1000]: 1})["text"] is text

    cut = read_runs()[0]["inputs"]["given"]["text"]["$cut"]
    assert (cut["length"], cut["head"], cut["tail"]) == (100 * MEGABYTE, "ä" * 21_846, "ä" * 10_922)
    assert sum(path.stat().st_size for path in home.rglob("*.seg")) < MEGABYTE


def test_a_key_of_a_megabyte_is_cut(agent, read_runs):
    agent({"k" * MEGABYTE: 1})

    (key,) = [key for key in read_runs()[0]["inputs"]["given"] if key != "$cut"]
    assert len(key) < 300


def test_what_cannot_be_pickled_or_copied_is_recorded_by_its_type(agent, read_runs):
    generator = (number for number in [1, 2])
    with socket.socket() as opened:
        given = [threading.Lock(), generator, opened, threading.local(), object(), print, socket]

        agent(given)

    assert list(generator) == [1, 2]
    recorded = read_runs()[0]["inputs"]["given"]
    assert [item["$type"] for item in recorded] == [
        f"{type(item).__module__}.{type(item).__qualname__}" for item in given
    ]


@pytest.mark.parametrize(
    ("value", "recorded"),
    [
        (float("nan"), {"$type": "builtins.float", "text": "nan"}),
        (float("-inf"), {"$type": "builtins.float", "text": "-inf"}),
        pytest.param(
            10**9_999, {"$cut": {"length": 33_216, "head": "an integer of that many bits"}}, id="ten thousand digits"
        ),
        (2**70, 2**70),
        pytest.param(
            Fraction(10**5_000, 3),
            {"$type": "fractions.Fraction", "text": "<fractions.Fraction>"},
            id="a long fraction",
        ),
        (-(2**63), -(2**63)),
        (ODD_BYTES, {"$media": {"type": "application/octet-stream", "bytes": 9, "digest": DIGEST_OF_BYTES}}),
        (b"caf\xc3\xa9\n", {"$type": "builtins.bytes", "text": "café\n"}),
        (bytearray(b"\0\xff"), {"$type": "builtins.bytearray", "text": "b'\\x00\\xff'"}),
        (b"\x89PNG", {"$media": {"type": "image/png", "bytes": 4, "digest": f"sha256:{DIGEST_OF_HEAD}"}}),
        ("lone \ud800 surrogate", "lone ? surrogate"),
        ({"\ud800": 1}, {"?": 1}),
        ({1: "a", None: "b", (1, "x"): "c", 1.5: "d"}, {"1": "a", "None": "b", "1, x": "c", "1.5": "d"}),
        ({"$type": "users own"}, {"$$type": "users own"}),
        (True, True),
        ("", ""),
    ],
)
def test_values_that_are_no_json_are_recorded_as_what_they_are(agent, read_runs, value, recorded):
    agent([value])

    assert read_runs()[0]["inputs"] == {"given": [recorded]}


def test_a_dictionary_that_another_thread_changes_is_recorded(agent, read_runs):
    state = {str(number): number for number in range(500)}
    changing, done = threading.Event(), threading.Event()

    def change():
        number = 1_000
        while not done.is_set():
            state[f"new {number}"] = state.pop(f"new {number - 1}", number)
            number += 1
            changing.set()

    thread = threading.Thread(target=change)
    thread.start()
    changing.wait()
    try:
        for _ in range(200):
            assert agent(state) is state
    finally:
        done.set()
        thread.join()

    runs = read_runs()
    assert len(runs) == 200
    assert all(run["inputs"]["given"]["499"] == 499 for run in runs)


@pytest.mark.parametrize("told", [42, 3.5, b"bytes", ("a", 1), "lone \ud800"], ids=str)
def test_names_tags_and_ids_need_not_be_text(runtime, read_runs, told):
    @entrypoint(name=told, tags=[told], session_id=told, user_id=told)
    def agent():
        return "an answer"

    assert agent() == "an answer"

    (run,) = read_runs()
    assert run["status"] == "completed"
    assert run["tags"] == [run["session_id"]] == [run["user_id"]]


def test_embeddings_are_recorded_up_to_the_limits_and_what_is_no_number_of_json_by_its_type(agent, read_runs):
    agent({"few": [[0.5] * 100] * 3, "odd": [0.5] * 20 + [float("nan")], "many": [[0.25] * 1_000] * 2_000})

    given = read_runs()[0]["inputs"]["given"]
    assert given["few"] == [[0.5] * 100] * 3
    assert given["odd"][-2:] == [0.5, {"$type": "builtins.float", "text": "nan"}]
    assert given["many"][0] == [0.25] * 1_000
    assert len(given["many"]) < 40
