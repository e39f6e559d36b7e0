"""`gradient completion` makes shells complete commands, options and runs."""

import shutil
import subprocess

import pytest


def completed(commands, *words):
    """Return what bash would offer for the last of the words."""
    done = commands.gradient(
        _GRADIENT_COMPLETE="bash_complete",
        COMP_WORDS=" ".join(["gradient", *words]),
        COMP_CWORD=str(len(words)),
    )
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(commands, shell):
    done = commands.gradient("completion", shell)

    assert done.returncode == 0
    assert "_GRADIENT_COMPLETE" in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_accepts_its_script(commands, shell):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")

    script = commands.gradient("completion", shell).stdout

    subprocess.run([shell, "-n"], input=script, text=True, check=True)


def test_the_shell_need_not_be_named_where_it_is_the_users_own(commands):
    named = commands.gradient("completion", "fish")

    assert commands.gradient("completion", SHELL="/usr/bin/fish").stdout == named.stdout


@pytest.mark.parametrize(("arguments", "shell"), [([], ""), ([], "/bin/tcsh"), (["tcsh"], "/bin/bash")])
def test_a_shell_that_is_not_known_is_wrong_usage(commands, arguments, shell):
    done = commands.gradient("completion", *arguments, SHELL=shell)

    assert (done.returncode, done.stdout) == (2, "")
    assert "bash" in done.stderr


def test_commands_are_completed(commands):
    assert completed(commands, "sho") == ["show"]
    assert "ls" in completed(commands, "")


def test_options_are_completed(commands):
    assert "--json" in completed(commands, "show", "--")


def test_names_of_settings_are_completed(commands):
    assert completed(commands, "config", "set", "max_i") == ["max_items"]


def test_runs_are_completed_by_place_and_by_id(commands):
    commands.agent("fine", "bad")
    newest, oldest = (run["request_id"] for run in commands.json("ls")["runs"])

    assert completed(commands, "show", "") == ["@last", "@last-error", "@-2", newest, oldest]
    assert completed(commands, "show", "@l") == ["@last", "@last-error"]
    assert completed(commands, "show", oldest[:6]) == [oldest]


def test_a_home_that_cannot_be_read_completes_to_places_without_a_complaint(commands):
    commands.home.mkdir()
    (commands.home / "journal").write_text("a file")

    assert completed(commands, "show", "@last-") == ["@last-error"]
