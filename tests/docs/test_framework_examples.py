"""The example of each framework runs offline, answers, and leaves the golden trace of `tests/docs/traces`.

With `WRITE_GOLDEN=1` the traces are written anew; then read the difference. Other releases of a framework say more or
less of the same call, in other words: of them, only the tree is compared.
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
    "agent_framework_agent": ("agent_framework", "agent-framework-core"),
    "anthropic_client": ("anthropic", "anthropic"),
    "autogen_team": ("autogen_agentchat", "autogen-agentchat"),
    "crewai_crew": ("crewai", "crewai"),
    "google_adk_agent": ("google.adk", "google-adk"),
    "google_genai_client": ("google.genai", "google-genai"),
    "litellm_calls": ("litellm", "litellm"),
    "llamaindex_query": ("llama_index_instrumentation", "llama-index-core"),
    "mcp_tools": ("mcp", "mcp"),
    "openai_agents_handoff": ("agents", "openai-agents"),
    "openai_client": ("openai", "openai"),
    "pydantic_ai_agent": ("pydantic_ai", "pydantic-ai-slim"),
    "semantic_kernel_agent": ("semantic_kernel", "semantic-kernel"),
    "strands_agent": ("strands", "strands-agents"),
}


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
    framework, _ = _EXAMPLES[request.param]
    if not is_there(framework):
        pytest.skip(f"{framework} is not installed")
    if framework == "anthropic" and version(framework).startswith("0."):
        pytest.skip("the example hands over a transport of httpx2, which older clients do not take")
    return request.param


def test_an_example_answers_on_stdout_and_leaves_its_golden_trace(example, home, tmp_path, read_runs):
    # Frameworks that keep something for the next time do not keep it for the next test.
    kept = {"XDG_DATA_HOME": str(tmp_path / "data")}
    environment = {**os.environ, **kept, "GRADIENT_HOME": str(home), "PYTHONPATH": str(ROOT)}
    program = [sys.executable, ROOT / "examples" / f"{example}.py"]

    ran = subprocess.run(program, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout) == (0, "Take the train to Ljubljana.\n"), ran.stderr
    assert "[RUNTIME] Warning" not in ran.stderr
    (run,) = read_runs()
    golden = _TRACES / f"{example}.json"
    told = {"release": version(_EXAMPLES[example][1]), "trace": trace(run)}
    if os.environ.get("WRITE_GOLDEN"):
        golden.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    expected = json.loads(golden.read_text("utf-8"))
    assert tree_of(told["trace"]) == tree_of(expected["trace"])
    if told["release"] == expected["release"]:
        assert told == expected
