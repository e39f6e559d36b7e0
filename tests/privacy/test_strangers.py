"""A stranger who tries what the rules do not name one by one finds no secret either."""

import itertools
import json
import random

import pytest
from support.made_up import ESCAPED, MARKS, NAMES, values
from support.made_up_more import BLOCKS, COMMANDS, CREDENTIALS, PLACES, SPACED, SPACED_NAMES, filled

from gradient.runtime.values.redaction import Redactor

ESCAPES = {name: escape for name, escape in ESCAPED.items() if name != "HTML"}
QUOTES_TWICE = ("repr", "bytes")  # What has quotes of both kinds in it.


def credentials(rng):
    for pattern in (*CREDENTIALS, *BLOCKS):
        yield pattern, filled(pattern, rng)
        yield pattern, f"It said {filled(pattern, rng)} and no more."


def places(rng):
    for (place, pattern), name in itertools.product(PLACES.items(), NAMES[::3]):
        yield f"{name} as {place}", pattern.format(name=name, value=values(rng))
    for (place, pattern), name in itertools.product(SPACED.items(), SPACED_NAMES):
        yield f"{name} as {place}", pattern.format(name=name, value=values(rng))


def commands(rng):
    for pattern in COMMANDS:
        yield pattern, filled(pattern, rng)
        yield pattern, f"$ cd x && {filled(pattern, rng)}\nok"


KINDS = (credentials, places, commands)


def test_there_are_many_of_them():
    assert sum(len(list(kind(random.Random(1)))) for kind in KINDS) * len(ESCAPES) > 4_000


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("escape", ESCAPES)
@pytest.mark.parametrize("told", [False, True])
def test_none_is_left_in_a_text(kind, escape, told):
    redactor, rng = Redactor(), random.Random(f"{kind.__name__} {escape} {told}")

    left = [
        (name, cleaned)
        for name, text in kind(rng)
        if any(mark in (cleaned := redactor.clean_text(ESCAPES[escape](text), told=told)).encode() for mark in MARKS)
    ]

    assert left == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("escape", ESCAPES)
def test_all_are_suspected_in_the_json_of_what_holds_them(kind, escape):
    redactor, rng = Redactor(), random.Random(f"{kind.__name__} {escape}")

    missed = [
        name
        for name, text in kind(rng)
        if not redactor.holds_secret(json.dumps([ESCAPES[escape](text)], ensure_ascii=False).encode())
    ]

    assert missed == []


@pytest.mark.parametrize(
    "text",
    [
        'db:\n  password: "hunter2"',
        "[db]\npassword = 'hunter2'",
        '<db password="hunter2"/>',
        "Config(user='a', password='hunter2')",
        "env:\n- name: DB_PASSWORD\n  value: hunter2",
        "['tool', '--password', 'hunter2']",
        "password=hunter2&user=bob",
        'const apiKey = "hunter2";',
    ],
)
def test_what_a_person_thinks_of_is_withheld_where_a_program_quotes_it(text):
    assert "hunter2" not in Redactor().clean_text(text)


@pytest.mark.parametrize("text", ["password = arg1", "token = 'tok1'", 'secret = "sha256"', "password: 'required'"])
def test_what_a_program_says_of_itself_is_kept(text):
    assert Redactor().clean_text(text) == text
