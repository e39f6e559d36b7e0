"""`gradient show` shows part of the tree, what was said, what changed in the state, and the graph."""

import re

import pytest


@pytest.fixture
def fine(commands):
    commands.agent("fine")
    return commands


def tree(commands, *options):
    """Return the lines of the tree: the name of each with what is drawn before it."""
    lines = commands.gradient("show", *options).stdout.split("\n\n")[-1].splitlines()
    return [found.group(1) for line in lines if (found := re.match(r"\S  ([│├└─ ]*\S+)", line))], lines


def test_depth_is_how_many_levels_are_shown(fine):
    assert tree(fine, "--depth", "1")[0] == ["graph"]
    assert tree(fine, "--depth", "2")[0] == ["graph", "├─ planner", "├─ search", "└─ writer"]
    assert tree(fine, "--depth", "2")[1][-1] == "… 1 other execution is not shown; --json has all of them."
    assert len(tree(fine, "--depth", "9")[0]) == 5


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        (["llm"], ["graph", "└─ planner", "   └─ gpt"]),
        (["tool"], ["graph", "└─ search"]),
        (["error"], ["graph", "└─ search"]),
        (["llm", "tool"], ["graph", "├─ planner", "│  └─ gpt", "└─ search"]),
        (["agent"], []),
    ],
)
def test_only_some_are_shown_with_what_they_are_inside_of(fine, wanted, shown):
    assert tree(fine, *(word for each in wanted for word in ("--only", each)))[0] == shown


def test_io_shows_what_went_in_and_came_out(fine):
    short = fine.gradient("show", "--io", "short").stdout
    nothing = fine.gradient("show").stdout

    assert '   │     in   {q: "fine"}\n' in short
    assert "in   {" not in nothing


def test_io_in_full_is_not_cut(fine):
    source = "from gradient.sdk import step\nwith step('talk') as talk:\n    talk.outputs = 'word ' * 200 + '\\nend'\n"
    fine.python(fine.script("talk.py", source))

    short, full = (fine.gradient("show", "--io", which).stdout for which in ("short", "full"))

    assert "…" in short
    assert "word " * 199 in full
    assert full.endswith("           end\n")


def test_io_shows_what_was_noted_of_the_run_and_of_its_steps_and_in_full_their_metadata(fine):
    source = """
from gradient.sdk import annotate, entrypoint, set_metadata, step
@entrypoint
def noting():
    annotate("language detected", language="en")
    set_metadata(customer="A")
    with step("look") as look:
        look.event("cache miss", shard=3)
        look.set_metadata(temperature=0.2)
noting()
"""
    fine.python(fine.script("noting.py", source))

    nothing, short, full = (fine.gradient("show", "--io", which).stdout for which in ("none", "short", "full"))

    assert "note" not in nothing
    assert [line.strip() for line in short.splitlines() if line.strip().startswith("note ")] == [
        'note language detected {language: "en"}',
        "note cache miss {shard: 3}",
    ]
    assert "meta" not in short
    assert [word for word in ("customer", "temperature", "shard", '"en"') if word not in full] == []


def test_what_was_said_cannot_steer_the_terminal(fine):
    source = "from gradient.sdk import step\nwith step('x') as x:\n    x.outputs = 'a\\x1b[31mb\\x07'\n"
    fine.python(fine.script("evil.py", source))

    for which in ("short", "full"):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", fine.gradient("show", "--io", which).stdout)


def test_state_stands_instead_of_the_tree(fine):
    source = """
from gradient.sdk import step
with step("g", kind="graph"):
    with step("plan", kind="node", inputs={"todo": ["a"], "n": 1}) as node:
        node.outputs = {"todo": ["b"], "n": 2, "who": "ada"}
    with step("act", kind="node", inputs={"todo": ["a", "b"], "n": 2, "who": "ada"}) as node:
        node.outputs = {"n": 2}
"""
    fine.python(fine.script("state.py", source))

    lines = fine.gradient("show", "--state").stdout.split("\n\n")[-1].splitlines()

    assert [re.sub(r"[\d.]+ (µs|ms)$", "TOOK", line) for line in lines] == [
        "✓  plan  TOOK",
        '     todo  + "b"',
        "     n     ~ 1 → 2",
        '     who   + "ada"',
        "✓  act  TOOK",
        "     n     = as it was",
    ]


def test_a_run_without_nodes_says_that_it_has_no_state(fine):
    assert "No node of this run has a state" in fine.gradient("show", "--state").stdout


def test_a_graph_that_nobody_recorded_is_who_ran_what(fine):
    shown = fine.gradient("show", "--graph").stdout

    assert "shop_agent  no graph was recorded: this is who ran what\n" in shown
    assert re.search(r"\n✓  graph +1x .*\n     ├─→ planner +move 2\n     ├─→ search +move 4\n", shown)


@pytest.mark.parametrize(
    "arguments", [["--graph", "mermaid", "@last"], ["@last", "--graph", "mermaid"], ["--graph=mermaid"]]
)
def test_a_graph_is_also_had_as_mermaid(fine, arguments):
    assert fine.gradient("show", *arguments).stdout.startswith("%% shop_agent\nflowchart TD\n")


@pytest.mark.parametrize("arguments", [["--graph", "@last"], ["@last", "--graph"], ["--graph", "text"], ["--graph"]])
def test_the_name_of_a_run_is_not_taken_for_a_kind_of_graph(fine, arguments):
    assert "who ran what" in fine.gradient("show", *arguments).stdout


def test_one_view_at_a_time(fine):
    done = fine.gradient("show", "--graph", "--json")

    assert (done.returncode, done.stdout) == (2, "")
    assert "Choose one of --json, --state and --graph." in done.stderr


def test_exit_status_tells_whether_the_run_failed(fine):
    assert fine.gradient("show", "--exit-status").returncode == 0
    fine.agent("bad")
    assert fine.gradient("show", "--exit-status").returncode == 1
    assert fine.gradient("show", "--exit-status", "--json").returncode == 1
    assert fine.gradient("show").returncode == 0


def test_on_a_terminal_the_bars_have_a_scale(fine):
    shown = fine.on_a_terminal("show", NO_COLOR="1").out

    assert re.search(r"\n +0 +[\d.]+ (µs|ms|s)\n✓  graph", shown)


def test_a_tree_that_is_too_long_is_folded_by_name(fine):
    source = """
from gradient.sdk import entrypoint, step
@entrypoint
def loop():
    for at in range(150):
        with step("plan"):
            with step("gpt", kind="llm") as call:
                call.set_usage(input_tokens=2, output_tokens=1, cost_usd=0.5)
        if at == 7:
            try:
                with step("plan"):
                    raise ValueError("once")
            except ValueError:
                pass
loop()
"""
    fine.python(fine.script("loop.py", source))

    *lines, note = tree(fine)[1]

    named = [re.match(r"(.*?) +(step|llm) ", line).group(1) for line in lines]
    assert named == ["✓  plan x150", "✓  └─ gpt x150", "✗  plan"]
    assert re.search(r"300 → 150 tokens · \$75.00 · median [\d.]+ µs$", lines[1])
    assert note == "… 301 executions on 3 lines: those of a name are folded."
