"""What values of Python's own library hold is recorded, in whatever container, and none of it is used up."""

import array
import collections
import dataclasses
import datetime as dt
import decimal
import enum
import functools
import ipaddress
import operator
import re
import time
import types
import typing

import pytest

from gradient.sdk import entrypoint

FUNCTION = {"$type": "builtins.function", "text": f"{__name__}.function"}


class Colour(enum.Enum):
    RED = 41


class Way(enum.Flag):
    IN = 1
    OUT = 2


class Pair(typing.NamedTuple):
    a: int


class Slotted:
    __slots__ = ("__weakref__", "_hidden", "a", "unset")

    def __init__(self):
        self.a, self._hidden = 41, 42


class SlottedBelow(Slotted):
    __slots__ = ("b",)

    def __init__(self):
        super().__init__()
        self.b = [43]


@dataclasses.dataclass(slots=True)
class Row:
    a: int = 41


@pytest.fixture
def recorded(runtime, read_runs):
    """Return a function that gives a value to an entrypoint and returns what was recorded of it."""

    @entrypoint
    def agent(given):
        return None

    def record(value):
        agent(value)
        return read_runs()[-1]["inputs"]["given"]

    return record


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (collections.deque([41, "a"], maxlen=2), [41, "a"]),
        ({41}, [41]),
        (frozenset({41}), [41]),
        (array.array("d", [1.5]), [1.5]),
        ({"a": 41}.keys(), ["a"]),
        ({"a": 41}.values(), [41]),
        ({"a": 41}.items(), [["a", 41]]),
        (time.gmtime(0), [1970, 1, 1, 0, 0, 0, 3, 1, 0]),
        (types.MappingProxyType({"a": 41}), {"a": 41}),
        (
            types.MappingProxyType(collections.UserDict(a=41)),
            {"$type": "collections.UserDict", "fields": {"data": {"a": 41}}},
        ),
        (collections.ChainMap({"a": 41}), {"maps": [{"a": 41}]}),
        (range(1, 41, 2), {"start": 1, "stop": 41, "step": 2}),
        (slice(1, None), {"start": 1, "stop": None, "step": None}),
        (re.compile("abc+"), {"pattern": "abc+", "flags": 32}),
        (re.match("ab", "abc"), {"span": [0, 2], "match": "ab"}),
        (Slotted(), {"a": 41, "unset": None}),
        (SlottedBelow(), {"b": [43], "a": 41, "unset": None}),
        (Row(), {"a": 41}),
        (Pair(41), {"a": 41}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_container_tells_what_it_holds(recorded, value, told):
    found = recorded(value)

    assert found == {"$type": f"{type(value).__module__}.{type(value).__qualname__}", "fields": told}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Colour.RED, "RED"),
        (decimal.Decimal("1.50"), "1.50"),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (dt.timedelta(hours=1), "1:00:00"),
        (dt.timezone.utc, "UTC"),
        (ipaddress.ip_address("127.0.0.1"), "127.0.0.1"),
        (type("Moment", (dt.datetime,), {})(2026, 1, 2), "2026-01-02 00:00:00"),
        (type("Price", (decimal.Decimal,), {})("1.50"), "1.50"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_written_as_a_text_is_recorded_as_one(recorded, value, text):
    assert recorded(value)["text"] == text


def test_a_combination_of_flags_tells_which(recorded):
    assert recorded(Way.IN | Way.OUT)["fields"] in ({"IN|OUT": 3}, 3)


class Setting(enum.Enum):
    PASSWORD = "hunter2"
    PORTS = (80, 443)


def test_a_member_of_an_enumeration_tells_its_value_by_the_rules_for_keys(recorded):
    assert recorded(Setting.PORTS)["fields"] == {"PORTS": [80, 443]}
    assert "hunter2" not in str(recorded(Setting.PASSWORD))


def function(a, *, key=None):
    return a


PARTIAL = functools.partial(function, 1, key={"b": 2})


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (PARTIAL, {"func": FUNCTION, "args": [1], "keywords": {"key": {"b": 2}}}),
        (type("Own", (functools.partial,), {})(function), {"func": FUNCTION, "args": [], "keywords": {}}),
        (functools.partialmethod(function, 1), {"func": FUNCTION, "args": [1], "keywords": {}}),
        (functools.lru_cache(function), {"func": FUNCTION}),
        (operator.itemgetter("a", 1), {"args": ["a", 1]}),
        (operator.attrgetter("a.b"), {"args": ["a.b"]}),
        (operator.methodcaller("get", 1), {"args": ["get", 1]}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_calls_something_else_tells_what_and_with_which_arguments(recorded, value, told):
    assert recorded(value)["fields"] == told


def test_a_partial_withholds_what_its_keywords_name_as_a_secret(recorded):
    assert "hunter2" not in str(recorded(functools.partial(function, password="hunter2")))


def test_a_generator_tells_its_name(recorded):
    assert recorded(number for number in ())["text"].endswith("<genexpr>")


@pytest.mark.parametrize("make", [lambda: iter([1, 2]), lambda: (x for x in [1, 2]), lambda: map(abs, [1, 2])])
def test_what_can_be_read_once_is_left_unread(recorded, make):
    stream = make()

    recorded(stream)

    assert list(stream) == [1, 2]


@pytest.mark.parametrize("kind", [collections.deque, lambda items: array.array("q", items), dict.fromkeys])
def test_long_containers_are_cut_and_say_so(recorded, kind):
    made = kind(range(10**6))
    told = recorded(made.keys() if type(made) is dict else made)["fields"]

    assert told[:3] == [0, 1, 2]
    assert told[-1]["$cut"]["length"] == 10**6
    assert len(told) < 10**5


def test_secrets_in_them_are_withheld(recorded):
    secret = "Zq8Wn3Lk5Vt7hunter"
    told = recorded(
        [
            types.MappingProxyType({"password": secret}),
            {"password": secret}.items(),
            collections.deque(["--password", secret]),
            re.match(".*", f"password={secret}"),
            re.compile(f"api_key={secret}"),
        ]
    )

    assert secret not in str(told)
