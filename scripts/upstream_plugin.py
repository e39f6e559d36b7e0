# ruff: noqa: INP001 - a script, and no part of a package
"""What `scripts/upstream` loads into another project's pytest: it traces each test as asked, and notes how each ended.

The variable UPSTREAM_MODE says how: `bare`; `installed`, the runtime is; `request`, and each test function is an
entrypoint. UPSTREAM_OUTCOMES names the file to write, a line of JSON each time: the id of a test, and its outcome.
"""

import os
from json import dumps  # by name: a test may have replaced json.dumps when its outcome is noted
from pathlib import Path
from unittest import TestCase

import pytest

MODE = os.environ["UPSTREAM_MODE"]
outcomes: dict[str, str] = {}
_told = Path(os.environ["UPSTREAM_OUTCOMES"]).open("a", encoding="utf-8")  # noqa: SIM115 - as long as the process

if MODE != "bare":
    from gradient.runtime import get_runtime_manager

    get_runtime_manager().install_instrumentation()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Make entrypoints of test functions, which stay sync or async as they are."""
    if MODE == "request":
        from gradient.sdk import entrypoint

        for item in items:
            if isinstance(item, pytest.Function) and not issubclass(item.cls or object, TestCase):
                item.obj = entrypoint(item.obj)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note how a test ended, at once; a failure before or after it is one, and the last word counts."""
    if report.when == "call" or report.outcome != "passed":
        failed = "failed" in (report.outcome, outcomes.get(report.nodeid))
        outcomes[report.nodeid] = "failed" if failed else report.outcome
        _told.write(dumps([report.nodeid, outcomes[report.nodeid]]) + "\n")
        _told.flush()


def pytest_sessionfinish() -> None:
    """Close the file."""
    _told.close()
