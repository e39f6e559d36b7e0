"""How much of a difference between two runs is too much.

    tokens>+10%,duration>+2s,cost>0.05,path,error,output

A measure with a limit: `+10%` and `+2s` are growth against the first run, a number without `+` is what the second run
may have. Or a word: `path` when other executions ran or in another order, `error` when there are more errors or the
outcome is worse, `output` when the answer differs.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from gradient.analysis import quantities
from gradient.analysis.forest import Document
from gradient.analysis.values import first_difference
from gradient.journal.vocabulary import is_failure


class Measure(NamedTuple):
    """Something of a run that has a number.

    Attributes:
        total: Where it stands in `totals`.
        read, write: How it is written.
        part: What of some calls it may lack, tokens or cost; None for what is no sum over calls.
    """

    total: str
    read: Callable[[str], float]
    write: Callable[[float | None], str]
    part: str | None = None


def _duration(ms: float | None) -> str:
    return quantities.duration(ms).strip()


MEASURES = {
    "tokens": Measure("tokens", quantities.read_count, quantities.count, "tokens"),
    "input_tokens": Measure("input_tokens", quantities.read_count, quantities.count, "tokens"),
    "output_tokens": Measure("output_tokens", quantities.read_count, quantities.count, "tokens"),
    "duration": Measure("duration_ms", quantities.read_duration_ms, _duration),
    "cost": Measure("cost_usd", quantities.read_cost, quantities.cost, "cost"),
    "executions": Measure("executions", quantities.read_count, quantities.count),
    "errors": Measure("errors", quantities.read_count, quantities.count),
    "llm_calls": Measure("llm_calls", quantities.read_count, quantities.count),
    "tool_calls": Measure("tool_calls", quantities.read_count, quantities.count),
}
WORDS = ("path", "error", "output")


class BadThreshold(ValueError):
    """An expression is written wrongly.

    Attributes:
        expression: The whole of it.
        at: Where in it, counted from 0.
        wanted: What was expected there.
    """

    def __init__(self, expression: str, at: int, wanted: str) -> None:
        self.expression = expression
        self.at = at
        self.wanted = wanted
        super().__init__(f"{wanted}\n  {expression}\n  {' ' * at}^")


@dataclass(frozen=True, slots=True)
class Threshold:
    """One limit.

    Attributes:
        text: As it was written.
        name: The measure or the word.
        limit: In the measure's unit, or as a fraction where `relative`; None for a word.
        growth: Whether the limit is for what the second run has more than the first.
        relative: Whether it is a fraction of what the first run has.
    """

    text: str
    name: str
    limit: float | None = None
    growth: bool = False
    relative: bool = False


class Crossed(NamedTuple):
    """A limit that was crossed, and what was seen instead."""

    threshold: str
    seen: str


def read_thresholds(expression: str) -> list[Threshold]:
    """Return the limits of an expression.

    Raises:
        BadThreshold: It is written wrongly.
    """
    limits: list[Threshold] = []
    at = 0
    for piece in expression.split(","):
        limits.append(_read(expression, at + len(piece) - len(piece.lstrip()), piece.strip()))
        at += len(piece) + 1
    return limits


def crossed(threshold: Threshold, a: Document, b: Document, difference: Document) -> Crossed | None:
    """Tell whether a difference crosses a limit.

    Args:
        threshold: The limit.
        a: The first run, a `gradient.run/1`.
        b: The second run.
        difference: Their `gradient.diff/1`.
    """
    if threshold.limit is None:
        seen = _WORDS[threshold.name](a, b, difference)
    else:
        seen = _beyond(threshold, threshold.limit, difference)
    return None if seen is None else Crossed(threshold.text, seen)


def _read(expression: str, at: int, piece: str) -> Threshold:
    name = re.match(r"\w*", piece)
    word = name.group() if name else ""
    if word in WORDS:
        if piece != word:
            raise BadThreshold(expression, at + len(word), f"{word!r} takes no limit; a comma was expected")
        return Threshold(piece, word)
    if word not in MEASURES:
        raise BadThreshold(expression, at, f"there is no {word!r}; there are {', '.join((*MEASURES, *WORDS))}")
    rest = piece[len(word) :].lstrip()
    at += len(piece) - len(rest)
    if not rest.startswith(">"):
        raise BadThreshold(expression, at, "'>' was expected, as in tokens>+10%")
    limit = rest[1:].strip()
    return _limit(expression, at + rest.index(limit, 1) if limit else at + len(rest), piece, word, limit)


def _limit(expression: str, at: int, piece: str, word: str, limit: str) -> Threshold:
    growth, relative = limit.startswith("+"), limit.endswith("%")
    if relative and not growth:
        raise BadThreshold(expression, at, f"a percentage is growth: '+{limit}' was expected")
    try:
        number = float(limit[1:-1]) / 100 if relative else MEASURES[word].read(limit.removeprefix("+"))
    except ValueError as error:
        why = f"{limit[1:-1]!r} is not a number" if relative else str(error)
        raise BadThreshold(expression, at + growth, why) from None
    return Threshold(piece, word, number, growth, relative)


def _beyond(threshold: Threshold, limit: float, difference: Document) -> str | None:
    """Say by how much a total is beyond its limit, or None where it is not; unknown is beyond any limit.

    What lacks some calls is known as far as it suffices: beyond the limit already, against a run that lacks none.
    """
    measure = MEASURES[threshold.name]
    total = difference["totals"][measure.total]
    lacks_a, lacks_b = (measure.part and quantities.lacking(difference[side], measure.part) for side in ("a", "b"))
    if total["b"] is None or (threshold.growth and (total["a"] is None or lacks_a)):
        return "unknown"
    seen = _seen(threshold, limit, total, measure.write)
    return "unknown" if seen is None and lacks_b else seen


def _seen(threshold: Threshold, limit: float, total: dict[str, Any], write: Callable[[float], str]) -> str | None:
    a, b = total["a"], total["b"]
    if not threshold.growth:
        return write(b) if b > limit else None
    if not threshold.relative:
        return f"+{write(b - a)}, from {write(a)} to {write(b)}" if b - a > limit else None
    if b - a <= limit * a:
        return None
    grown = f"{(b - a) / a:+.1%}" if a else "more than nothing"
    return f"{grown}, from {write(a)} to {write(b)}"


def _path(_a: Document, _b: Document, difference: Document) -> str | None:
    others = [each for each in difference["executions"] if each["change"] in ("added", "removed") or each["moved"]]
    if not others:
        return None
    first = others[0]
    how = "moved" if first["moved"] else first["change"]
    return f"{how} {' > '.join(first['path'])}" + (f", and {len(others) - 1:,} more" if len(others) > 1 else "")


def _error(a: Document, b: Document, difference: Document) -> str | None:
    if is_failure(b["status"]) and not is_failure(a["status"]):
        return f"{b['status']}, was {a['status']}"
    errors = difference["totals"]["errors"]
    return f"{errors['b']:,} failed, {errors['a']:,} before" if errors["b"] > errors["a"] else None


def _output(a: Document, b: Document, _difference: Document) -> str | None:
    found = first_difference(a["outputs"], b["outputs"])
    return None if found is None else f"another answer{f', at {found.at}' if found.at else ''}"


_WORDS = {"path": _path, "error": _error, "output": _output}
