"""What a program prints, warns, returns, and holds is the same bare and traced, in processes of their own.

To add a framework's agent: put a script into `programs/`. Its first line may say `# needs: MODULE MODULE`; where one is
not installed, the program is left out. See `probe` for what it can hand over beside what it prints.
"""

import difflib
import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from support.patience import PATIENCE_S

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PROGRAMS = sorted((HERE / "programs").glob("*.py"))
EXAMPLES = sorted(path for path in (ROOT / "examples").glob("*.py") if path.stem not in {"scripted", "demo"})
# Differ from run to run whoever watches: addresses in memory, and random ids.
_CHANGING = re.compile(r"0x[0-9a-f]{6,}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NOT_INSTALLED = re.compile(r'"last words": "(ModuleNotFoundError|ImportError)')
_WORKED = ' "exit code": 0,'
_NOTHING_PRINTED = ' "stdout": [],'


def needs(program):
    """Return the modules that a program says it needs."""
    first = program.read_text("utf-8").partition("\n")[0]
    return first.partition("# needs:")[2].split()


def is_there(module):
    try:
        return find_spec(module) is not None
    except ImportError:  # not even the package it would be in
        return False


def noticed(program, mode, folder, **variables):
    """Return what a user notices of a program that runs bare or traced."""
    folder.mkdir()
    report = folder / "report.json"
    environment = {
        **os.environ,
        "GRADIENT_HOME": str(folder / "home"),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(HERE), str(ROOT / "tests")]),
        "PYTHONHASHSEED": "0",
        "XDG_DATA_HOME": str(folder / "data"),
        **variables,
    }
    command = [sys.executable, str(HERE / "probe.py"), str(program), mode, str(report)]
    ran = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )
    assert report.exists(), ran.stderr
    last_words = ran.stderr.strip().rpartition("\n")[2] if ran.returncode else ""
    told = {
        "exit code": ran.returncode,
        "stdout": ran.stdout.splitlines(),
        "last words": last_words,
        **json.loads(report.read_text("utf-8")),
    }
    return _CHANGING.sub("#", json.dumps(told, indent=1)).splitlines()


def must_be_the_same(bare, traced):
    if bare != traced:
        pytest.fail("\n".join(difflib.unified_diff(bare, traced, "bare", "traced", lineterm="", n=4)), pytrace=False)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_a_program_shows_its_user_the_same_bare_and_traced(program, tmp_path):
    missing = [module for module in needs(program) if not is_there(module)]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")

    bare = noticed(program, "bare", tmp_path / "bare")
    traced = noticed(program, "traced", tmp_path / "traced")

    must_be_the_same(bare, traced)
    assert _NOTHING_PRINTED not in bare, "a program that prints nothing compares nothing"
    if sys.version_info >= (3, 11):  # before, LangGraph's async nodes have no context, and end early
        assert _WORKED in bare, "\n".join(bare[-30:])


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_an_example_shows_its_user_the_same_switched_off_and_on(example, tmp_path):
    bare = noticed(example, "bare", tmp_path / "bare", GRADIENT_ENABLED="0")
    missing = next((line for line in bare if _NOT_INSTALLED.search(line)), None)
    if missing:
        pytest.skip(missing)
    traced = noticed(example, "bare", tmp_path / "traced")

    must_be_the_same(bare, traced)
    assert _NOTHING_PRINTED not in bare
