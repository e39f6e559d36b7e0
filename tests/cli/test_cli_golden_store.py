"""What the commands that read the store print, to the letter: on a terminal and in a pipe.

A change that is meant: `WRITE_GOLDEN=1 pytest tests/cli/test_cli_golden_store.py`, then read the difference.
"""

import os
import re
from pathlib import Path

import pytest

from gradient.journal import JournalWriter
from gradient.journal.events import (
    FORMAT_VERSION,
    ExecutionEnded,
    Failure,
    ProcessStarted,
    RequestEnded,
    RequestStarted,
    Usage,
    encode_event,
)

GOLDEN = Path(__file__).with_name("golden")
BEGAN_S = 1_700_000_000
MS = 10**6
SHOWN = {
    "ls": ["ls"],
    "ls-query": ["ls", "status:error", "tool:search"],
    "stats": ["stats", "--since", "4000w"],
    "stats-model": ["stats", "--by", "model", "--since", "4000w"],
    "errors": ["errors"],
    "prune": ["prune", "--older-than", "1h", "--dry-run"],
}


def run(writer, number, *, fails):
    """Write a run with a planner, a model and a search."""
    key, at, wall = bytes([number]) * 16, number * 1_000 * MS, (BEGAN_S + number) * 10**9
    error = Failure("ValueError", f"no stock of item {number}") if fails else None
    status = "error" if fails else "completed"
    writer(RequestStarted(key, at, wall, "shop_agent", key))
    ends = at + 800 * MS
    spent = Usage(1_200, 310, 0, None, None, 0.0041)
    for own, name, kind, more in (
        (1, "planner", "node", {}),
        (2, "chat", "llm", {"model": "gpt-4o", "provider": "openai", "usage": spent}),
        (3, "search", "tool", {"error": error}),
    ):
        outcome = status if name == "search" else "completed"
        ended = at + own * 200 * MS
        writer(ExecutionEnded(key, own, 0, ended, at, name, kind, "custom", f"{kind}_{name}", outcome, **more))
    writer(RequestEnded(key, ends, at, wall, "shop_agent", key, status, error, outputs="an answer"))


@pytest.fixture
def recorded(commands):
    """Four runs of a shop's agent, two of which failed alike."""
    started = ProcessStarted(FORMAT_VERSION, 42, "box", "3.12.1", ["agent.py"], "shop", BEGAN_S * 10**9, 0)
    journal = JournalWriter(commands.home / "journal", lambda: encode_event(started))
    for number in (1, 2, 3, 4):
        run(lambda event: journal.append(encode_event(event)), number, fails=number in (2, 4))
    journal.close()
    for segment in commands.home.rglob("*.seg"):
        os.utime(segment, (BEGAN_S, BEGAN_S))


@pytest.mark.parametrize("where", ["pipe", "terminal"])
@pytest.mark.parametrize("name", SHOWN)
def test_commands_print_what_they_printed_before(commands, recorded, name, where):
    if where == "pipe":
        printed = commands.gradient(*SHOWN[name], TZ="UTC").stdout
    else:
        printed = commands.on_a_terminal(*SHOWN[name], columns=110, TZ="UTC").out
    printed = re.sub(r"\b\d{3,4} d\b", "AGE d", printed.replace("\x1b", "␛").replace("\r\n", "\n"))

    golden = GOLDEN / f"{name}.{where}.txt"
    if os.environ.get("WRITE_GOLDEN"):
        golden.write_text(printed, "utf-8")
    assert printed == golden.read_text("utf-8")
