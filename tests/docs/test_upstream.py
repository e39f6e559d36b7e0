"""The tests of frameworks that we run are listed and pinned, and each line that excuses one names its suite."""

import re
from runpy import run_path

import pytest
from documents import ROOT

_SCRIPT = run_path(str(ROOT / "scripts" / "upstream"))
_SUITES = {suite.name: suite for suite in _SCRIPT["listed"]()}
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
