"""What tokens cost: a table by model, and the user's own file over it.

`prices.json` has its date, its sources, and US dollars per million tokens of the models in wide use:

    "gpt-5.2": {"input": 1.75, "cached_input": 0.175, "output": 14}
    "gemini-2.5-pro": {..., "long": {"above": 200000, "input": 2.5, ...}}    prices of calls with more input than that
    "gpt-5": {..., "tiers": {"flex": {"input": 0.625, ...}}}                 prices in another class of service

A file of the user's (the setting `prices`) has the same shape, and its models come before ours. A model is looked up by
its exact id, then without what providers put around it (see `_names`). One that is in neither table has no known cost:
that is None, never 0, and neither has a call of which a part has no known price. Resellers' prices differ.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from gradient.journal.events import Usage
from gradient.runtime.listening.listeners import warn

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LongPrice", "Price", "Prices", "Unpriced"]

_OURS = Path(__file__).with_name("prices.json")
_PER_TOKENS = 1_000_000
_DIGITS = 12  # of a dollar; further ones are noise of floating point
_MAX_KNOWN = 1_000
# `us.anthropic.claude-opus-4-1-20250805-v1:0` is what Bedrock calls it, with or without a region.
_BEDROCK = re.compile(r"^(?:[a-z]+\.)?anthropic\.|-v\d+(?::\d+)?$")
_DATE = re.compile(r"(?:-\d{4}-\d{2}-\d{2}|[-@]\d{8}|-\d{2}-\d{4}|-latest|-00\d)$")


class Unpriced(Exception):
    """The cost of a call is not known."""


class Price(msgspec.Struct, frozen=True):
    """US dollars per million tokens of one model.

    Attributes:
        input: Tokens of the input that were neither read from a cache nor written to one, nor are sound.
        cached_input: Tokens read from a cache; None where they cost as much as others.
        cache_write: Tokens written to a cache, likewise.
        cache_write_1h: Tokens written to a cache that keeps them for an hour; None where that is not known.
        audio_input, audio_output: Tokens that are sound; None where that is not known.
        output: Tokens of the output, reasoning included; 0 for embeddings, which have none.
        long: Prices of calls with much input, or None.
        tiers: Prices in other classes of service, by their names.
    """

    input: float
    cached_input: float | None = None
    cache_write: float | None = None
    output: float = 0.0
    long: LongPrice | None = None
    cache_write_1h: float | None = None
    audio_input: float | None = None
    audio_output: float | None = None
    tiers: dict[str, Price] = {}

    def cost(self, usage: Usage) -> float:
        """Return what a call costs in dollars.

        Raises:
            Unpriced: A price is not known, or a number of tokens.
        """
        if usage.input is None or (usage.output is None and self.output):
            raise Unpriced(f"its tokens of {'input' if usage.input is None else 'output'} are not known")
        price = self._in_tier(usage.tier)
        is_long = self.long is not None and usage.input > self.long.above
        if is_long and price.long is None:
            raise Unpriced(f"no price of so long an input in the tier {usage.tier} is known")
        parts = _parts(price.long or price if is_long else price, usage.input, usage)
        return round(sum(parts) / _PER_TOKENS, _DIGITS)

    def _in_tier(self, tier: str | None) -> Price:
        price = self if tier is None else self.tiers.get(tier)
        if price is None:
            raise Unpriced(f"no price of the tier {tier} is known")
        return price


def _parts(price: Price, given: int, usage: Usage) -> Iterator[float]:
    """Yield what each part of a call costs, times a million."""
    read, written, hour = usage.cache_read or 0, usage.cache_write or 0, usage.cache_write_1h or 0
    heard, spoken = usage.audio_input or 0, usage.audio_output or 0
    yield (given - read - written - heard) * price.input
    yield read * (price.input if price.cached_input is None else price.cached_input)
    yield (written - hour) * (price.input if price.cache_write is None else price.cache_write)
    yield _priced(hour, price.cache_write_1h, "tokens that a cache keeps for an hour")
    yield _priced(heard, price.audio_input, "sound in the input")
    yield ((usage.output or 0) - spoken) * price.output
    yield _priced(spoken, price.audio_output, "sound in the output")


def _priced(tokens: int, price: float | None, what: str) -> float:
    if tokens and price is None:
        raise Unpriced(f"no price of {what} is known")
    return tokens * (price or 0.0)


class LongPrice(Price, frozen=True, kw_only=True):
    """Prices of calls with more tokens of input than `above`."""

    above: int


class _Table(msgspec.Struct):
    models: dict[str, Price]


class Prices:
    """The prices that hold for a manager. Nothing is read before something is to be priced.

    Args:
        file: The user's own file, or None.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._models: dict[str, Price] | None = None
        self._known: dict[str, Price | None] = {}

    def of(self, model: str) -> Price | None:
        """Return the price of a model, or None where it is not known."""
        if model not in self._known:
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            models = self._load()
            self._known[model] = next((models[name] for name in _names(model) if name in models), None)
        return self._known[model]

    def priced(self, usage: Usage, model: Any) -> Usage:
        """Return usage with its cost, or why it cannot be known, where nobody has told either."""
        if usage.cost_usd is not None or usage.unpriced is not None:
            return usage
        try:
            return msgspec.structs.replace(usage, cost_usd=self._cost(usage, model))
        except Unpriced as reason:
            return msgspec.structs.replace(usage, unpriced=str(reason))

    def _cost(self, usage: Usage, model: Any) -> float:
        if type(model) is not str or not model:
            raise Unpriced("it is not known which model answered")
        price = self.of(model)
        if price is None:
            raise Unpriced(f"no price of {model} is known")
        try:
            return price.cost(usage)
        except Unpriced as reason:
            raise Unpriced(f"{model}: {reason}") from None

    def _load(self) -> dict[str, Price]:
        if self._models is None:
            self._models = _read(_OURS)
            if self._file is not None:
                try:
                    self._models |= _read(self._file)
                except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
                    warn(f"the prices in {self._file} cannot be used: {error}; see docs/prices.md. Ours hold.")
        return self._models


def _read(path: Path) -> dict[str, Price]:
    return msgspec.json.decode(path.read_bytes(), type=_Table).models


def _names(model: str) -> Iterator[str]:
    """Yield an id, then it without the provider, Bedrock's version, and the date: the most exact first."""
    yield model
    name = model.rpartition("/")[2]  # `openai/gpt-5`, `models/gemini-2.5-pro`
    yield name
    plain = _BEDROCK.sub("", name)
    yield plain
    yield _DATE.sub("", plain)
