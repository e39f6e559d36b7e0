"""A glance tells which values are recorded as they stand, with the same answer whether it is compiled or not."""

import collections
import random

import pytest

from gradient.runtime.values.glance import plain_glance

try:
    from gradient.runtime.values.glance import _glance
except ImportError:  # no compiler was at hand
    _glance = None

GLANCES = [
    pytest.param(_glance, id="compiled", marks=pytest.mark.skipif(_glance is None, reason="was not compiled")),
    pytest.param(plain_glance, id="plain"),
]
LIMITS = {"max_items": 20, "max_depth": 5, "max_bytes": 4_000, "max_chars": 1_000, "run_chars": 64}
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-"


@pytest.fixture(params=GLANCES)
def glance(request):
    return request.param


def is_plain(glance, value, **limits):
    return glance.is_plain({"known"}, lambda key: key != "secret", *(LIMITS | limits).values(), value)


def nested(depth):
    value = "core"
    for level in range(depth):
        value = [value] if level % 2 else {"known": value}
    return value


class Generator:
    """Makes values as programs have them: most plain, some not by one thing in them."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def text(self):
        kind = self.random.randrange(12)
        words = [self.random.choice(["word", "naïve", "漢字", "🙂", ALPHABET[:30]]) for _ in range(40)]
        if kind == 0:
            return "".join(self.random.choices(ALPHABET, k=self.random.randrange(140)))
        if kind == 2:
            return self.random.choice(["iVBORw0KGgo", "JVBERi0x", "R0lGODlh"]) + " x" * self.random.randrange(60)
        if kind == 1:
            return "x" * self.random.choice([999, 1_000, 1_001])
        return self.random.choice([" ", "\n", ", "]).join(words[: self.random.randrange(40)])

    def leaf(self):
        if self.random.random() < 0.03:
            return self.random.choice([2**63, -(2**63) - 1, float("nan"), float("inf"), b"bytes", {1}, object])
        return self.random.choice([None, True, 0, -(2**62), 1.5, self.text(), self.text()])

    def value(self, depth=0):
        if depth > self.random.randrange(7):
            return self.leaf()
        size = self.random.choice([0, 1, 2, 3, self.random.randrange(22)])
        items = [self.value(depth + 1) if self.random.random() < 0.3 else self.leaf() for _ in range(size)]
        kind = self.random.randrange(6)
        if kind < 3:
            return {self.key(): item for item in items}
        return tuple(items) if kind == 3 else items

    def key(self):
        other = self.random.choice(["secret", 1, None, "\ud800"])
        return (
            other if self.random.random() < 0.02 else f"{self.random.choice(['known', 'new'])} {self.random.random()}"
        )


@pytest.mark.skipif(_glance is None, reason="was not compiled")
@pytest.mark.parametrize("seed", range(8))
def test_both_glances_say_the_same_of_generated_values(seed):
    generator = Generator(seed)
    seen = collections.Counter()
    for _ in range(1_000):
        value = generator.value()
        answer = is_plain(_glance, value)
        assert answer == is_plain(plain_glance, value), value
        seen[answer] += 1
    assert min(seen.values()) > 50


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        7,
        2**63 - 1,
        -(2**63),
        1.5,
        "text",
        "漢字",
        {"known": ["a", (1, 2)]},
        {"new": {}},
        "x" * 63,
        "word " * 200,
        [0.5] * 20,
    ],
)
def test_values_of_builtin_types_within_the_limits_are_plain(glance, value):
    assert is_plain(glance, value) is True


class Text(str):
    """No text that can be trusted: its methods are somebody's code."""

    __slots__ = ()


@pytest.mark.parametrize(
    "value",
    [
        2**63,
        -(2**63) - 1,
        float("nan"),
        [float("-inf")],
        b"bytes",
        {1, 2},
        Text("text"),
        {Text("known"): 1},
        {1: 2},
        collections.OrderedDict(known=1),
        {"secret": 1},
        {"known": {"secret": None}},
        ["x"] * 21,
        "x " * 501,
        ["words " * 150] * 5,
    ],
)
def test_other_types_secrets_and_what_is_too_large_are_not_plain(glance, value):
    assert is_plain(glance, value) is False


def test_values_are_plain_down_to_the_deepest_level_that_is_allowed(glance):
    assert [is_plain(glance, nested(depth)) for depth in range(4, 8)] == [True, True, False, False]


def test_no_depth_that_a_user_allows_overflows_the_stack(glance):
    assert is_plain(glance, nested(100_000), max_depth=10**9, max_bytes=10**9) is False


def test_a_list_that_holds_itself_is_not_plain(glance):
    endless = []
    endless += [endless] * 20
    assert is_plain(glance, endless, max_depth=300) is False


def test_a_run_of_base64_is_found_wherever_it_begins_and_no_shorter_one(glance):
    for before in range(140):
        for after in (0, 1, 63, 64):
            text = "word " * (before // 5) + " " * (before % 5) + "{}" + " word" * (after // 5) + " " * (after % 5)
            assert glance.may_be_base64(text.format((ALPHABET * 2)[3 : 3 + 64]), 64)
            assert not glance.may_be_base64(text.format((ALPHABET * 2)[3 : 3 + 63]), 64)


@pytest.mark.parametrize("beginning", ["iVBORw0KGgo", "JVBERi0x", "R0lGODlh"])
def test_a_text_that_begins_as_a_file_in_base64_is_not_plain(glance, beginning):
    assert not is_plain(glance, {"icon": beginning.ljust(64, ".")}, run_chars=512)
    assert is_plain(glance, {"icon": beginning.ljust(63, ".")}, run_chars=512)


def test_a_long_text_that_is_no_proper_text_is_an_error_and_not_plain(glance):
    with pytest.raises(UnicodeEncodeError):
        glance.may_be_base64("\ud800" * 64, 64)


@pytest.mark.parametrize(
    "json",
    [
        b'{"url":"data:image/png;base64,aGk="}',
        b'{"type":"base64"}',
        b'{"b64_json":""}',
        b'{"partial_image_b64":""}',
        b'{"file_data":""}',
        b'{"mime_type":1}',
        b'{"media_type":1}',
        b'[{"mimeType":"image/png"}]',
        b'{"mediaType":""}',
    ],
)
def test_fields_that_hold_media_are_found_in_json(glance, json):
    assert glance.names_media(json)
    assert glance.names_media(b"[" + b'"text, with; many _ signs",' * 20 + json + b"]")


def test_words_that_only_remind_of_media_are_no_fields_of_media(glance):
    assert not glance.names_media(b'{"text":"base64, b64_json and mime_type, media_type; base64,","a":"","_":64}')
    assert not glance.names_media(b"")
