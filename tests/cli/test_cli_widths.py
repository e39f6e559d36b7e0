"""Whatever a terminal's width, a number is shown whole or left out: half of one would be another number."""

import io
import random
import re
import sys
import time

import pytest

from gradient.cli import main
from gradient.cli.drawing.page import columns_of, cut_to
from gradient.runtime import RuntimeManager
from gradient.runtime.clock import Clock
from gradient.runtime.manager import set_runtime_manager
from gradient.sdk import annotate, entrypoint, step

NUMBER = re.compile(r"[$\d][\d.,]*\d|\d")
WIDE = 1_000
COMMANDS = {
    "ls": ["ls", "--all-projects"],
    "stats": ["stats", "--all-projects"],
    "stats by model": ["stats", "--all-projects", "--by", "model"],
    "show": ["show", "@last"],
    "show io": ["show", "@last", "--io", "short"],
    "show state": ["show", "@last", "--state"],
    "errors": ["errors", "--all-projects"],
    "diff": ["diff", "@-2", "@last", "--io"],
}


class Terminal(io.StringIO):
    """Somebody looks at it."""

    def isatty(self):
        return True


@pytest.fixture
def runtime(nothing_is_left):
    """The process's manager, three and a half days ago: ages do not change while they are looked at."""
    manager = RuntimeManager(clock=Clock(wall_ns=lambda: time.time_ns() - 84 * 3_600 * 10**9))
    set_runtime_manager(manager)
    return manager


@pytest.fixture
def shown(runtime, home):
    """Return a function that gives what a command shows on a terminal of a width."""

    @entrypoint
    def an_agent_with_a_long_name(question):
        with step("LangGraph", kind="graph"), step("plan the whole journey", kind="node", inputs={"n": 123456}) as plan:
            annotate("looked at 48151623 pages", pages=48_151_623)
            plan.outputs = [1234567890123] * question
            for number in range(question):
                with step(f"model-{number}", kind="llm") as call:
                    call.set_usage(input_tokens=120_423 * question, output_tokens=3_118, cost_usd=0.0041 * question,
                                   model="gpt-4o-2024-08-06")  # fmt: skip
            if question > 2:
                raise ValueError("card 4242 4242 declined after 17.25 s")

    for question in (1, 2, 3):
        try:
            an_agent_with_a_long_name(question)
        except ValueError:
            pass

    def show(words, columns):
        screen = Terminal()
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(sys, "stdout", screen)
            patched.setenv("COLUMNS", str(columns))
            patched.setenv("NO_COLOR", "1")
            assert main(["--home", str(home), *words]) == 0
        return screen.getvalue()

    return show


@pytest.mark.parametrize("command", COMMANDS)
def test_no_number_is_ever_cut(shown, command):
    chance = random.Random(command)
    known = set(NUMBER.findall(shown(COMMANDS[command], WIDE)))
    widths = [40, 41, 79, 80, 81, 100, *chance.sample(range(42, 201), 6)]

    cut = {
        (width, number): line
        for width in widths
        for line in shown(COMMANDS[command], width).splitlines()
        for number in NUMBER.findall(line)
        if number not in known
    }

    assert cut == {}


@pytest.mark.parametrize("command", ["ls", "stats"])
def test_no_row_of_a_table_is_longer_than_the_terminal(shown, command):
    lines = {width: shown(COMMANDS[command], width).splitlines() for width in (30, 40, 60, 80)}

    assert [(width, line) for width, some in lines.items() for line in some if columns_of(line) > width] == []


def test_where_there_is_room_every_column_is_shown(shown):
    (heading, *_) = shown(COMMANDS["ls"], 120).splitlines()

    assert heading.split() == ["STATUS", "ID", "ENTRYPOINT", "PROJECT", "AGE", "TOOK", "EXECS", "ERR", "TOKENS", "COST"]


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("cost $0.0041", 9, "cost …"), ("took 12.5 ms in all", 9, "took …"), ("1,204 → 311 tokens", 9, "1,204 → …"),
        ("grew +25.0%", 9, "grew …"), ("4m 05s", 5, "…"), ("日本 1234", 8, "日本 …"),
        ("no number here", 9, "no numbe…"), ("12", 0, ""), ("12", 1, "…"),
    ],
)  # fmt: skip
def test_a_text_is_cut_before_the_number_at_the_edge(text, width, shown):
    assert cut_to(text, width) == shown
