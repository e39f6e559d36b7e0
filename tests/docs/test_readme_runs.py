"""What the documents show runs as written, and prints what they say."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from documents import DOCUMENTS, ROOT, blocks, name_of

_LABELS = {"", "python", "python no-run", "text", "text output", "text help", "text show", "toml", "json", "sh"}
_RUNNER = Path(__file__).with_name("run_blocks.py")
_SHOWN = ((r"\d{4}-\d\d-\d\d[T ][\d:.]+(Z| [+-]\d+)", "TIME"), (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "ID"),
          (r"(?<=equest )[0-9a-f]{8}\b|\b(?=[a-f]*\d)[0-9a-f]{8}\b", "ID"),
          (r"[\d.]+ ?(ms|µs|s)\b", "TOOK"), (r"[ ]*[━╸╺]+", ""), (r" +", " "),
          (r" +$", ""))  # fmt: skip


@pytest.fixture
def environment(home):
    environment = {name: value for name, value in os.environ.items() if name != "GRADIENT_CONSOLE"}
    return environment | {"GRADIENT_HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}


def masked(text):
    for pattern, stand_in in _SHOWN:
        text = re.sub(pattern, stand_in, text, flags=re.MULTILINE)
    return text.strip()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_fences_say_what_they_hold(document):
    assert {block.label for block in blocks(document)} <= _LABELS


@pytest.mark.parametrize(
    "document", [one for one in DOCUMENTS if any(block.label == "python" for block in blocks(one))], ids=name_of
)
def test_python_runs_as_written_and_prints_what_stands_below(document, environment, tmp_path):
    result = tmp_path / "printed.json"

    program = [sys.executable, _RUNNER, document, result]
    ran = subprocess.run(program, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr
    printed = iter(json.loads(result.read_text()))
    last = ""
    for block in blocks(document):
        if block.label == "python":
            last = next(printed)
        elif block.label == "text output":
            assert masked(last) == masked(block.text)


def test_the_demo_answers_on_stdout_tells_its_account_on_stderr_and_shows_as_in_the_readme(environment, tmp_path):
    demo = [sys.executable, ROOT / "examples" / "demo.py"]
    show = [sys.executable, "-m", "gradient.cli", "show", "@last"]

    answered = subprocess.run(demo, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    shown = subprocess.run(show, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=True)

    (picture,) = [block.text for block in blocks(ROOT / "README.md") if block.label == "text show"]
    assert answered.stdout.startswith("Saturday:")
    assert "[RUNTIME]" not in answered.stdout
    assert "[RUNTIME] === End Summary ===" in answered.stderr
    # What runs at the same time starts in no order.
    assert sorted(masked(shown.stdout).split("\n")) == sorted(masked(picture).split("\n"))


@pytest.mark.parametrize("example", ["streaming.py", "interrupt.py", "custom_framework.py"])
def test_an_example_runs_and_prints_nothing_of_ours_on_stdout(example, environment, tmp_path):
    program = [sys.executable, ROOT / "examples" / example]

    ran = subprocess.run(program, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)

    assert ran.stdout
    assert "[RUNTIME]" not in ran.stdout
    assert "Warning" not in ran.stderr.replace("PendingDeprecationWarning", "")
