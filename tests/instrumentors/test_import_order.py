"""Whether a framework is imported before or after us, and whether it has all its seams: in processes of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.outlines import outline, tree

AGENT = """
from langgraph.graph import START, StateGraph
def build():
    builder = StateGraph(dict)
    builder.add_node("work", lambda state: state)
    builder.add_edge(START, "work")
    return builder.compile()
"""
INSTALL = "from gradient.runtime import install_runtime; install_runtime()\n"
RUNNER = """
try:
    from langgraph.pregel import _runner as runner
except ImportError:
    from langgraph.pregel import runner
"""
TREE = tree("""
    request LangGraph
      graph LangGraph
        node work
""")


@pytest.fixture
def run_script(home, tmp_path):
    """Return a function that runs a script in a fresh process and returns its stderr."""

    def run(script):
        path = [str(Path(entry).resolve()) for entry in sys.path if entry]
        finished = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", script],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path), "GRADIENT_HOME": str(home)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stderr
        return finished.stderr

    return run


@pytest.mark.parametrize(
    "script",
    [INSTALL + AGENT + "build().invoke({})", AGENT + INSTALL + "build().invoke({})"],
    ids=["we come first", "the framework comes first"],
)
def test_the_order_of_imports_does_not_matter(run_script, read_runs, script):
    assert "[RUNTIME]" not in run_script(script)

    assert [outline(run) for run in read_runs()] == [TREE]


def test_a_graph_that_was_compiled_before_us_is_recorded(run_script, read_runs):
    run_script(AGENT + "graph = build()\n" + INSTALL + "graph.invoke({})")

    assert [outline(run) for run in read_runs()] == [TREE]


def test_without_the_runners_seam_nodes_come_from_callbacks_and_one_warning_says_so(run_script, read_runs):
    script = AGENT + RUNNER + "run = runner.run_with_retry\ndel runner.run_with_retry\n" + INSTALL
    # LangGraph needs its function; the seam is missing only while we look for it.
    stderr = run_script(script + "runner.run_with_retry = run\nbuild().invoke({})")

    (run,) = read_runs()
    assert outline(run) == TREE
    (node,) = [execution for execution in run["executions"] if execution["kind"] == "node"]
    assert node["metadata"]["step"] == 1
    assert stderr.count("Cannot trace") == 1
    assert "run_with_retry" in stderr


def test_without_the_seam_for_cached_nodes_the_others_work(run_script, read_runs):
    lose = """
try:
    from langgraph.pregel._loop import PregelLoop
except ImportError:
    from langgraph.pregel.loop import PregelLoop
name = "output_writes" if hasattr(PregelLoop, "output_writes") else "_output_writes"
kept = getattr(PregelLoop, name)
delattr(PregelLoop, name)
"""
    stderr = run_script(AGENT + lose + INSTALL + "setattr(PregelLoop, name, kept)\nbuild().invoke({})")

    assert [outline(run) for run in read_runs()] == [TREE]
    assert stderr.count("Cannot trace") == 1


def test_importing_and_installing_import_no_framework(run_script):
    check = "import sys, json\nprint(json.dumps([m for m in sys.modules if m.startswith('lang')]), file=sys.stderr)"

    assert json.loads(run_script("import gradient.sdk\n" + INSTALL + check)) == []
