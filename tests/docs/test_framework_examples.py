"""The examples of frameworks that are not installed everywhere run offline, and are recorded."""

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest
from documents import ROOT

_EXAMPLES = [("autogen_team.py", "autogen_agentchat"), ("openai_agents_handoff.py", "agents")]


@pytest.mark.parametrize(("example", "framework"), _EXAMPLES, ids=[example for example, _ in _EXAMPLES])
def test_an_example_answers_on_stdout_and_is_recorded(example, framework, home, tmp_path, read_runs):
    if find_spec(framework) is None:
        pytest.skip(f"{framework} is not installed")
    environment = {**os.environ, "GRADIENT_HOME": str(home), "PYTHONPATH": str(ROOT)}
    program = [sys.executable, ROOT / "examples" / example]

    ran = subprocess.run(program, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout) == (0, "Take the train to Ljubljana.\n"), ran.stderr
    (run,) = read_runs()
    assert (run["entrypoint"], run["status"], run["tags"]) == ("travel", "completed", ["example"])
    kinds = [execution["kind"] for execution in run["executions"]]
    assert {"workflow", "agent", "llm", "tool", "handoff"} == set(kinds)
    assert "Warning" not in ran.stderr
