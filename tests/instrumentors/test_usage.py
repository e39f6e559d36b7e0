"""Tokens have one meaning, whoever tells of them and in which words."""

from types import SimpleNamespace

import pytest

from gradient.instrumentors.usage import merged, told_in, total, usage_of
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


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"inputTokens": 10, "outputTokens": 5, "cacheReadInputTokens": 30}, Usage(40, 5, 30)),
        ({"inputTokenCount": 10, "outputTokenCount": 5}, Usage(10, 5)),
        ({"input_token_count": 10, "output_token_count": 5}, Usage(10, 5)),
        ({"prompt_n": 10, "predicted_n": 5}, Usage(10, 5)),
        ({"input_tokens": 10.0, "output_tokens": 5.0}, Usage(10, 5)),
        ({"input_tokens": float("nan"), "output_tokens": 5.5}, None),
        ({"input_token_count": 10, "generated_token_count": 5}, Usage(10, 5)),
        ({"prompt_eval_count": 10, "eval_count": 5}, Usage(10, 5)),
        ({"prompt_tokens": 10, "completion_tokens": 5, "prompt_cache_hit_tokens": 4}, Usage(10, 5, 4)),
        # Amazon's models for LangChain: OpenAI's names, Anthropic's way of counting.
        (
            {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15, "cache_read_input_tokens": 30},
            Usage(40, 5, 30),
        ),
        # LiteLLM: Anthropic's names beside OpenAI's, all in the input.
        (
            {
                "prompt_tokens": 40,
                "completion_tokens": 5,
                "cache_read_input_tokens": 30,
                "prompt_tokens_details": {"cached_tokens": 30},
            },
            Usage(40, 5, 30),
        ),
    ],
)
def test_providers_with_names_of_their_own_are_understood(told, expected):
    assert usage_of(told) == expected


@pytest.mark.parametrize("thoughts", [0, 1, 600])
@pytest.mark.parametrize("cached", [0, 5, 300, 1000])
@pytest.mark.parametrize("names", ["openai", "gemini"])
@pytest.mark.parametrize("is_beside", [False, True])
def test_a_grand_total_tells_whether_thoughts_are_beside_the_output(thoughts, cached, names, is_beside):
    said = 700 - thoughts if is_beside else 700
    told = {
        "openai": {
            "prompt_tokens": 1000,
            "completion_tokens": said,
            "total_tokens": 1700,
            "prompt_tokens_details": {"cached_tokens": cached},
            "completion_tokens_details": {"reasoning_tokens": thoughts},
        },
        "gemini": {
            "prompt_token_count": 1000,
            "candidates_token_count": said,
            "total_token_count": 1700,
            "cached_content_token_count": cached,
            "thoughts_token_count": thoughts,
        },
    }

    usage = usage_of(told[names])

    assert (usage.input, usage.output, usage.cache_read, usage.reasoning) == (1000, 700, cached, thoughts)


@pytest.mark.parametrize("tier", ["", "flex_", "priority_"])
def test_langchain_writes_the_tier_before_the_names_of_details(tier):
    told = {
        "input_tokens": 100,
        "output_tokens": 20,
        "input_token_details": {f"{tier}cache_read": 40, "audio": 7},
        "output_token_details": {f"{tier}reasoning": 5, "audio": 3},
    }

    assert usage_of(told) == Usage(100, 20, 40, None, 5, None, None, 7, 3, tier.rstrip("_") or None)


@pytest.mark.parametrize("generic", [0, None, 9])
def test_lifetimes_of_a_cache_add_up_to_what_was_written(generic):
    details = {"cache_creation": generic, "ephemeral_5m_input_tokens": 4, "ephemeral_1h_input_tokens": 5}
    told = {"input_tokens": 100, "output_tokens": 20, "input_token_details": details}

    assert usage_of(told) == Usage(100, 20, None, 9, None, None, 5)


PLACES = ["usage", "token_usage", "usage_metadata", "amazon-bedrock-invocationMetrics", "metrics", "stats", "x_groq"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("told", [OPENAI_CHAT, OPENAI_RESPONSES, LANGCHAIN, GEMINI])
def test_tokens_are_found_wherever_a_framework_puts_them(place, told):
    assert told_in(None, {"other": 1}, {"finish_reason": "stop", place: told}) == Usage(100, 20, 40, None, 5)


def test_accounts_of_one_call_complete_each_other_and_others_are_left_alone():
    assert merged(Usage(100, 20), None, Usage(100, 20, 40, cost_usd=0.5)) == Usage(100, 20, 40, None, None, 0.5)
    assert merged(Usage(100, 20), Usage(300, 60, 40)) == Usage(100, 20)
    assert merged(None, Usage(None, 20), Usage(100, 20)) == Usage(100, 20)
    assert merged(None, None) is None
