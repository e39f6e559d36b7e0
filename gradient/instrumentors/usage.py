"""Tokens of all providers in one shape: `input` and `output` are totals, the others parts of them.

    OpenAI chat         prompt_tokens, completion_tokens, prompt_tokens_details, completion_tokens_details
    OpenAI responses    input_tokens, output_tokens, input_tokens_details, output_tokens_details
    Anthropic           input_tokens without cached ones, cache_read_input_tokens, cache_creation_input_tokens
    LangChain           input_tokens, output_tokens, input_token_details, output_token_details
    Gemini              promptTokenCount, candidatesTokenCount without thoughts, thoughtsTokenCount, or in snake case

What a provider does not tell is None, never 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradient.instrumentors.wire import fields_of
from gradient.journal.events import Usage

if TYPE_CHECKING:
    from collections.abc import Iterable

_ANTHROPIC_CACHE = ("cache_read_input_tokens", "cache_creation_input_tokens")
_SUMMED = ("input", "output", "cache_read", "cache_write", "reasoning")
_GEMINI = ("promptTokenCount", "prompt_token_count")


def usage_of(told: Any) -> Usage | None:
    """Return the tokens that a provider tells of, in a dictionary or an object; None where it tells of none."""
    counts = fields_of(told)
    if "prompt_tokens" in counts:
        return _openai_chat(counts)
    if any(name in counts for name in _GEMINI):
        return _gemini(counts)
    if any(name in counts for name in ("input_tokens", "output_tokens", *_ANTHROPIC_CACHE)):
        is_anthropic = any(name in counts for name in _ANTHROPIC_CACHE)
        return _anthropic(counts) if is_anthropic else _with_details(counts)
    return None


def total(parts: Iterable[Usage]) -> Usage | None:
    """Return the sum of several, or None where there are none; a number is None where none of them tells it."""
    known = list(parts)
    if len(known) < 2:  # noqa: PLR2004 - nothing to add
        return known[0] if known else None
    sums: dict[str, Any] = {name: _sum(getattr(part, name) for part in known) for name in _SUMMED}
    return Usage(**sums)


def _openai_chat(counts: dict[str, Any]) -> Usage:
    read, written = _details(counts, "prompt_tokens_details"), _details(counts, "completion_tokens_details")
    return Usage(
        counts["prompt_tokens"],
        counts.get("completion_tokens"),
        read.get("cached_tokens"),
        _first(read, "cache_write_tokens", "cache_creation_tokens"),  # the latter is LiteLLM's
        written.get("reasoning_tokens"),
    )


def _with_details(counts: dict[str, Any]) -> Usage:
    """Read what OpenAI's responses and LangChain have alike."""
    read = _details(counts, "input_tokens_details", "input_token_details")
    written = _details(counts, "output_tokens_details", "output_token_details")
    return Usage(
        counts.get("input_tokens"),
        counts.get("output_tokens"),
        _first(read, "cached_tokens", "cache_read"),
        _first(read, "cache_write_tokens", "cache_creation"),
        _first(written, "reasoning_tokens", "reasoning"),
    )


def _anthropic(counts: dict[str, Any]) -> Usage:
    parts = [counts.get(name) for name in ("input_tokens", *_ANTHROPIC_CACHE)]
    read, written = parts[1:]
    thoughts = _first(_details(counts, "output_tokens_details"), "thinking_tokens", "reasoning_tokens")
    return Usage(None if parts[0] is None else _sum(parts), counts.get("output_tokens"), read, written, thoughts)


def _gemini(counts: dict[str, Any]) -> Usage:
    thoughts = _first(counts, "thoughtsTokenCount", "thoughts_token_count")
    said = _first(counts, "candidatesTokenCount", "candidates_token_count")
    results = _first(counts, "toolUsePromptTokenCount", "tool_use_prompt_token_count")
    return Usage(
        _sum([_first(counts, *_GEMINI), results]),
        _sum([said, thoughts]),
        _first(counts, "cachedContentTokenCount", "cached_content_token_count"),
        None,
        thoughts,
    )


def _details(counts: dict[str, Any], *names: str) -> dict[str, Any]:
    return fields_of(_first(counts, *names))


def _first(counts: dict[str, Any], *names: str) -> Any:
    """Return the first number that is told under one of several names."""
    return next((counts[name] for name in names if counts.get(name) is not None), None)


def _sum(numbers: Iterable[Any]) -> int | None:
    known = [number for number in numbers if type(number) is int]
    return sum(known) if known else None
