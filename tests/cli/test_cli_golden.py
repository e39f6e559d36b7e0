"""What commands print, to the letter: on a terminal and in a pipe.

A change that is meant: `WRITE_GOLDEN=1 pytest tests/cli/test_cli_golden.py`, then read the difference.
"""

import os
import re
from pathlib import Path

import msgspec
import pytest
from support.studio import Studio

GOLDEN = Path(__file__).with_name("golden")
TOPOLOGY = {
    "graph_id": "g1",
    "name": "shop",
    "nodes": [{"id": name} for name in ("__start__", "planner", "search", "writer", "team:ask", "__end__")],
    "edges": [
        {"source": "__start__", "target": "planner", "conditional": False},
        {"source": "planner", "target": "search", "conditional": True},
        {"source": "planner", "target": "team:ask", "conditional": True},
        {"source": "search", "target": "writer", "conditional": False},
        {"source": "team:ask", "target": "__end__", "conditional": False},
        {"source": "writer", "target": "__end__", "conditional": False},
    ],
}
SHOWN = {
    "show": ["show", "fails.json"],
    "show-io": ["show", "fails.json", "--only", "llm", "--io", "short"],
    "show-io-full": ["show", "fine.json", "--depth", "2", "--io", "full"],
    "show-state": ["show", "fine.json", "--state"],
    "show-graph": ["show", "fails.json", "--graph"],
    "show-graph-mermaid": ["show", "fails.json", "--graph", "mermaid"],
    "diff": ["diff", "fine.json", "fails.json"],
    "diff-io": ["diff", "fine.json", "fails.json", "--io"],
    "diff-same": ["diff", "fine.json", "fine.json"],
    "check": [
        "check",
        "fails.json",
        "--no-error",
        "--max-tokens",
        "2k",
        "--path",
        "planner,...",
        "--calls",
        "search=2",
    ],
    "export-md": ["export", "fails.json", "--format", "md"],
    "export-csv": ["export", "fine.json", "--format", "csv", "--no-io"],
}


STACK = '  File "/shop/agent.py", line 17, in writer\n    raise ValueError("no stock")\n'


def readable(text):
    """Return what was printed, without what differs from day to day."""
    return re.sub(r", \d+ \w+ ago", ", AGE ago", text.replace("\x1b", "␛").replace("\r\n", "\n"))


@pytest.fixture
def files(commands, nothing_is_left, read_runs):
    """Two runs of a shop's agent: one that answers, and one that looks twice and fails."""
    studio = Studio(read_runs)
    runs = {"fine": studio.shop(), "fails": studio.shop(found="a red lamp", tokens=1_390, searches=2, fails=True)}
    for name, run in runs.items():
        run["graphs"] = [TOPOLOGY]
        run["executions"][0]["metadata"] = {"graph_id": "g1"}
        run["project"] = "shop"
        for one in (run, *run["executions"]):
            if one["error"]:
                one["error"]["stacktrace"] = STACK
            if one.get("name") == "search":
                one["kind"] = "node"
        commands.script(f"{name}.json", msgspec.json.encode(run).decode())


@pytest.mark.parametrize("where", ["pipe", "terminal"])
@pytest.mark.parametrize("name", SHOWN)
def test_commands_print_what_they_printed_before(commands, files, name, where):
    if where == "pipe":
        printed = commands.gradient(*SHOWN[name], TZ="UTC").stdout
    else:
        printed = commands.on_a_terminal(*SHOWN[name], columns=90, TZ="UTC").out
    printed = readable(printed)

    golden = GOLDEN / f"{name}.{where}.txt"
    if os.environ.get("WRITE_GOLDEN"):
        golden.write_text(printed, "utf-8")
    assert printed == golden.read_text("utf-8")
