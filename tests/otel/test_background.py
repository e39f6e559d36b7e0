"""An agent that exports by itself: nothing at import, one thread from the first request on, and never in the way."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from support.patience import PATIENCE_S

from gradient.sdk import configure, continued_trace, entrypoint, step

_ROOT = Path(__file__).parents[2]
_TRACE, _SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")


def ours():
    return [thread for thread in threading.enumerate() if thread.name == "gradient-ship"]


@pytest.fixture
def exporting(runtime, receiver):
    """The manager, sending to the receiver."""
    configure(otlp_endpoint=receiver.url, otlp_exit_s=PATIENCE_S)
    return runtime


def test_nothing_begins_before_the_first_request(exporting, receiver, home):
    agent = entrypoint(lambda: 1)
    before = ours(), receiver.attempts, (home / "otlp").exists()

    agent()

    assert before == ([], 0, False)
    assert len(ours()) == 1


def test_a_request_arrives_while_the_agent_runs(exporting, receiver):
    entrypoint(lambda: 1)()

    assert receiver.wait_for(lambda server: server.requests)


def test_shutting_down_sends_the_rest_and_ends_the_thread(exporting, receiver):
    agent = entrypoint(lambda: 1)
    for _ in range(20):
        agent()

    exporting.shutdown()

    assert ours() == []
    assert len(receiver.spans) == 20


def test_after_a_shutdown_a_request_begins_anew(exporting, receiver):
    agent = entrypoint(lambda: 1)
    agent()
    exporting.shutdown()

    agent()
    exporting.shutdown()

    assert len({span.span_id for span in receiver.spans}) == 2


def test_other_settings_take_effect(exporting, receiver):
    agent = entrypoint(lambda: 1)
    agent()
    configure(otlp_endpoint="off")

    agent()
    exporting.shutdown()

    assert ours() == []
    assert len(receiver.spans) == 1


def test_the_thread_belongs_to_no_request(exporting, receiver, read_runs):
    with continued_trace({"traceparent": f"00-{_TRACE}-{_SPAN}-01"}):
        entrypoint(lambda: 1)()
    exporting.shutdown()

    (path, headers, _), *_ = receiver.requests
    assert path == "/v1/traces"
    assert "traceparent" not in {name.lower() for name in headers}


@needs_fork
def test_a_forked_child_sends_what_it_did_for_its_parents_request_in_the_same_trace(exporting, receiver, read_runs):
    @entrypoint
    def agent():
        child = os.fork()
        if not child:
            with step("in the child"):
                pass
            exporting.shutdown()
            os._exit(0)
        os.waitpid(child, 0)

    with continued_trace({"traceparent": f"00-{_TRACE}-{_SPAN}-01"}):
        agent()
    exporting.shutdown()

    (run,) = read_runs()
    spans = {span.name: span for span in receiver.spans}
    assert {name: span.trace_id.hex() for name, span in spans.items()} == {
        "invoke_workflow agent": _TRACE,
        "in the child": _TRACE,
    }
    assert spans["in the child"].parent_span_id.hex() == run["span_id"]
    assert len(receiver.spans) == 2


def run_without(tmp_path, home, missing, **environment):
    """Run an agent where a package cannot be imported; return what it said on stdout and stderr."""
    (tmp_path / missing).mkdir()
    (tmp_path / missing / "__init__.py").write_text("raise ImportError('not here')")
    environment = {
        **os.environ,
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{_ROOT}",
        "GRADIENT_HOME": str(home),
        **environment,
    }
    program = "from gradient.sdk import entrypoint\nprint(entrypoint(lambda: 'answer')())"
    ran = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    return ran.stdout, ran.stderr


def test_without_the_packages_the_agent_works_and_says_once_what_to_install(tmp_path, home):
    told = run_without(tmp_path, home, "opentelemetry", GRADIENT_OTLP_ENDPOINT="http://127.0.0.1:1")

    assert told[0] == "answer\n"
    assert told[1].count("pip install 'gradient-runtime[otel]'") == 1


def test_live_without_the_packages_the_agent_works_and_says_once_what_to_install(tmp_path, home):
    told = run_without(tmp_path, home, "opentelemetry", GRADIENT_OTLP_LIVE="1")

    assert told[0] == "answer\n"
    assert told[1].count("pip install 'gradient-runtime[otel]'") == 1


@pytest.mark.parametrize(
    "variables", [{"OTEL_SDK_DISABLED": "true"}, {"OTEL_TRACES_EXPORTER": "none"}, {"GRADIENT_OTLP_ENDPOINT": "off"}]
)
def test_variables_that_say_no_are_heard(runtime, receiver, monkeypatch, variables):
    for name, value in {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url, **variables}.items():
        monkeypatch.setenv(name, value)
    configure(console="off")  # so that the variables are read

    entrypoint(lambda: 1)()
    runtime.shutdown()

    assert receiver.attempts == 0
