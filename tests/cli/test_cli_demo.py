"""`gradient demo` records a run that is worth looking at, with nothing but itself."""

import re

import pytest

MESSAGE = """
This run was made up and recorded. To look at it:

    gradient show @last
    gradient ls

One that fails, and what is different there:

    gradient demo --error
    gradient diff @-2 @last

"""


def outline(document):
    """Return (parent's name, name, status, attempt) of each execution."""
    names = {one["execution_id"]: one["name"] for one in document["executions"]}
    return [(names.get(one["parent_id"]), one["name"], one["status"], one["attempt"]) for one in document["executions"]]


def test_the_id_goes_to_stdout_and_where_to_look_to_stderr(commands):
    done = commands.gradient("demo")

    assert (done.returncode, done.stderr) == (0, MESSAGE)
    assert re.fullmatch(r"[0-9a-f-]{36}\n", done.stdout)
    assert commands.json("show", done.stdout.strip())["status"] == "completed"


def test_quiet_prints_nothing_but_the_id(commands):
    assert commands.gradient("demo", "-q").stderr == ""


def test_it_is_an_agent_with_models_and_tools_at_the_same_time(commands):
    commands.gradient("demo")

    run = commands.json("show")

    assert (run["entrypoint"], run["project"], run["tags"], run["session_id"]) == (
        "plan_weekend", "shop", ["demo"], "weekend",
    )  # fmt: skip
    assert outline(run) == [
        (None, "planner", "completed", None),
        ("planner", "chat", "completed", None),
        (None, "research", "completed", None),
        ("research", "find_trains", "completed", None),
        ("research", "find_weather", "completed", None),
        (None, "writer", "completed", None),
        ("writer", "chat", "completed", None),
    ]
    trains, weather = run["executions"][3:5]
    assert weather["start_offset_ms"] < trains["start_offset_ms"] + trains["duration_ms"]
    assert run["usage"]["cost_usd"] == pytest.approx(0.00409)
    assert run["executions"][1]["inputs"]["messages"][0]["role"] == "system"


def test_with_an_error_a_tool_is_tried_again_and_the_run_fails(commands):
    commands.gradient("demo", "--error")

    run = commands.json("show", "@last-error")

    hotels = [(status, attempt) for _, name, status, attempt in outline(run) if name == "find_hotels"]
    assert hotels == [("error", 1), ("completed", 2)]
    assert (run["status"], run["error"]["type"]) == ("error", "TimeoutError")


@pytest.mark.parametrize("options", [[], ["--error"]])
def test_it_has_as_many_executions_as_are_wanted(commands, options):
    commands.gradient("demo", "--spans", "120", *options)

    assert commands.json("ls")["runs"][0]["executions"] == 120


def test_settings_that_would_leave_something_out_are_not_heeded(commands):
    done = commands.gradient(
        "demo",
        GRADIENT_ENABLED="0",
        GRADIENT_GRANULARITY="request",
        GRADIENT_CONTENT="none",
        GRADIENT_SAMPLE_RATE="0",
        GRADIENT_CONSOLE="debug",
    )

    run = commands.json("show")
    assert (done.stderr, len(run["executions"])) == (MESSAGE, 7)
    assert run["inputs"] == {"question": "Where can I go from Vienna by train for a weekend in May?"}


def test_the_home_that_is_given_is_used_and_named(commands, tmp_path):
    done = commands.gradient("--home", tmp_path / "other", "demo")

    assert f"gradient --home {tmp_path / 'other'} show @last\n" in done.stderr
    assert not commands.home.exists()
    assert len(commands.json("--home", tmp_path / "other", "ls")["runs"]) == 1


def test_a_home_that_cannot_be_written_is_told(commands):
    commands.home.write_text("a file")

    done = commands.gradient("demo")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("Error: The run could not be kept. `gradient doctor` tells why.\n")


def test_it_imports_no_framework(commands):
    source = """
import sys
from gradient.cli import main
main(["demo", "-q"])
print(sorted(set(sys.modules) & {"langchain_core", "langgraph", "rich"}))
"""

    assert commands.python("-c", source).stdout.splitlines()[-1] == "[]"
