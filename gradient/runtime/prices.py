"""What tokens cost: a table by model, and the user's own file over it.

`prices.json` has its date, its sources, and US dollars per million tokens of the models in wide use:

    "gpt-5.2": {"input": 1.75, "cached_input": 0.175, "output": 14}
    "gemini-2.5-pro": {..., "long": {"above": 200000, "input": 2.5, ...}}    prices of calls with more input than that

A file of the user's (the setting `prices`) has the same shape, and its models come before ours. A model is looked up by
its exact id, then without what providers put around it (see `_names`). One that is in neither table has no known cost:
that is None, never 0. Prices are those of the maker's standard tier; batches, other tiers and resellers differ.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from gradient.journal.events import Usage
from gradient.runtime.listeners import warn

if TYPE_CHECKING:
    from collections.abc import Iterator

_OURS = Path(__file__).with_name("prices.json")
_PER_TOKENS = 1_000_000
_DIGITS = 12  # of a dollar; further ones are noise of floating point
_MAX_KNOWN = 1_000
# `us.anthropic.claude-opus-4-1-20250805-v1:0` is what Bedrock calls it, with or without a region.
_BEDROCK = re.compile(r"^(?:[a-z]+\.)?anthropic\.|-v\d+(?::\d+)?$")
_DATE = re.compile(r"(?:-\d{4}-\d{2}-\d{2}|[-@]\d{8}|-\d{2}-\d{4}|-latest|-00\d)$")


class Price(msgspec.Struct, frozen=True):
    """US dollars per million tokens of one model.

    Attributes:
        input: Tokens of the input that were neither read from a cache nor written to one.
        cached_input: Tokens read from a cache; None where they cost as much as others.
        cache_write: Tokens written to a cache, likewise.
        output: Tokens of the output, reasoning included; 0 for embeddings, which have none.
        long: Prices of calls with much input, or None.
    """

    input: float
    cached_input: float | None = None
    cache_write: float | None = None
    output: float = 0.0
    long: LongPrice | None = None

    def cost(self, usage: Usage) -> float | str:
        """Return what a call costs in dollars, or why that is not known."""
        if usage.input is None or (usage.output is None and self.output):
            return f"its tokens of {'input' if usage.input is None else 'output'} are not known"
        if self.long is not None and usage.input > self.long.above:
            return self.long.cost(usage)
        read, written = usage.cache_read or 0, usage.cache_write or 0
        total = (
            (usage.input - read - written) * self.input
            + read * (self.input if self.cached_input is None else self.cached_input)
            + written * (self.input if self.cache_write is None else self.cache_write)
            + (usage.output or 0) * self.output
        )
        return round(total / _PER_TOKENS, _DIGITS)


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
        """Return usage with its cost, where nobody has told that, or with the reason why it cannot be known."""
        if usage.cost_usd is not None:
            return usage
        cost = self._cost(usage, model)
        known: dict[str, Any] = {"unpriced": cost} if isinstance(cost, str) else {"cost_usd": cost}
        return msgspec.structs.replace(usage, **known)

    def _cost(self, usage: Usage, model: Any) -> float | str:
        if type(model) is not str or not model:
            return "it is not known which model answered"
        price = self.of(model)
        return f"no price of {model} is known" if price is None else price.cost(usage)

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
