"""The README's table of tested versions is what is supported and what the matrix tests; the last framework is small."""

import re
import subprocess
import sys
from runpy import run_path

import pytest
from documents import DOCS, ROOT

from gradient.runtime.frameworks import FRAMEWORKS

_VERSIONED = [framework for framework in FRAMEWORKS if framework.releases]
_SCRIPT = ROOT / "scripts" / "versions"
_LAST_ADDED = ROOT / "gradient" / "instrumentors" / "google" / "google_genai.py"
_MOST_LINES = 150


def test_the_readme_has_the_versions_of_today():
    """`scripts/versions` writes them."""
    text = (ROOT / "README.md").read_text("utf-8")

    assert run_path(str(_SCRIPT))["with_versions"](text) == text


def test_only_rows_of_three_columns_have_versions():
    row = "| [a command](docs/langgraph.md) | what it does |"

    assert run_path(str(_SCRIPT))["with_versions"](row) == row


def test_the_matrix_pins_the_first_supported_release_of_every_framework(tmp_path):
    done = subprocess.run([sys.executable, _SCRIPT, "--check"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("framework", _VERSIONED, ids=lambda framework: framework.name)
def test_every_framework_has_a_row_with_its_versions(framework):
    (row,) = re.findall(
        rf"^\| \[[^\]]+\]\(docs/{framework.name}\.md\) \| (.*?) \|",
        (ROOT / "README.md").read_text("utf-8"),
        re.MULTILINE,
    )

    assert row.startswith(framework.releases.first)


def test_the_last_framework_takes_as_many_lines_as_the_six_steps_say_and_that_is_few():
    lines = len(_LAST_ADDED.read_text("utf-8").splitlines())
    told = re.search(r"`google_genai\.py` \| (\d+) \|", (DOCS / "instrumentors.md").read_text("utf-8"))

    assert lines < _MOST_LINES
    assert int(told[1]) == lines
