"""Real backends show a run as it was: kinds, inputs, outputs, tokens, errors and parents."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.backends import MLflow, Phoenix, serving, spans_of

from gradient.store import SqliteStore

pytestmark = pytest.mark.slow
_ROOT = Path(__file__).parents[2]
_AGENT = "from support.errand import record_errands; record_errands()"
_SHIP = ("-m", "gradient.cli", "ship", "--once", "--to")
_QUESTION, _ANSWER = "What is the weather in Zürich?", "Sunny in Zürich"
# What each of them calls what we call so.
_KINDS = {
    Phoenix: {
        "request": "CHAIN",
        "agent": "AGENT",
        "retriever": "RETRIEVER",
        "graph": "CHAIN",
        "node": "CHAIN",
        "llm": "LLM",
        "tool": "TOOL",
    },
    MLflow: {
        "request": "WORKFLOW",
        "agent": "AGENT",
        "retriever": "RETRIEVER",
        "graph": "WORKFLOW",
        "node": "TASK",
        "llm": "CHAT_MODEL",
        "tool": "TOOL",
    },
}


@pytest.fixture(params=[Phoenix, MLflow], ids=lambda kind: kind.__name__)
def backend(request, tmp_path):
    """One backend, running."""
    if not request.param.program:
        pytest.skip(f"TEST_{request.param.__name__.upper()} names no program; .ci/run installs one")
    folder = tmp_path / "server"
    folder.mkdir()
    with serving(request.param, folder) as running:
        yield running


@pytest.fixture
def python(home, tmp_path):
    """Return a function that runs Python in a process of its own, on this test's home."""

    def run(*words, **variables):
        path = os.pathsep.join([str(_ROOT), str(_ROOT / "tests")])
        environment = {**os.environ, "PYTHONPATH": path, "GRADIENT_HOME": str(home), **variables}
        done = subprocess.run(
            [sys.executable, *words], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done

    return run


def recorded(home):
    """Return requests and executions as Gradient shows them, each with its parent's id, by span id."""
    with SqliteStore(home) as store:
        runs = [store.run_document(run) for run in store.all_runs()]
    return {run["span_id"]: {**run, "kind": "request", "parent_id": ""} for run in runs} | {
        each["execution_id"]: {**each, "parent_id": each["parent_id"] or run["span_id"]}
        for run in runs
        for each in run["executions"]
    }


def test_a_backend_shows_a_run_as_it_was(backend, python, home):
    python("-c", _AGENT)
    how = {"HEADERS": backend.headers, "TIMEOUT": "60"}
    variables = {f"OTEL_EXPORTER_OTLP_{name}": value for name, value in how.items()}
    python(*_SHIP, backend.url, *backend.options, **variables, GRADIENT_OTLP_METRICS="false")

    ours = recorded(home)
    told = spans_of(backend, len(ours))

    kinds = _KINDS[type(backend)]
    assert {span: each.kind for span, each in told.items()} == {span: kinds[own["kind"]] for span, own in ours.items()}
    assert {span: each.parent for span, each in told.items()} == {span: own["parent_id"] for span, own in ours.items()}
    # What is empty is nothing to MLflow.
    assert {span: each.inputs or None for span, each in told.items()} == {
        span: own["inputs"] or None for span, own in ours.items()
    }
    assert {span: each.outputs for span, each in told.items()} == {span: own["outputs"] for span, own in ours.items()}
    (model,) = [span for span, own in ours.items() if own["kind"] == "llm"]
    assert told[model].tokens == {"input": 120, "output": 30, "cached": 40}
    assert [span for span, each in told.items() if each.tokens] == [model]
    failed = {span for span, own in ours.items() if own["error"]}
    assert {span: each.failure for span, each in told.items() if each.failure} == dict.fromkeys(failed, "no such city")
    assert len(failed) == 2
    (root,) = [span for span, own in ours.items() if own["kind"] == "request" and own["status"] == "interrupted"]
    assert (told[root].session, told[root].user) == ("session-7", "ada")
    assert (told[root].inputs, told[root].outputs) == ({"question": _QUESTION}, _ANSWER)
