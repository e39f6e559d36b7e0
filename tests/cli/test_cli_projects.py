"""Places such as `@last` are those of the project that one works in, whatever runs in others meanwhile."""

import json

import pytest

import gradient.store

AGENT = """
import sys
from gradient.sdk import entrypoint

for number in (1, 2, 3):
    @entrypoint(name=f"run_of_{sys.argv[1]}{number}")
    def agent():
        if f"{sys.argv[1]}{number}" in ("a1", "b3"):
            raise ValueError("no stock")
    try:
        agent()
    except ValueError:
        pass
"""
OF_A = {"@last": "run_of_a3", "@-1": "run_of_a3", "@-2": "run_of_a2", "@-3": "run_of_a1", "@last-error": "run_of_a1"}
SHOWN = {
    ("show",): "run_of_a3",
    ("show", "@-3", "--graph"): "run_of_a1",
    ("export", "@last", "--format", "json"): "run_of_a3",
    ("diff", "@-2", "@last"): "run_of_a2",
    ("check", "@last-error", "--no-error"): "no stock",
}


@pytest.fixture
def projects(commands):
    """Two projects that record to one home; B ran last."""
    made = [type(commands)(commands.folder.parent / name, commands.home) for name in ("project_a", "project_b")]
    for one in made:
        one.folder.mkdir()
        one.python(one.script("agent.py", AGENT), one.folder.name[-1])
    return made


def test_every_command_finds_a_place_in_the_project_of_the_folder(projects):
    a, _ = projects

    printed = {words: a.gradient(*words).stdout for words in SHOWN}

    assert [words for words, told in SHOWN.items() if told not in printed[words]] == []
    assert [words for words, text in printed.items() if "run_of_b" in text] == []


def test_rm_removes_the_run_of_the_project(projects):
    a, _ = projects

    a.gradient("rm", "@last", "@-2", "-y")

    left = {run["entrypoint"] for run in json.loads(a.gradient("ls", "--all-projects", "--json").stdout)["runs"]}
    assert left == {"run_of_a1", "run_of_b1", "run_of_b2", "run_of_b3"}


def test_rm_says_of_which_project_a_run_is_before_it_removes_it(projects):
    a, b = projects
    (other,) = json.loads(b.gradient("ls", "-n", "1", "--json").stdout)["runs"]

    told = a.on_a_terminal("rm", other["request_id"], keyboard=True, keys="n\n").err

    assert "run_of_b3  of the project project_b" in told


def test_a_project_without_runs_says_so_and_names_those_of_others(projects, commands):
    ran = commands.gradient("show")

    assert ran.returncode == 3
    assert f"No run in the project {commands.folder.name} is '@last'." in ran.stderr
    assert "The newest of all projects: " in ran.stderr


def test_a_query_that_names_a_project_looks_there(projects):
    _, b = projects

    for words in (["ls"], ["stats", "--by", "entrypoint"], ["errors"]):
        told = b.gradient(*words, "project:project_a").stdout
        assert "run_of_b" not in told
        assert "run_of_a" in told or "no stock" in told


def test_python_means_the_current_project_too_unless_it_asks_for_all(projects, monkeypatch):
    a, _ = projects
    monkeypatch.chdir(a.folder)

    with gradient.store.open(a.home) as store:
        assert {place: store.run(place).entrypoint for place in OF_A} == OF_A
        assert store.find("@last-error", project="project_b").entrypoint == "run_of_b3"
    with gradient.store.open(a.home, all_projects=True) as store:
        assert store.run().entrypoint == "run_of_b3"
