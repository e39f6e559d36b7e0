"""The tree of a run: one line for each execution, with a bar that shows when it ran."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from math import ceil, floor
from typing import Any, NamedTuple

from gradient.cli import formats
from gradient.cli.page import Cell, columns_of, cut_to, pad, table
from gradient.cli.signs import Signs, colour

MOST_LINES = 200
_BAR = 5
_WIDEST_BAR, _NARROWEST_BAR, _USUAL_BAR = 40, 10, 24
_KIND_COLOURS = {"llm": "magenta", "tool": "blue", "retriever": "blue", "agent": "cyan", "graph": "bold"}


class _Line(NamedTuple):
    """One execution and what is drawn before its name."""

    lead: str
    execution: dict[str, Any]


def tree_rows(document: dict[str, Any], signs: Signs, width: int | None) -> list[list[Cell]]:
    """Draw the executions of a run, in the order of the tree.

    Args:
        document: A `gradient.run/1`.
        signs: What to draw with.
        width: Columns there are, or None for as many as it takes.
    """
    executions: list[dict[str, Any]] = document["executions"]
    lines = list(islice(_lines(executions, signs), MOST_LINES))
    if not lines:
        return []
    many_frameworks = len({line.execution["framework"] for line in lines}) > 1
    name_chars = None if width is None else width // 2
    rows = [_row(line, signs, name_chars, framework=many_frameworks) for line in lines]
    bar_width = _bar_width(rows, width)
    total_ms = _total_ms(document)
    for row, line in zip(rows, lines, strict=True):
        row[_BAR] = _bar(line.execution, total_ms, bar_width, signs)
    drawn = table(rows, right=(4,))
    hidden = len(executions) - len(lines)
    if hidden:
        drawn.append(
            [Cell(f"{signs.ellipsis} {hidden:,} more executions are not shown; --json has all of them.", "dim")]
        )
    return drawn


def _lines(executions: Sequence[dict[str, Any]], signs: Signs) -> Iterator[_Line]:
    """Yield parents before children and elder before younger, without recursion: agents nest deep."""
    known = {execution["execution_id"] for execution in executions}
    children: dict[str | None, list[dict[str, Any]]] = defaultdict(list)
    for execution in executions:
        parent = execution["parent_id"]
        children[parent if parent in known else None].append(execution)
    waiting = [("", "", execution) for execution in reversed(children[None])]
    while waiting:
        lead, below, execution = waiting.pop()
        yield _Line(lead, execution)
        young = children.get(execution["execution_id"], [])
        for child in reversed(young):
            last = child is young[-1]
            lead = below + (signs.last if last else signs.branch)
            waiting.append((lead, below + (signs.blank if last else signs.pipe), child))


def _row(line: _Line, signs: Signs, name_chars: int | None, *, framework: bool) -> list[Cell]:
    execution = line.execution
    status, kind = execution["status"], execution["kind"]
    name = f"{line.lead}{formats.one_line(execution['name'])}"
    return [
        Cell(signs.mark(status), colour(status)),
        Cell(name if name_chars is None else cut_to(name, name_chars)),
        Cell(formats.one_line(kind), _KIND_COLOURS.get(kind, "dim")),
        Cell(formats.one_line(execution["framework"]) if framework else "", "dim"),
        Cell(formats.duration(execution["duration_ms"], ascii_only=signs.ascii_only)),
        Cell(""),
        Cell(f" {signs.dot} ".join(_notes(execution, signs)), "dim" if status == "completed" else colour(status)),
    ]


def _notes(execution: dict[str, Any], signs: Signs) -> Iterator[str]:
    """Yield what is worth knowing of an execution beside its time."""
    if execution["status"] != "completed":
        kind = None if execution["error"] is None else execution["error"]["type"]
        yield formats.one_line(kind or execution["status"]).rpartition(".")[2]
    if (execution["attempt"] or 1) > 1:
        yield f"attempt {execution['attempt']}"
    if execution["cached"]:
        yield "cached"
    if execution["kind"] == "llm" and execution["model"] not in (None, execution["name"]):
        yield formats.one_line(execution["model"])
    if usage := execution["usage"]:
        tokens = f"{formats.count(usage['input_tokens'])} {signs.arrow} {formats.count(usage['output_tokens'])} tokens"
        if usage["input_tokens"] is not None or usage["output_tokens"] is not None:
            yield tokens
        if usage["cost_usd"] is not None:
            yield formats.cost(usage["cost_usd"])
    if execution["time_to_first_token_ms"] is not None:
        ms = formats.duration(execution["time_to_first_token_ms"], ascii_only=signs.ascii_only)
        yield f"first token after {ms.strip()}"


def _bar_width(rows: Sequence[Sequence[Cell]], width: int | None) -> int:
    """Return the room for bars: what a terminal leaves beside the other columns, within reason."""
    if width is None:
        return _USUAL_BAR
    taken = max(sum(columns_of(cell.text) for cell in row) for row in table(rows))
    return max(_NARROWEST_BAR, min(_WIDEST_BAR, width - taken - 2))


def _total_ms(document: dict[str, Any]) -> float:
    """Return the time that the whole width of a bar stands for."""
    ends: list[float] = [one["start_offset_ms"] + (one["duration_ms"] or 0) for one in document["executions"]]
    return max([document["duration_ms"] or 0, *ends, 1e-6])


def _bar(execution: dict[str, Any], total_ms: float, width: int, signs: Signs) -> Cell:
    """Draw when an execution ran, to half a column; one that still runs goes on to the right edge."""
    start_ms, duration_ms = max(0, execution["start_offset_ms"]), execution["duration_ms"]
    end_ms = total_ms if duration_ms is None else start_ms + duration_ms
    # Outwards, so that no bar begins where the bar of its parent has ended.
    start = min(2 * width - 1, floor(2 * width * start_ms / total_ms))
    end = max(start + 1, min(2 * width, ceil(2 * width * end_ms / total_ms)))
    halves = [start <= half < end for half in range(2 * width)]
    drawn = {(True, True): signs.full, (True, False): signs.left, (False, True): signs.right, (False, False): " "}
    text = "".join(drawn[pair] for pair in zip(halves[::2], halves[1::2], strict=True))
    status = execution["status"]
    return Cell(pad(text, width), "blue" if status == "completed" else colour(status))
