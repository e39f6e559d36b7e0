"""A run as a whole: its outcome and its facts."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from gradient.analysis.forest import tokens_of
from gradient.cli.drawing import formats
from gradient.cli.drawing.page import Cell, Page
from gradient.cli.drawing.signs import Signs, colour
from gradient.journal.vocabulary import USAGE

_LABEL_CHARS = 10


def summary_rows(document: dict[str, Any], shown: Signs, page: Page) -> Iterator[list[Cell]]:
    """Describe a run in a few lines.

    Args:
        document: A `gradient.run/1`.
        shown: What to draw with.
        page: Where it will be printed.
    """
    status = document["status"]
    yield [
        Cell(f"{shown.mark(status)} {status}  ", f"bold {colour(status)}"),
        Cell(formats.one_line(document["entrypoint"] or "unknown entrypoint"), "bold"),
        Cell(f"  {document['request_id']}", "dim"),
    ]
    for label, value in _facts(document, shown, page):
        if value:
            yield [Cell(f"  {label:<{_LABEL_CHARS}}", "dim"), Cell(value)]


def _facts(document: dict[str, Any], shown: Signs, page: Page) -> Iterator[tuple[str, str]]:
    """Yield what is known about the run as a whole; what is not known is empty."""
    age = formats.age(document["started_at"], datetime.now(timezone.utc))
    yield "started", formats.local_time(document["started_at"]) + (f", {age} ago" if page.terminal else "")
    yield "duration", formats.duration(document["duration_ms"], ascii_only=shown.ascii_only).strip()
    yield "executed", _counts(document)
    usage = document["usage"]
    yield "tokens", _tokens(usage, ascii_only=shown.ascii_only)
    usd = usage["cost_usd"]
    yield "cost", "" if usd is None else formats.total_cost(usd, usage, ascii_only=shown.ascii_only)
    yield "missing", _missing(document)
    yield "session", formats.one_line(document["session_id"] or "")
    yield "user", formats.one_line(document["user_id"] or "")
    yield "tags", ", ".join(map(formats.one_line, document["tags"]))
    for link in document["links"]:
        yield "link", formats.one_line(f"{str(link['relation']).replace('_', ' ')} {link['request_id']}")
    yield "lost", _loss(document["loss"])


def _counts(document: dict[str, Any]) -> str:
    """Say how many executions of which kinds there are."""
    kinds = Counter(execution["kind"] for execution in document["executions"])
    return (
        ", ".join(f"{number:,} {formats.one_line(kind)}" for kind, number in kinds.most_common()) or "nothing recorded"
    )


def _missing(document: dict[str, Any]) -> str:
    """Say which calls the sums lack, and why; empty where there is no sum that could be taken for the whole."""
    usage = document["usage"]
    missing: dict[str, int] = usage.get("missing") or {}
    if not missing or (usage["cost_usd"] is None and not missing["tokens"]) or tokens_of(usage) is None:
        return ""
    untold, unpriced = missing["tokens"], missing["cost"] - missing["tokens"]
    parts = [("the tokens and cost of", untold), ("the cost of", unpriced)]
    told = ", ".join(f"{what} {formats.counted(number, 'call')}" for what, number in parts if number)
    usages = [execution["usage"] for execution in document["executions"] if execution["usage"]]
    whys = dict.fromkeys(one["missing"]["why"] for one in usages if one.get("missing"))
    return told + (f" ({formats.one_line('; '.join(whys))})" if whys else "")


def _tokens(usage: dict[str, Any], *, ascii_only: bool) -> str:
    parts = {amount.label: usage[amount.name] for amount in USAGE.values() if amount.label}
    return ", ".join(
        f"{formats.total_count(number, usage, ascii_only=ascii_only)} {part}"
        for part, number in parts.items()
        if number or (number == 0 and part == "out")
    )


def _loss(loss: dict[str, int]) -> str:
    parts = {
        "events not recorded": loss["dropped"],
        "values cut": loss["truncated"],
        "events of its process, of this run or of others": loss.get("process", 0),
    }
    return ", ".join(f"{number:,} {part}" for part, number in parts.items() if number)
