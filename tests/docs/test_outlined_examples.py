"""The examples of frameworks that are not installed everywhere run offline, and are recorded as the trees they are."""

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest
from documents import ROOT
from support.outlines import outline, tree

_EXAMPLES = {
    ("pydantic_ai_agent", "pydantic_ai"): """
        request travel
          agent planner
            llm scripted-1
            tool find_trains
            llm scripted-1
        """,
    ("mcp_tools", "mcp.server.runner"): """
        request travel
          tool find_trains
            tool find_trains
              retriever timetable
        """,
    ("llamaindex_query", "llama_index_instrumentation"): """
        request travel
          embedding MockEmbedding
          chain RetrieverQueryEngine
            retriever VectorIndexRetriever
              embedding MockEmbedding
            chain CompactAndRefine
              llm scripted-1
        """,
    ("crewai_crew", "crewai"): """
        request travel
          workflow travellers
            node find
              agent Finder
                llm scripted-1
                tool find_trains
                llm scripted-1
            node choose
              agent Guide
                llm scripted-1
        """,
    ("google_adk_agent", "google.adk"): """
        request travel
          workflow travel
            agent planner
              llm scripted-1
              tool find_trains
              llm scripted-1
        """,
    ("litellm_calls", "litellm"): """
        request travel
          llm scripted/scripted-1
          tool find_trains
          llm scripted/scripted-1
        """,
}


def is_there(module):
    try:
        return find_spec(module) is not None
    except ImportError:  # not even the package it would be in
        return False


@pytest.mark.parametrize(("example", "framework"), _EXAMPLES, ids=[example for example, _ in _EXAMPLES])
def test_an_example_answers_on_stdout_and_is_recorded(example, framework, home, tmp_path, read_runs):
    if not is_there(framework):
        pytest.skip(f"{framework} is not installed")
    environment = {**os.environ, "GRADIENT_HOME": str(home), "PYTHONPATH": str(ROOT)}
    program = [sys.executable, ROOT / "examples" / f"{example}.py"]

    ran = subprocess.run(program, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout) == (0, "Take the train to Ljubljana.\n"), ran.stderr
    (run,) = read_runs()
    assert outline(run) == tree(_EXAMPLES[example, framework])
    assert (run["status"], run["tags"]) == ("completed", ["example"])
    assert "[RUNTIME] Warning" not in ran.stderr
