"""The search for literals tells the same compiled and plain, and misses none."""

import random

import pytest

from gradient.redaction import plain_literals
from gradient.redaction.literals import search_for

try:
    from gradient.redaction import _literals
except ImportError:
    _literals = None

TWINS = [
    pytest.param(_literals, id="compiled", marks=pytest.mark.skipif(_literals is None, reason="was not compiled")),
    pytest.param(plain_literals, id="plain"),
]
WANTED = (
    *(b"oken", b"ecret", b"sk-", b"hf_", b":AA", b"ghp_", b"_key", b"api_key", b"pi key", b"-----BEGIN"),
    *(b"password", b"passwordless", "пароль".encode(), "家族".encode()),
)
HARMLESS = (b"okens", b"oken_c")
BESIDE_AT = (b"://",)


def bodies(rng):
    """Yield bytes that have literals in them, beginnings of some, and neither, at every place and distance."""
    pieces = [*WANTED, *HARMLESS, *BESIDE_AT, b"@", b" ", b"x", "é".encode()]
    for _ in range(20_000):
        parts = rng.choices(pieces, k=rng.randint(0, 4))
        yield b"".join(part if rng.random() < 0.6 else part[: rng.randint(0, len(part))] for part in parts)
    yield from (b"." * before + word + b"." * 700 for word in WANTED for before in (0, 1, 2, 3, 650))


def expected(body):
    """Return at each place the longest literal that begins there, by looking at every place."""
    literals = (*WANTED, *HARMLESS, *BESIDE_AT)
    found = [
        (at, max((len(word), word) for word in literals if body.startswith(word, at))[1])
        for at in range(len(body))
        if any(body.startswith(word, at) for word in literals)
    ]
    return [(at, literals.index(word)) for at, word in found]


@pytest.mark.parametrize("twin", TWINS)
def test_each_literal_is_found_where_it_begins(twin):
    _, found_in = twin.search_for(WANTED, HARMLESS, BESIDE_AT)

    assert [body for body in bodies(random.Random(1)) if found_in(body) != expected(body)] == []


@pytest.mark.parametrize("twin", TWINS)
def test_bytes_are_quiet_only_without_a_literal_that_counts(twin):
    stand_in, _ = twin.search_for(WANTED, HARMLESS, BESIDE_AT)

    def counts(body):
        numbers = {number for _, number in expected(body)}
        addresses = b"@" in body and len(WANTED) + len(HARMLESS) in numbers
        return addresses or any(number < len(WANTED) for number in numbers)

    # A harmless literal may hide one that begins within it; nothing else may be told otherwise.
    wrong = [body for body in bodies(random.Random(2)) if stand_in(body) != counts(body)]
    assert [body for body in wrong if not any(word in body for word in HARMLESS)] == []


def test_short_literals_are_searched_for_too():
    stand_in, found_in = search_for((b"pw", b"k"), (), (b"://",))

    assert (stand_in(b"a pw"), stand_in(b"abc"), found_in(b"k pw")) == (True, False, [(0, 1), (2, 0)])
