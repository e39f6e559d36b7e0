"""`gradient show` tells a run from its outcome to each of its executions."""

import re
import subprocess
import sys

import pytest

from gradient.cli.drawing.signs import Signs
from gradient.cli.drawing.tree import tree_rows

BAR = re.compile(r"[━╸╺]+")


def bare(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_a_run_begins_with_its_outcome_and_its_facts(commands):
    commands.agent("fine")

    done = commands.gradient("show")
    first, *facts = done.stdout.split("\n\n")[0].splitlines()

    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"✓ completed  shop_agent  [0-9a-f-]{36}", first)
    assert re.fullmatch(r"  started   \d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}", facts[0])
    assert re.fullmatch(r"  duration  [\d.]+ (µs|ms|s)", facts[1])
    assert facts[2:] == [
        "  executed  2 step, 1 graph, 1 llm, 1 tool",
        "  tokens    1,204 in, 311 out",
        "  cost      $0.0041",
    ]


def test_the_tree_shows_every_execution_below_its_parent(commands):
    commands.agent("fine")

    tree = commands.gradient("show").stdout.split("\n\n")[-1].splitlines()

    assert [re.match(r"(\S)  (.*?)  +(\w+) ", line).groups() for line in tree] == [
        ("✓", "graph", "graph"),
        ("✓", "├─ planner", "step"),
        ("✓", "│  └─ gpt", "llm"),
        ("✗", "├─ search", "tool"),
        ("✓", "└─ writer", "step"),
    ]
    assert tree[2].endswith("gpt-4o · 1,204 → 311 tokens · $0.0041")
    assert tree[3].endswith("ConnectionError")


def test_bars_stand_in_one_column(commands):
    commands.agent("fine")

    lines = commands.gradient("show").stdout.split("\n\n")[-1].splitlines()
    whole, *parts = (BAR.search(line).span() for line in lines)

    assert all(whole[0] <= start < end <= whole[1] for start, end in parts)


def test_the_bar_of_a_moment_stays_below_the_bar_of_its_parent(commands):
    commands.agent("fine")
    run = commands.json("show")
    run["duration_ms"] = 100
    for execution in run["executions"]:
        execution |= {"start_offset_ms": 70.75, "duration_ms": 0.04}
    run["executions"][0] |= {"start_offset_ms": 0, "duration_ms": 70.8}

    lines = ["".join(cell.text for cell in row) for row in tree_rows(run, Signs(ascii_only=False), width=None)]
    whole, *parts = (BAR.search(line).group() for line in lines)

    assert whole == "━" * 17
    assert parts == ["╺"] * 4
    assert {BAR.search(line).end() for line in lines} == {BAR.search(lines[0]).end()}


def test_failures_come_before_the_tree_with_the_fatal_one_first(commands):
    commands.agent("bad")

    out = commands.gradient("show").stdout
    _, fatal, other, tree = out.split("\n\n")

    assert out.startswith("✗ error  shop_agent")
    assert fatal.splitlines()[:2] == ["✗ graph → writer  step", "  ValueError: no stock"]
    assert re.fullmatch(r"  at .*agent\.py:\d+ in shop_agent", fatal.splitlines()[2])
    assert fatal.splitlines()[3] == '     raise ValueError("no stock")'
    assert other.splitlines()[:3] == ["✗ graph → search  tool", "  ConnectionError: line is", "  dead"]
    assert tree.startswith("✗  graph")


def test_a_failure_that_its_parent_survived_is_called_handled(commands):
    commands.agent("fine")

    _, handled, _ = commands.gradient("show").stdout.split("\n\n")

    assert handled.startswith("✗ graph → search  tool, handled\n")


def test_a_failure_outside_of_all_executions_is_told_too(commands):
    source = "from gradient.sdk import entrypoint\n@entrypoint\ndef alone():\n    raise KeyError('k')\nalone()\n"
    commands.python(commands.script("alone.py", source))

    out = commands.gradient("show").stdout

    assert "\n✗ alone\n  KeyError: 'k'\n" in out
    assert "nothing recorded" in out


def test_an_older_run_is_shown_by_place_id_and_prefix(commands):
    commands.agent("first", "second")
    newest, oldest = (run["request_id"] for run in commands.json("ls")["runs"])

    assert newest in commands.gradient("show").stdout
    for reference in ("@-2", oldest, oldest[:10]):
        assert oldest in commands.gradient("show", reference).stdout


def test_json_is_the_whole_run(commands):
    commands.agent("fine")

    run = commands.json("show", "@last")

    assert run["schema"] == "gradient.run/1"
    assert (run["inputs"], run["outputs"]) == ({"question": "fine"}, "answer")
    assert run["executions"][3]["inputs"] == {"q": "fine"}
    assert run["executions"][0]["events"][0]["name"] == "gave up"


def test_names_cannot_steer_the_terminal(commands):
    source = "from gradient.sdk import step\nwith step('a\\x1b[31mb\\nc'):\n    pass\n"
    commands.python(commands.script("evil.py", source))

    out = commands.gradient("show").stdout

    assert "\x1b" not in out
    assert "a [31mb c" in out


def test_beyond_200_executions_it_says_how_many_are_hidden(commands):
    source = """
from gradient.sdk import entrypoint, step
@entrypoint
def busy(number):
    for at in range(number):
        with step(f"step{at}"):
            pass
busy(200)
busy(1203)
"""
    commands.python(commands.script("busy.py", source))

    all_of_them = commands.gradient("show", "@-2").stdout.splitlines()
    some_of_them = commands.gradient("show").stdout.splitlines()

    assert " step199 " in all_of_them[-1]
    assert " step199 " in some_of_them[-2]
    assert some_of_them[-1].startswith("… 1,003 more executions are not shown")


def test_a_terminal_gets_colour_and_lines_that_fit(commands):
    commands.agent("bad")

    out, _, code = commands.on_a_terminal("show", columns=60)
    tree = bare(out).rstrip().rpartition("\n\n")[2].splitlines()

    assert code == 0
    assert "\x1b[31m" in out
    assert max(map(len, tree)) <= 60
    assert any(line.endswith("…") for line in tree)


@pytest.mark.parametrize("switch", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_without_colour_gets_none(commands, switch):
    commands.agent("bad")

    out = commands.on_a_terminal("show", **switch).out

    assert "\x1b" not in out
    assert "✗ error  shop_agent" in out


def test_a_pipe_gets_plain_text_in_full(commands):
    name = "a-very-long-name-" * 20
    commands.python(commands.script("long.py", f"from gradient.sdk import step\nwith step({name!r}):\n    pass\n"))

    out = commands.gradient("show", COLUMNS="40").stdout

    assert "\x1b" not in out
    assert f"✓  {name}  step" in out


def test_colour_can_be_forced_into_a_pipe(commands):
    commands.agent("fine")

    assert "\x1b[32m" in commands.gradient("show", FORCE_COLOR="1").stdout


def test_an_encoding_without_our_signs_gets_ascii(commands):
    source = "from gradient.sdk import step\nwith step('outer'):\n  with step('Größe'):\n    pass\n"
    commands.python(commands.script("umlaut.py", source))

    out = commands.gradient("show", PYTHONIOENCODING="ascii").stdout

    assert out.isascii()
    assert "+ completed  outer" in out
    assert "`- Gr\\xf6\\xdfe" in out


def test_wide_characters_take_two_columns(commands):
    source = (
        "from gradient.sdk import step\nwith step('out'):\n  for name in ('翻訳', 'ab'):\n    with step(name): pass\n"
    )
    commands.python(commands.script("wide.py", source))

    wide, narrow = commands.gradient("show").stdout.splitlines()[-2:]

    assert wide.index(" step") == narrow.index(" step") - 2


def test_whoever_closes_the_pipe_early_hears_no_complaint(commands):
    commands.agent(*map(str, range(20)))
    process = subprocess.Popen(
        [sys.executable, "-m", "gradient.cli", "show"],
        cwd=commands.folder,
        env=commands.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()

    complaint = process.stderr.read()
    process.stderr.close()

    assert (process.wait(), complaint) == (0, b"")


def test_what_has_no_name_is_drawn_as_that(commands):
    source = """
from gradient.sdk import entrypoint, step

@entrypoint
def agent():
    with step(""), step(" \\n"):
        raise ValueError("x")

agent()
"""
    commands.python(commands.script("unnamed.py", source))

    assert commands.gradient("show").stdout.count("(no name)") >= 3
