"""The tests of frameworks that we run are listed and pinned, and each line that excuses one names its suite."""

import re
import sys
from pathlib import Path
from runpy import run_path

import pytest
from documents import ROOT

_SCRIPT = run_path(str(ROOT / "scripts" / "upstream"))
_SUITES = {suite.name: suite for suite in _SCRIPT["listed"]()}
_PATCHING = """
import json, os

def test_patches(monkeypatch):
    monkeypatch.setattr(json, "dumps", None)

def test_after():
    pass
"""
_PAGE = (ROOT / "docs" / "upstream.md").read_text("utf-8")
_EXCUSED = [line for line in _PAGE.splitlines() if line.startswith("| ")][1:]


@pytest.mark.parametrize("name", _SUITES)
def test_a_suite_is_pinned_to_one_version(name):
    assert re.findall(rf"^{name}==[\w.]+$", _SUITES[name].pins.read_text("utf-8"), re.MULTILINE) != []


@pytest.mark.parametrize("line", _EXCUSED)
def test_a_line_that_excuses_a_test_is_read_and_gives_a_reason(line):
    rows = _SCRIPT["_ROW"].findall(line)

    assert [name for name, _ in rows if name in _SUITES] != []
    assert len(line.split("|")[3].split()) > 3


def test_a_test_that_passes_bare_alone_is_a_failure_of_ours_unless_it_is_excused():
    bare = {"a": "passed", "b": "passed", "c": "failed", "d": "skipped"}

    assert _SCRIPT["failed"](bare, {"a": "passed", "b": "failed", "c": "failed"}) == ["b"]
    suite = _SUITES["langchain-core"]
    assert _SCRIPT["is_explained"](suite, "tests/test_benchmark.py::test_benchmark_model")
    assert not _SCRIPT["is_explained"](suite, "tests/test_other.py::test_benchmark_model")


@pytest.mark.parametrize("name", _SUITES)
def test_what_pytest_is_told_beside_the_tests_of_a_suite_is_none_of_them(name):
    suite = _SUITES[name]

    assert [path for path in [*suite.whole, *suite.quick] if path.startswith("-")] == []
    assert [option for option in suite.options if not option.startswith("-")] == []


@pytest.fixture
def ran(tmp_path, monkeypatch):
    """Run a file of tests as another project's, and return how each ended."""
    outcomes = _SCRIPT["outcomes"]
    monkeypatch.setitem(outcomes.__globals__, "FOLDER", tmp_path)
    here = type("Here", (_SCRIPT["Suite"],), {"python": Path(sys.executable), "source": tmp_path})

    def run(source):
        (tmp_path / "test_theirs.py").write_text(source, "utf-8")
        return outcomes(here("here", [], [], []), "bare", ["test_theirs.py"], timeout_s=300)

    return run


def test_a_test_that_replaces_how_json_is_written_does_not_end_the_run(ran):
    assert ran(_PATCHING) == {"test_theirs.py::test_patches": "passed", "test_theirs.py::test_after": "passed"}


def test_a_run_that_dies_before_its_last_test_is_no_result(ran):
    with pytest.raises(SystemExit, match="here bare broke off with exit code 3"):
        ran(_PATCHING.replace("pass\n", "os._exit(3)\n"))
