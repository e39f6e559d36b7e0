"""A run may come from a file or from stdin wherever a command takes a reference."""

import json
import subprocess
import sys

import pytest


def fed(commands, data, *arguments):
    """Run a command with something on its stdin."""
    return subprocess.run(
        [sys.executable, "-m", "gradient.cli", *arguments],
        cwd=commands.folder,
        env=commands.environment,
        input=data,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def exported(commands):
    """The file of one run."""
    commands.agent("fine")
    commands.gradient("export", "@last", "-o", "run.json")
    return commands.folder / "run.json"


def test_a_file_is_shown_as_its_run_is(commands, exported):
    assert commands.gradient("show", "run.json").stdout == commands.gradient("show", "@last").stdout
    assert json.loads(commands.gradient("show", "./run.json", "--json").stdout) == json.loads(exported.read_text())


def test_stdin_is_read_for_a_dash(commands, exported):
    done = fed(commands, exported.read_text(), "show", "-")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == commands.gradient("show", "@last").stdout


def test_commands_can_be_piped_into_each_other(commands, exported):
    one = commands.gradient("export", "@last", "--format", "jsonl").stdout

    done = fed(commands, one * 2, "export", "-", "--format", "jsonl")

    assert done.stdout == one * 2


def test_a_file_is_compared_with_a_run_of_the_store(commands, exported):
    commands.agent("bad")

    done = commands.gradient("diff", "run.json", "@last", "--fail-on", "error")

    assert done.returncode == 1
    assert "First divergence  the request  request\n  inputs, at question\n" in done.stdout


def test_a_file_needs_no_home(commands, exported):
    done = commands.gradient("--home", "/nowhere/at/all", "show", "run.json")

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("name", "data", "code", "said"),
    [
        ("none.json", None, 3, "Error: There is no file none.json.\n"),
        ("empty.json", "", 4, "Error: Cannot read a run from empty.json: it is empty.\n"),
        ("text.jsonl", "hello", 4, "Error: Cannot read a run from text.jsonl: JSON is malformed"),
        ("ls.json", '{"schema": "gradient.ls/1"}', 4, "it is gradient.ls/1, not gradient.run/1.\n"),
        ("new.json", '{"schema": "gradient.run/7"}', 4, "Upgrade gradient-runtime to read it.\n"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_what_to_do(commands, name, data, code, said):
    if data is not None:
        commands.script(name, data)

    done = commands.gradient("show", name)

    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 2


def test_a_folder_is_no_run(commands):
    (commands.folder / "runs.json").mkdir()

    done = commands.gradient("show", "runs.json")

    assert (done.returncode, done.stdout) == (4, "")
    assert "Cannot read runs.json: Is a directory." in done.stderr


def test_where_one_run_is_wanted_a_file_of_several_is_refused(commands, exported):
    lines = commands.gradient("export", "@last", "@last", "--format", "jsonl").stdout
    commands.script("two.jsonl", lines)

    done = commands.gradient("show", "two.jsonl")

    assert done.returncode == 2
    assert "two.jsonl holds 2 runs, and one is wanted." in done.stderr


def test_a_file_of_two_runs_is_not_compared_with_a_third(commands, exported):
    commands.script("two.jsonl", commands.gradient("export", "@last", "@last", "--format", "jsonl").stdout)

    done = commands.gradient("diff", "two.jsonl", "run.json")

    assert done.returncode == 2
    assert "two.jsonl and run.json hold 3 runs, and two are compared." in done.stderr


@pytest.mark.parametrize("arguments", [["diff", "-", "-"], ["export", "-", "-"]])
def test_stdin_can_be_read_once(commands, exported, arguments):
    done = fed(commands, exported.read_text(), *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert "Stdin can be read once." in done.stderr
