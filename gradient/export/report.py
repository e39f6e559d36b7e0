"""A run as Markdown, to be read in a ticket or a pull request."""

import re
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

import msgspec

from gradient.analysis.brief import brief
from gradient.analysis.causes import whole_trace
from gradient.analysis.forest import Document, Execution, Forest
from gradient.analysis.notes import readable
from gradient.analysis.quantities import cost, count, duration, total_cost, total_count
from gradient.export.mermaid import mermaid
from gradient.journal.vocabulary import outcome_of

_VALUE_CHARS = 20_000
# What means something to Markdown in the middle of a line; underscores do only at the edge of a word.
_SPECIAL = re.compile(r"[\\`*\[\]<>|~]|(?<!\w)_|_(?!\w)")


def report(documents: Iterable[Document]) -> Iterator[bytes]:
    """Yield a report for each run."""
    for number, run in enumerate(documents):
        yield ("\n---\n\n" if number else "").encode() + "\n".join(_report(run)).encode() + b"\n"


def _report(run: Document) -> Iterator[str]:
    yield f"# {_sign(run)} {_plain(run['entrypoint'] or 'Run')}\n"
    yield "| | |\n|---|---|"
    for label, value in _facts(run):
        if value:
            yield f"| {label} | {value} |"
    if run["error"] is not None:
        yield f"\n## Error\n\n{_block(_failure(run['error']), 'text')}"
    for side in ("inputs", "outputs"):
        if run[side] is not None:
            yield f"\n## {side.capitalize()}\n\n{_value(run[side])}"
    if run["executions"]:
        yield "\n## What ran\n"
        yield from (f"{'  ' * depth}- {_line(execution)}" for depth, execution in Forest(run).walk())
    if run["graphs"]:
        yield f"\n## Graph\n\n{_block(mermaid(run).rstrip(), 'mermaid')}"
    told = [execution for execution in run["executions"] if _has_details(execution)]
    if told:
        yield "\n## Details"
        yield from (_details(execution) for execution in told)


def _facts(run: Document) -> Iterator[tuple[str, str]]:
    usage = run["usage"]
    yield "Status", run["status"]
    yield "Request", f"`{run['request_id']}`"
    yield "Started", run["started_at"] or "unknown"
    yield "Duration", duration(run["duration_ms"]).strip()
    given, made = (total_count(usage[part], usage) for part in ("input_tokens", "output_tokens"))
    yield "Tokens", f"{given} in, {made} out"
    yield "Cost", "" if usage["cost_usd"] is None else total_cost(usage["cost_usd"], usage)
    yield "Project", _plain(run["project"] or "")
    yield "Session", _plain(run["session_id"] or "")
    yield "Tags", ", ".join(map(_plain, run["tags"]))


def _line(execution: Execution) -> str:
    """Return an execution as an item of a list."""
    told = [execution["kind"], duration(execution["duration_ms"]).strip()]
    if execution["model"] is not None:
        told.append(_plain(execution["model"]))
    usage = execution["usage"]
    if usage is not None:
        told.append(f"{count(usage['input_tokens'])} → {count(usage['output_tokens'])} tokens")
        told += [] if usage["cost_usd"] is None else [cost(usage["cost_usd"])]
    if execution["status"] != "completed":
        told.append(f"**{execution['status']}**")
    return f"{_sign(execution)} **{_plain(execution['name'])}** {', '.join(told)}"


def _has_details(execution: Execution) -> bool:
    return any(execution[part] is not None for part in ("inputs", "outputs", "error"))


def _details(execution: Execution) -> str:
    """Return what went in and came out, folded away."""
    # Between tags Markdown means nothing, and HTML does.
    summary = f"{_sign(execution)} {escape(_printable(execution['name']))} ({escape(execution['kind'])})"
    parts = [f"\n<details><summary>{summary}</summary>\n"]
    sides = [side for side in ("inputs", "outputs") if execution[side] is not None]
    parts += [f"{side.capitalize()}:\n\n{_value(execution[side])}\n" for side in sides]
    if execution["error"] is not None:
        parts.append(f"Error:\n\n{_block(_failure(execution['error']), 'text')}\n")
    return "\n".join([*parts, "</details>"])


def _failure(error: dict[str, Any]) -> str:
    said = f"{error['type'] or 'error'}: {error['message'] or 'no message'}"
    trace = whole_trace(error)
    return said if trace is None else f"{said}\n\n{trace.rstrip()}"


def _value(value: Any) -> str:
    value = readable(value)
    if isinstance(value, str):
        return _block(value, "text")
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    return _block(text, "json") if len(text) <= _VALUE_CHARS else _block(brief(value, _VALUE_CHARS), "text")


def _block(text: str, language: str) -> str:
    """Return a fenced block; the fence is longer than any that the text has."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"


def _sign(one: Document) -> str:
    return outcome_of(one["status"]).sign


def _plain(text: str) -> str:
    """Return a text that means nothing to Markdown."""
    return _SPECIAL.sub(r"\\\g<0>", _printable(text))


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)
