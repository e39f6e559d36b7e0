"""A `gradient.diff/1` as people read it: totals, where the two runs part, then every execution that changed."""

from collections.abc import Iterator, Sequence
from typing import Any

from gradient.analysis.brief import brief_both
from gradient.cli.drawing import formats
from gradient.cli.drawing.branches import leads, with_parents
from gradient.cli.drawing.page import Cell, Page, Row, cut_to, table
from gradient.cli.drawing.signs import Signs, colour

_MOST_LINES = 200
_PIPED_VALUE_CHARS = 400
_CHANGES = {
    "same": (" ", "dim"),
    "changed": ("~", "yellow"),
    "added": ("+", "green"),
    "removed": ("-", "red"),
}
_TOTALS = {
    "duration_ms": "duration",
    "executions": "executions",
    "errors": "errors",
    "llm_calls": "llm calls",
    "tool_calls": "tool calls",
    "input_tokens": "tokens in",
    "output_tokens": "tokens out",
    "cost_usd": "cost",
}
_SUMS = {"input_tokens": "tokens", "output_tokens": "tokens", "cost_usd": "cost"}


def comparison_rows(difference: dict[str, Any], signs: Signs, page: Page) -> Iterator[Row]:
    """Draw a comparison.

    Args:
        difference: A `gradient.diff/1`; where it tells values, they are shown.
        signs: What to draw with.
        page: Where it will be printed.
    """
    for side in ("a", "b"):
        run = difference[side]
        yield [
            Cell(f"{side.upper()}  ", "bold"),
            Cell(f"{signs.mark(run['status'])} {run['status']:<11}  ", colour(run["status"])),
            Cell(formats.one_line(run["entrypoint"] or "unknown entrypoint"), "bold"),
            Cell(f"  {run['request_id']}  {formats.local_time(run['started_at'])}", "dim"),
        ]
    yield []
    yield from _totals(difference, signs)
    yield []
    yield from _first(difference["first_divergence"], page.width)
    yield from _executions(difference["executions"], signs, page.width)


def _totals(difference: dict[str, Any], signs: Signs) -> list[list[Cell]]:
    heading = [Cell(word, "dim") for word in ("", "A", "B", "change", "")]
    rows: list[list[Cell]] = []
    for name, label in _TOTALS.items():
        numbers = difference["totals"][name]
        if numbers["a"] is numbers["b"] is None:
            continue
        a, b = (_total(name, numbers[side], difference[side], signs) for side in ("a", "b"))
        change, style = _delta(name, numbers, signs)
        rows.append([Cell(label, "dim"), Cell(a), Cell(b), Cell(change, style), Cell(_growth(numbers), style)])
    return table([heading, *rows], right=(1, 2, 3, 4))


def _total(name: str, number: float | None, run: dict[str, Any], signs: Signs) -> str:
    """Return a number of a run, as a lower bound where the sum lacks some calls."""
    part = _SUMS.get(name)
    told = _number(name, number, signs)
    return told if part is None else formats.at_least(told, run, part, ascii_only=signs.ascii_only)


def _first(divergence: dict[str, Any] | None, width: int | None) -> Iterator[Row]:
    """Say where the runs part."""
    if divergence is None:
        yield [Cell("No difference but in time.", "bold green")]
        return
    where = " > ".join(map(formats.name_of, divergence["path"])) or "the request"
    at = f", at {formats.one_line(divergence['at'])}" if divergence.get("at") else ""
    what = {"added": "only in B", "removed": "only in A", "moved": "in another order"}
    told = what.get(divergence["what"], f"{divergence['what']}{at}")
    yield [Cell("First divergence  ", "bold yellow"), Cell(where, "bold"), Cell(f"  {divergence['kind']}", "dim")]
    yield [Cell(f"  {told}")]
    if "value" in divergence:
        yield from _sides(divergence["value"], "  ", width)
    yield []


def _executions(entries: Sequence[dict[str, Any]], signs: Signs, width: int | None) -> Iterator[Row]:
    """Draw the tree of what changed: each execution that did, and those it is inside of."""
    changed = [entry["change"] != "same" for entry in entries]
    shown = [entries[number] for number in with_parents([entry["depth"] for entry in entries], changed)]
    lines = list(zip(shown, leads([entry["depth"] for entry in shown], signs, _MOST_LINES), strict=False))
    rows = [_row(entry, lead, signs, width) for entry, lead in lines]
    for (entry, lead), row in zip(lines, table(rows) if rows else [], strict=True):
        yield row
        for told in entry.get("differences", ()):
            at = f" {formats.one_line(told['at'])}" if told["at"] else ""
            indent = " " * (len(lead) + 5)
            yield [Cell(f"{indent}{told['in']}{at}", "dim")]
            yield from _sides(told["value"], indent, width)
    if len(shown) > len(lines):
        yield [Cell(f"{signs.ellipsis} {len(shown) - len(lines):,} more lines are not shown; --json has them.", "dim")]
    if same := len(entries) - len(shown):
        told = f"{formats.counted(same, 'execution')} {'are' if same > 1 else 'is'} the same."
        yield [Cell(f"{signs.ellipsis} {told}", "dim")]


def _row(entry: dict[str, Any], lead: str, signs: Signs, width: int | None) -> list[Cell]:
    sign, style = _CHANGES[entry["change"]]
    name = f"{lead}{formats.name_of(entry['path'][-1])}"
    differs = [*(["moved"] if entry["moved"] else []), *entry["differs"]]
    duration, tokens, cost = entry["duration_ms"], entry["tokens"], entry["cost_usd"]
    return [
        Cell(sign, style),
        Cell(name if width is None else cut_to(name, width // 2), style if entry["change"] != "same" else "dim"),
        Cell(formats.one_line(entry["kind"]), "dim"),
        Cell(entry["change"] if entry["change"] in ("added", "removed") else ", ".join(differs), style),
        Cell(_change("duration_ms", duration, signs)),
        Cell(_change("tokens", tokens, signs, " tokens")),
        Cell(_change("cost_usd", cost, signs)),
    ]


def _change(name: str, numbers: dict[str, Any], signs: Signs, unit: str = "") -> str:
    """Return a number before and after, or the one there is."""
    a, b = numbers["a"], numbers["b"]
    if a is None and b is None:
        return ""
    told = [_number(name, number, signs).strip() for number in (a, b) if number is not None]
    return f" {signs.arrow} ".join(dict.fromkeys(told)) + unit


def _number(name: str, number: float | None, signs: Signs) -> str:
    if name == "duration_ms":
        return formats.duration(number, ascii_only=signs.ascii_only)
    return formats.cost(number) if name == "cost_usd" else formats.count(number)


def _delta(name: str, numbers: dict[str, Any], signs: Signs) -> tuple[str, str]:
    """Return by how much a number grew or shrank, and its colour: more of anything here is worse."""
    delta = numbers["delta"]
    if not delta:
        return ("=" if delta == 0 else "", "dim")
    return ("+" if delta > 0 else "-") + _number(name, abs(delta), signs), "red" if delta > 0 else "green"


def _growth(numbers: dict[str, Any]) -> str:
    return f"{numbers['delta'] / numbers['a']:+.1%}" if numbers["delta"] and numbers["a"] else ""


def _sides(value: dict[str, Any], indent: str, width: int | None) -> Iterator[Row]:
    """Show what stands at one place on both sides."""
    chars = _PIPED_VALUE_CHARS if width is None else max(20, width - len(indent) - 4)
    told = dict(zip("ab", brief_both(value.get("a"), value.get("b"), chars), strict=True))
    for side, sign, style in (("a", "-", "red"), ("b", "+", "green")):
        if side in value:
            yield [Cell(f"{indent}{sign} {told[side]}", style)]
