"""What holds for every command: help, options, colour, pages, JSON fields."""

import json
import re

import pytest

from gradient.cli import gradient as command
from gradient.cli.drawing.page import wants_colour

COMMANDS = command.list_commands(None)


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_which_is_data(commands, name, option):
    done = commands.gradient(name, option)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: gradient {name} ")


def test_every_command_is_in_the_help_in_the_order_of_the_alphabet(commands):
    listed = re.findall(r"^  (\w+)  +[A-Z].*\.$", commands.gradient("--help").stdout, re.MULTILINE)

    assert listed == sorted(COMMANDS)


def test_help_imports_no_command_and_nothing_that_takes_long(commands):
    source = """
import sys
from gradient.cli import main
main(["--help"])
slow = {"asyncio", "gradient.cli.commands.ls", "gradient.runtime", "gradient.store", "msgspec", "rich"}
print(sorted(set(sys.modules) & slow))
"""

    assert commands.python("-c", source).stdout.splitlines()[-1] == "[]"


def test_list_is_another_name_of_ls(commands):
    commands.agent("fine")

    assert commands.gradient("list", "--json").stdout == commands.gradient("ls", "--json").stdout


def test_options_of_the_whole_command_may_stand_behind_a_commands_name(commands, tmp_path):
    commands.agent("fine")

    there = commands.gradient("ls", "--home", tmp_path / "home", "--color", "always", GRADIENT_HOME="nowhere")

    assert "\x1b[" in there.stdout
    assert "shop_agent" in there.stdout


def test_what_follows_a_script_is_the_scripts(commands):
    script = commands.script("who.py", "import sys; print(sys.argv[1:])")

    assert commands.gradient("run", script, "--color", "never", "-q").stdout == "['--color', 'never', '-q']\n"


def test_quiet_leaves_results_and_errors(commands):
    nothing = commands.gradient("ls", "-q")
    wrong = commands.gradient("-q", "lss")

    assert (nothing.returncode, nothing.stdout, nothing.stderr) == (0, "", "")
    assert "Did you mean 'ls'?" in wrong.stderr


# ── colour ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("environment", "on_a_terminal", "in_a_pipe"),
    [
        ({}, True, False),
        ({"TERM": "dumb"}, False, False),
        ({"CLICOLOR": "0"}, False, False),
        ({"CLICOLOR": "1"}, True, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"CLICOLOR_FORCE": "1", "TERM": "dumb"}, True, True),
        ({"CI": "true"}, True, False),
    ],
)
def test_the_environment_decides_about_colour(environment, on_a_terminal, in_a_pipe):
    assert wants_colour(environment, terminal=True) is on_a_terminal
    assert wants_colour(environment, terminal=False) is in_a_pipe


@pytest.mark.parametrize(("wanted", "coloured"), [("always", True), ("never", False)])
def test_an_option_wins_over_the_environment_and_the_terminal(commands, wanted, coloured):
    piped = commands.gradient("config", "show", "--color", wanted, NO_COLOR="1").stdout
    seen = commands.on_a_terminal("--color", wanted, "config", "show", TERM="dumb").out

    assert ("\x1b[" in piped, "\x1b[" in seen) == (coloured, coloured)


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────

PAGER = "sed s/^/|/"


def test_on_a_terminal_with_a_keyboard_output_goes_through_the_pager(commands):
    shown = commands.on_a_terminal("config", "show", keyboard=True, GRADIENT_PAGER=PAGER, PAGER="false")

    assert (shown.err, shown.code) == ("", 0)
    assert [line[0] for line in shown.out.splitlines()] == ["|"] * len(shown.out.splitlines())
    assert "\x1b[" in shown.out


@pytest.mark.parametrize(
    ("options", "environment"),
    [
        (["--no-pager"], {"GRADIENT_PAGER": PAGER}),
        ([], {"GRADIENT_PAGER": PAGER, "CI": "true"}),
        ([], {"GRADIENT_PAGER": "", "PAGER": PAGER}),
        ([], {"PAGER": "cat"}),
        ([], {"PAGER": "no-such-pager-anywhere"}),
    ],
)
def test_the_pager_can_be_left_out(commands, options, environment):
    shown = commands.on_a_terminal("config", "show", *options, keyboard=True, **environment)

    assert (shown.err, shown.code) == ("", 0)
    assert "max_items" in shown.out
    assert "|" not in shown.out


def test_in_a_pipe_there_is_no_pager(commands):
    assert not commands.gradient("config", "show", GRADIENT_PAGER=PAGER).stdout.startswith("|")


def test_whoever_leaves_the_pager_early_hears_no_complaint(commands):
    shown = commands.on_a_terminal("config", "show", keyboard=True, GRADIENT_PAGER="head -n 1", NO_COLOR="1")

    assert (shown.out.split(), shown.err, shown.code) == (["SETTING", "VALUE", "FROM"], "", 0)


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_json_fields_are_picked_from_each_row_of_a_list(commands):
    commands.agent("fine", "bad")

    done = commands.gradient("ls", "--json=status, project")

    assert json.loads(done.stdout) == {
        "schema": "gradient.ls/1",
        "runs": [{"status": "error", "project": "shop"}, {"status": "completed", "project": "shop"}],
    }


def test_json_fields_are_picked_from_a_single_document(commands):
    commands.agent("fine")

    done = commands.gradient("show", "--json=status", "@last")

    assert json.loads(done.stdout) == {"schema": "gradient.run/1", "status": "completed"}


def test_what_follows_json_is_no_field(commands):
    commands.agent("fine", "bad")

    assert json.loads(commands.gradient("show", "--json", "@-2").stdout)["status"] == "completed"


def test_a_field_that_there_is_not_is_wrong_usage(commands):
    commands.agent("fine")

    done = commands.gradient("ls", "--json=statuses")

    assert (done.returncode, done.stdout) == (2, "")
    assert "There is no field 'statuses'. Did you mean 'status'?" in done.stderr
