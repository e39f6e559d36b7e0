"""The tree of a run: one line for each execution, with a bar that shows when it ran."""

from collections.abc import Iterator, Sequence
from math import ceil, floor
from typing import Any, NamedTuple

from gradient.cli.drawing import formats
from gradient.cli.drawing.branches import leads
from gradient.cli.drawing.page import Cell, columns_of, cut_to, pad, table
from gradient.cli.drawing.payloads import payload_rows
from gradient.cli.drawing.selection import WHOLE, Branch, TreeOptions, branches, merged
from gradient.cli.drawing.signs import Signs, colour
from gradient.journal.vocabulary import kind_of

MOST_LINES = 200
_BAR = 5
_ROOMY = 80
_WIDEST_BAR, _NARROWEST_BAR, _USUAL_BAR = 40, 10, 24


class _Line(NamedTuple):
    """A branch, what is drawn before its name, and what is drawn before lines that belong to it."""

    lead: str
    below: str
    branch: Branch


def tree_rows(
    document: dict[str, Any], signs: Signs, width: int | None, options: TreeOptions = WHOLE
) -> list[list[Cell]]:
    """Draw the executions of a run, in the order of the tree.

    Args:
        document: A `gradient.run/1`.
        signs: What to draw with.
        width: Columns there are, or None for as many as it takes.
        options: Which part of the tree.
    """
    lines = list(_lines(branches(document, options, MOST_LINES), signs))
    drawn = _drawn(document, lines, signs, width) if lines else []
    rows = [drawn[0]] if width is not None and lines else []
    for line, row in zip(lines, drawn[1:], strict=True):
        rows.append(row)
        if options.io != "none" and line.branch.is_asked_for and len(line.branch.executions) == 1:
            (execution,) = line.branch.executions
            rows += map(list, payload_rows(execution, line.below, width, full=options.io == "full"))
    shown = sum(len(line.branch.executions) for line in lines)
    if hidden := len(document["executions"]) - shown:
        others = "more" if len(lines) == MOST_LINES else "other"
        which = f"{hidden:,} {others} executions are" if hidden > 1 else f"1 {others} execution is"
        rows.append([Cell(f"{signs.ellipsis} {which} not shown; --json has all of them.", "dim")])
    if shown > len(lines):
        told = f"{signs.ellipsis} {shown:,} executions on {len(lines):,} lines: those of a name are folded."
        rows.append([Cell(told, "dim")])
    return rows


def _lines(shown: Sequence[Branch], signs: Signs) -> Iterator[_Line]:
    drawn = leads([branch.depth for branch in shown], signs, MOST_LINES)
    for number, (lead, branch) in enumerate(zip(drawn, shown, strict=False)):
        has_children = number + 1 < len(shown) and shown[number + 1].depth > branch.depth
        own = lead.replace(signs.branch, signs.pipe).replace(signs.last, signs.blank)
        # As far as the name: below the sign of the status and its gap.
        yield _Line(lead, f"   {own}{signs.pipe if has_children else signs.blank}", branch)


def _drawn(document: dict[str, Any], lines: Sequence[_Line], signs: Signs, width: int | None) -> list[list[Cell]]:
    """Return a heading that tells what the bars stand for, and a row for each line."""
    # Where there is little room, the bars say more.
    has_room = width is None or width >= _ROOMY
    many_frameworks = has_room and len({line.branch.executions[0]["framework"] for line in lines}) > 1
    name_chars = None if width is None else width // 2
    rows = [_row(line, signs, name_chars, framework=many_frameworks) for line in lines]
    bar_width = _bar_width(rows, width)
    total_ms = _total_ms(document)
    for row, line in zip(rows, lines, strict=True):
        row[_BAR] = _bar(line.branch.executions, total_ms, bar_width, signs)
    end = formats.duration(total_ms, ascii_only=signs.ascii_only).strip()
    scale = f"0{end:>{bar_width - 1}}" if len(end) < bar_width else ""
    heading = [Cell(""), Cell(""), Cell(""), Cell(""), Cell(""), Cell(scale, "dim"), Cell("")]
    return table([heading, *rows], right=(4,))


def _row(line: _Line, signs: Signs, name_chars: int | None, *, framework: bool) -> list[Cell]:
    branch = line.branch
    execution = merged(branch.executions)
    status, kind = execution["status"], execution["kind"]
    times = f" x{len(branch.executions):,}" if len(branch.executions) > 1 else ""
    name = f"{line.lead}{formats.name_of(execution['name'])}{times}"
    notes = [*_notes(execution, signs), *_usual(branch, signs)]
    return [
        Cell(signs.mark(status), colour(status)),
        Cell(name if name_chars is None else cut_to(name, name_chars), "" if branch.is_asked_for else "dim"),
        Cell(formats.one_line(kind), kind_of(kind).colour or "dim"),
        Cell(formats.one_line(execution["framework"]) if framework else "", "dim"),
        Cell(formats.duration(execution["duration_ms"], ascii_only=signs.ascii_only)),
        Cell(""),
        Cell(f" {signs.dot} ".join(notes), "dim" if status == "completed" else colour(status)),
    ]


def _usual(branch: Branch, signs: Signs) -> Iterator[str]:
    """Yield how long one of several took."""
    if len(branch.executions) > 1:
        yield f"median {formats.duration(branch.median_ms, ascii_only=signs.ascii_only).strip()}"


def _notes(execution: dict[str, Any], signs: Signs) -> Iterator[str]:
    """Yield what is worth knowing of an execution beside its time."""
    if execution["status"] != "completed":
        kind = None if execution["error"] is None else execution["error"]["type"]
        yield formats.one_line(kind or execution["status"]).rpartition(".")[2]
    if (execution["attempt"] or 1) > 1:
        yield f"attempt {execution['attempt']}"
    if execution["cached"]:
        yield "cached"
    if execution["metadata"].get("incomplete"):
        yield "incomplete"
    if execution["kind"] == "llm" and execution["model"] not in (None, execution["name"]):
        yield formats.one_line(execution["model"])
    if usage := execution["usage"]:
        tokens = f"{formats.count(usage['input_tokens'])} {signs.arrow} {formats.count(usage['output_tokens'])} tokens"
        if usage["input_tokens"] is not None or usage["output_tokens"] is not None:
            yield tokens
        if usage["cost_usd"] is not None:
            yield formats.total_cost(usage["cost_usd"], usage, ascii_only=signs.ascii_only)
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


def _bar(executions: Sequence[dict[str, Any]], total_ms: float, width: int, signs: Signs) -> Cell:
    """Draw when executions ran, to half a column; what still runs goes on to the right edge."""
    halves = [False] * (2 * width)
    for execution in executions:
        start_ms, duration_ms = max(0, execution["start_offset_ms"]), execution["duration_ms"]
        end_ms = total_ms if duration_ms is None else start_ms + duration_ms
        # Outwards, so that no bar begins where the bar of its parent has ended.
        start = min(2 * width - 1, floor(2 * width * start_ms / total_ms))
        end = max(start + 1, min(2 * width, ceil(2 * width * end_ms / total_ms)))
        halves[start:end] = [True] * (end - start)
    drawn = {(True, True): signs.full, (True, False): signs.left, (False, True): signs.right, (False, False): " "}
    text = "".join(drawn[pair] for pair in zip(halves[::2], halves[1::2], strict=True))
    status, kind = executions[0]["status"], executions[0]["kind"]
    return Cell(pad(text, width), kind_of(kind).bar if status == "completed" else colour(status))
