"""The example of each framework runs offline, answers, and leaves the golden trace of `tests/docs/traces`.

With `WRITE_GOLDEN=1` the traces are written anew; then read the difference. Of versions that say less of a call, only
the tree is compared.
"""

import json
import os
import subprocess
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import pytest
from documents import ROOT
from support.traces import trace

_TRACES = Path(__file__).parent / "traces"
_EXAMPLES = {
    "agent_framework_agent": "agent_framework",
    "anthropic_client": "anthropic",
    "autogen_team": "autogen_agentchat",
    "crewai_crew": "crewai",
    "google_adk_agent": "google.adk",
    "google_genai_client": "google.genai",
    "litellm_calls": "litellm",
    "llamaindex_query": "llama_index_instrumentation",
    "mcp_tools": "mcp",
    "openai_agents_handoff": "agents",
    "openai_client": "openai",
    "pydantic_ai_agent": "pydantic_ai",
    "semantic_kernel_agent": "semantic_kernel",
    "strands_agent": "strands",
}
_SAYS_ALL_SINCE = {"autogen_team": ("autogen-agentchat", (0, 7)), "google_adk_agent": ("google-adk", (2, 0))}


def says_all(example):
    distribution, since = _SAYS_ALL_SINCE.get(example, ("pytest", (0, 0)))
    return tuple(int(part) for part in version(distribution).split(".")[:2]) >= since


def tree_of(trace):
    """Return no more of a trace than what ran inside what, and how it ended."""
    named = {key: trace.get(key) for key in ("kind", "name", "framework", "status", "model")}
    return {**named, "children": [tree_of(child) for child in trace.get("children", ())]}


def is_there(module):
    try:
        return find_spec(module) is not None
    except ImportError:  # not even the package it would be in
        return False


@pytest.fixture(params=_EXAMPLES)
def example(request):
    """The name of an example whose framework is installed."""
    framework = _EXAMPLES[request.param]
    if not is_there(framework):
        pytest.skip(f"{framework} is not installed")
    if framework == "anthropic" and version(framework).startswith("0."):
        pytest.skip("the example hands over a transport of httpx2, which older clients do not take")
    return request.param


def test_an_example_answers_on_stdout_and_leaves_its_golden_trace(example, home, tmp_path, read_runs):
    environment = {**os.environ, "GRADIENT_HOME": str(home), "PYTHONPATH": str(ROOT)}
    program = [sys.executable, ROOT / "examples" / f"{example}.py"]

    ran = subprocess.run(program, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout) == (0, "Take the train to Ljubljana.\n"), ran.stderr
    assert "[RUNTIME] Warning" not in ran.stderr
    (run,) = read_runs()
    golden = _TRACES / f"{example}.json"
    if os.environ.get("WRITE_GOLDEN"):
        golden.write_text(json.dumps(trace(run), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    told, expected = trace(run), json.loads(golden.read_text("utf-8"))
    if not says_all(example):
        told, expected = tree_of(told), tree_of(expected)
    assert told == expected
