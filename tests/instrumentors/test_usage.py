"""Tokens have one meaning, whoever tells of them and in which words."""

from types import SimpleNamespace

import pytest

from gradient.instrumentors.usage import total, usage_of
from gradient.journal.events import Usage

OPENAI_CHAT = {
    "prompt_tokens": 100,
    "completion_tokens": 20,
    "prompt_tokens_details": {"cached_tokens": 40},
    "completion_tokens_details": {"reasoning_tokens": 5},
}
OPENAI_RESPONSES = {
    "input_tokens": 100,
    "output_tokens": 20,
    "input_tokens_details": {"cached_tokens": 40},
    "output_tokens_details": {"reasoning_tokens": 5},
}
LANGCHAIN = {
    "input_tokens": 100,
    "output_tokens": 20,
    "input_token_details": {"cache_read": 40},
    "output_token_details": {"reasoning": 5},
}
GEMINI = {
    "promptTokenCount": 100,
    "candidatesTokenCount": 15,
    "thoughtsTokenCount": 5,
    "cachedContentTokenCount": 40,
}
GEMINI_CLIENT = SimpleNamespace(
    prompt_token_count=100, candidates_token_count=15, thoughts_token_count=5, cached_content_token_count=40
)


@pytest.mark.parametrize(
    "told",
    [OPENAI_CHAT, OPENAI_RESPONSES, LANGCHAIN, GEMINI, GEMINI_CLIENT],
    ids=["openai chat", "openai responses", "langchain", "gemini", "gemini's client"],
)
def test_every_provider_says_the_same_in_its_own_words(told):
    assert usage_of(told) == Usage(100, 20, 40, None, 5)


def test_anthropics_input_is_added_up():
    told = {"input_tokens": 30, "cache_read_input_tokens": 40, "cache_creation_input_tokens": 30, "output_tokens": 20}

    assert usage_of(told) == Usage(100, 20, 40, 30, None)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"prompt_tokens": 3, "total_tokens": 3}, Usage(3)),
        ({"prompt_tokens": 3, "prompt_tokens_details": None}, Usage(3)),
        ({"input_tokens": 3, "cache_read_input_tokens": None, "output_tokens": 1}, Usage(3, 1)),
        ({"output_tokens": 7}, Usage(None, 7)),
        ({"total_tokens": 7}, None),
        ({}, None),
        (None, None),
        ("many", None),
    ],
)
def test_what_is_not_told_is_unknown(told, expected):
    assert usage_of(told) == expected


def test_a_total_knows_what_any_part_knows():
    assert total([Usage(1, 2, 3), Usage(10, None, None, 4)]) == Usage(11, 2, 3, 4, None)
    assert total([Usage(1, 2)]) == Usage(1, 2)
    assert total([]) is None
