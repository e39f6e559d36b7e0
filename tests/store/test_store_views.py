"""Runs as objects: what programs and notebooks hold in their hands."""

import re

import pytest

import gradient.store
from gradient.store import SqliteStore


@pytest.fixture
def recorded(process):
    one = process()
    for number in (1, 2, 3):
        one.request(number, at_ms=number * 10, entrypoint="<b>agent</b>")
        one.end(number, 1, at_ms=number * 10 + 5, started_ms=number * 10, name="outer", outputs={"answer": number})
        one.end(number, 2, at_ms=number * 10 + 4, started_ms=number * 10 + 1, name="<i>inner</i>", parent=1, kind="llm")
        one.end_request(number, at_ms=number * 10 + 6, started_ms=number * 10, entrypoint="<b>agent</b>")
    return one


def test_runs_are_iterated_newest_first_and_counted(recorded, home):
    with gradient.store.open(home) as store:
        runs = store.runs("node:outer")

        assert [run.listed.key[0] for run in runs] == [3, 2, 1]
        assert len(runs) == 3
        assert [row["executions"] for row in runs.to_dicts()] == [2, 2, 2]


def test_more_runs_than_a_page_are_all_iterated(process, home):
    one = process()
    for number in range(250):
        one.request(number + 1, at_ms=number)

    with gradient.store.open(home) as store:
        assert [run.key[0] for run in store] == list(range(250, 0, -1))


def test_what_is_inside_is_read_when_it_is_asked_for(recorded, home):
    with gradient.store.open(str(home)) as store:
        run = next(iter(store.runs()))

        assert (run.status, run.entrypoint, repr(run)) == (
            "completed",
            "<b>agent</b>",
            f"<run {run.id} <b>agent</b> completed>",
        )
        assert [execution["name"] for execution in run.executions] == ["outer", "<i>inner</i>"]
        assert [(row["run_status"], row["name"]) for row in run.to_dicts()] == [
            ("completed", "outer"),
            ("completed", "<i>inner</i>"),
        ]


def test_a_notebook_shows_a_tree_that_runs_nothing(recorded, home):
    with gradient.store.open(home) as store:
        shown = next(iter(store.runs()))._repr_mimebundle_()

    assert shown["text/plain"].splitlines()[1:] == [
        "  [completed] node outer  5.0 ms",
        "    [completed] llm <i>inner</i>  3.0 ms",
    ]
    assert "&lt;i&gt;inner&lt;/i&gt;" in shown["text/html"]
    assert set(re.findall(r"<(\w+)", shown["text/html"])) == {"div", "span"}


def test_a_large_run_is_shown_in_part(process, home):
    one = process()
    one.request(1)
    for number in range(1, 1_000):
        one.end(1, number, at_ms=number)

    with gradient.store.open(home) as store:
        shown = next(iter(store.runs()))._repr_mimebundle_()

    assert shown["text/plain"].splitlines()[-1] == "  and 799 more"
    assert len(shown["text/html"]) < 60_000


def test_without_a_home_it_is_the_one_of_the_environment(recorded, home, monkeypatch):
    monkeypatch.setenv("GRADIENT_HOME", str(home))

    with gradient.store.open() as store:
        assert isinstance(store, SqliteStore)
        assert store.count() == 3
