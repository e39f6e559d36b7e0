"""The examples of clients run offline, and are recorded with tokens and cost."""

import os
import subprocess
import sys
from importlib.metadata import version
from importlib.util import find_spec

import pytest
from documents import ROOT
from support.outlines import outline, tree

_CLIENTS = {
    "openai": ("openai", "gpt-5.2"),
    "anthropic": ("anthropic", "claude-opus-4-5"),
    "google_genai": ("google.genai", "gemini-2.5-flash"),
}


def is_there(module):
    try:
        return find_spec(module) is not None
    except ImportError:  # not even the package it would be in
        return False


@pytest.mark.parametrize("client", _CLIENTS)
def test_the_example_of_a_client_answers_on_stdout_and_is_recorded(client, home, tmp_path, read_runs):
    module, model = _CLIENTS[client]
    if not is_there(module):
        pytest.skip(f"{client} is not installed")
    if client == "anthropic" and version(client).startswith("0."):
        pytest.skip("the example hands over a transport of httpx2, which older clients do not take")
    environment = {**os.environ, "GRADIENT_HOME": str(home), "PYTHONPATH": str(ROOT)}
    program = [sys.executable, ROOT / "examples" / f"{client}_client.py"]

    ran = subprocess.run(program, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout) == (0, "Take the train to Ljubljana.\n"), ran.stderr
    (run,) = read_runs()
    assert outline(run) == tree(f"""
        request travel
          llm {model}
          tool find_train
          llm {model}
    """)
    assert (run["usage"]["input_tokens"], run["usage"]["output_tokens"]) == (153, 21)
    assert run["usage"]["cost_usd"] > 0
    assert "Warning" not in ran.stderr
