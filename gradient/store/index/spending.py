"""What some calls of models used: sums that are added up and taken away again, and how many calls they lack."""

from collections.abc import Iterable, Sequence
from typing import Any

from gradient.documents.usage import missing

COLUMNS = ("input", "output", "cost", "inputs", "outputs", "costs", "untold", "unpriced")
"""Sums; how many calls tell each of them; how many tell no tokens, and how many have no known cost."""

_PICODOLLARS = 12  # what a sum of floats still owes once its parts are taken away is less


class Spending:
    """Tokens and cost of some calls.

    Attributes:
        numbers: The values of `COLUMNS`.
    """

    __slots__ = ("numbers",)

    def __init__(self, numbers: Sequence[float] = (0,) * len(COLUMNS)) -> None:
        self.numbers = list(numbers)

    @classmethod
    def of(cls, usage: Sequence[Any], untold: int, unpriced: int) -> "Spending":
        """Return what a call used, or a run: tokens in, tokens out and cost, each None where it is not known."""
        told = (value is not None for value in usage)
        return cls([*(value or 0 for value in usage), *told, untold, unpriced])

    def add(self, others: Iterable[Sequence[float]], times: int = 1) -> None:
        """Add the numbers of others; with -1 take them away."""
        added = map(sum, zip(*others, strict=True))
        self.numbers = [own + times * more for own, more in zip(self.numbers, added, strict=False)] or self.numbers

    def sums(self) -> tuple[int | None, int | None, float | None]:
        """Return tokens in, tokens out and cost; None where no call tells them."""
        tokens_in, tokens_out, usd, inputs, outputs, costs, _, _ = self.numbers
        tokens = (int(tokens_in) if inputs else None, int(tokens_out) if outputs else None)
        return *tokens, round(usd, _PICODOLLARS) if costs else None

    def missing(self) -> dict[str, int] | None:
        """Return how many calls the sums lack, as `missing` has it."""
        untold, unpriced = self.numbers[-2:]
        return missing(int(untold), int(unpriced))
