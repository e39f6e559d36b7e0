"""What the commands that read the store print, to the letter: on a terminal and in a pipe.

A change that is meant: `WRITE_GOLDEN=1 pytest tests/cli/test_cli_golden_store.py`, then read the difference.
"""

import os
import time
from pathlib import Path

import pytest

from gradient.documents.times import rfc3339
from gradient.journal import JournalWriter
from gradient.journal.events import (
    FORMAT_VERSION,
    ExecutionEnded,
    ProcessStarted,
    RequestEnded,
    RequestStarted,
    Usage,
    encode_event,
)
from gradient.journal.failures import Failure

GOLDEN = Path(__file__).with_name("golden")
# Three and a half days before whichever day it is, so that ages are the same on every day.
BEGAN_S = int(time.time()) - 3 * 86_400 - 43_200
SHOWN_AS_S = 1_700_000_000
SHOWN_BYTES = "4,088 bytes"
MS = 10**6
RUNS = (1, 2, 3, 4)
SHOWN = {
    "ls": ["ls"],
    "ls-query": ["ls", "status:error", "tool:search"],
    "stats": ["stats", "--since", "1w"],
    "stats-model": ["stats", "--by", "model", "--since", "1w"],
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


def readable(text, size):
    """Return what was printed, as if the runs had begun on the day of the golden files and taken as much room."""
    for number in RUNS:
        text = text.replace(*(rfc3339((began_s + number) * 10**9) for began_s in (BEGAN_S, SHOWN_AS_S)))
    text = text.replace(f"{size:,} bytes", SHOWN_BYTES)
    return text.replace("\x1b", "␛").replace("\r\n", "\n")


@pytest.fixture
def recorded(commands):
    """Four runs of a shop's agent, two of which failed alike; gives how many bytes they take."""
    started = ProcessStarted(FORMAT_VERSION, 42, "box", "3.12.1", ["agent.py"], "shop", BEGAN_S * 10**9, 0)
    journal = JournalWriter(commands.home / "journal", lambda: encode_event(started))
    for number in RUNS:
        run(lambda event: journal.append(encode_event(event)), number, fails=number in (2, 4))
    journal.close()
    (segment,) = commands.home.rglob("*.seg")
    os.utime(segment, (BEGAN_S, BEGAN_S))
    return segment.stat().st_size


@pytest.mark.parametrize("where", ["pipe", "terminal"])
@pytest.mark.parametrize("name", SHOWN)
def test_commands_print_what_they_printed_before(commands, recorded, name, where):
    if where == "pipe":
        printed = commands.gradient(*SHOWN[name], TZ="UTC").stdout
    else:
        printed = commands.on_a_terminal(*SHOWN[name], columns=110, TZ="UTC").out
    printed = readable(printed, recorded)

    golden = GOLDEN / f"{name}.{where}.txt"
    if os.environ.get("WRITE_GOLDEN"):
        golden.write_text(printed, "utf-8")
    assert printed == golden.read_text("utf-8")
