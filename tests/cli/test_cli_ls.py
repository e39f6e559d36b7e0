"""`gradient ls` lists the newest runs, and the command says clearly what is wrong."""

import re

import pytest


def test_the_newest_runs_stand_on_top(commands):
    commands.agent("fine", "bad")

    done = commands.gradient("ls")
    heading, first, second = done.stdout.splitlines()

    assert (done.returncode, done.stderr) == (0, "")
    assert heading.split() == ["STATUS", "ID", "ENTRYPOINT", "STARTED", "TOOK", "EXECS", "ERR", "TOKENS", "COST"]
    row = r"{} +[0-9a-f]{{8}}  shop_agent  \S+Z  +[\d.]+ (µs|ms|s) +5 +{}   1,515  \$0.0041"
    assert re.fullmatch(row.format("✗ error", 2), first)
    assert re.fullmatch(row.format("✓ completed", 1), second)


def test_n_limits_the_list(commands):
    commands.agent("1", "2", "3")

    assert len(commands.json("ls", "-n", "2")["runs"]) == 2
    assert len(commands.gradient("ls", "-n", "1").stdout.splitlines()) == 2


def test_json_is_the_documented_list(commands):
    commands.agent("bad")

    listing = commands.json("ls")
    (run,) = listing["runs"]

    assert listing["schema"] == "gradient.ls/1"
    assert (run["status"], run["executions"], run["errors"], run["project"]) == ("error", 5, 2, "shop")
    assert run["usage"]["input_tokens"] == 1204


def test_other_projects_are_listed_only_when_asked_for(commands):
    commands.agent("fine")
    elsewhere = {"GRADIENT_PROJECT": "bank"}

    nothing = commands.gradient("ls", **elsewhere)
    everything = commands.gradient("ls", "--all-projects", **elsewhere)

    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert nothing.stderr == "No runs of the project bank yet; 1 of others: gradient ls --all-projects\n"
    assert "PROJECT" in everything.stdout
    assert " shop " in everything.stdout


def test_the_project_is_the_one_of_the_nearest_pyproject(commands):
    commands.agent("fine")
    commands.script("pyproject.toml", "[project]\nname = 'bakery'\n")
    commands.agent("fine")

    assert [run["project"] for run in commands.json("ls")["runs"]] == ["bakery"]


def test_a_run_that_was_not_sampled_is_left_out(commands):
    commands.environment["GRADIENT_SAMPLE_RATE"] = "0"
    commands.agent("fine", "bad")

    assert [run["status"] for run in commands.json("ls")["runs"]] == ["error"]


def test_where_nothing_was_recorded_it_says_how_to_begin(commands):
    done = commands.gradient("ls")

    assert (done.returncode, done.stdout) == (0, "")
    assert f"No runs in {commands.home} yet" in done.stderr
    assert "gradient run" in done.stderr


def test_where_nothing_was_recorded_the_json_list_is_empty(commands):
    done = commands.gradient("ls", "--json")

    assert re.sub(r"\s", "", done.stdout) == '{"schema":"gradient.ls/1","runs":[]}'
    assert done.returncode == 0


def test_where_nothing_was_recorded_show_finds_nothing(commands):
    done = commands.gradient("show")

    assert (done.returncode, done.stdout) == (3, "")
    assert "gradient run" in done.stderr


def test_home_can_be_given(commands, tmp_path):
    commands.agent("fine")
    del commands.environment["GRADIENT_HOME"]

    assert len(commands.json("--home", tmp_path / "home", "ls")["runs"]) == 1


@pytest.mark.parametrize(
    ("reference", "code", "told"),
    [
        ("ffffffff", 3, "No run is 'ffffffff'.\nNearest: "),
        ("@-9", 3, "No run in the project shop is '@-9'."),
        ("abc", 2, "at least 4 characters"),
        ("@first", 2, "@last-error"),
    ],
)
def test_a_reference_to_nothing_is_told_with_what_to_do(commands, reference, code, told):
    commands.agent("fine")

    done = commands.gradient("show", reference)

    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr


def test_a_home_that_cannot_be_read_is_told(commands):
    commands.home.mkdir()
    (commands.home / "journal").write_text("a file")

    done = commands.gradient("ls")

    assert (done.returncode, done.stdout) == (4, "")
    assert "Cannot read the journals" in done.stderr


def test_damage_is_told_and_the_rest_is_shown(commands):
    commands.agent("fine")
    (segment,) = (commands.home / "journal").glob("*/*.seg")
    segment.write_bytes(segment.read_bytes().replace(b"planner", b"plXnner", 1))

    done = commands.gradient("show")

    assert done.returncode == 0
    assert "✓ completed  shop_agent" in done.stdout
    assert done.stderr == "gradient: 1 damaged frame was skipped.\n"


def test_a_setting_that_does_not_exist_is_told_and_does_not_stop_us(commands):
    commands.agent("fine")

    done = commands.gradient("ls", GRADIENT_PROJEKT="x")

    assert done.returncode == 0
    assert "shop_agent" in done.stdout
    assert "'project'" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["lss"], "Did you mean 'ls'?"),
        (["frobnicate"], "ls, "),
        (["ls", "-n", "0"], "x>=1"),
        (["run"], "Name a script"),
    ],
)
def test_wrong_usage_is_told(commands, arguments, told):
    done = commands.gradient(*arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr


def test_the_version_is_told(commands):
    done = commands.gradient("--version")

    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"gradient (\d+\.\d+.*|\(not installed\))\n", done.stdout)
