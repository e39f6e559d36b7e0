"""`gradient ship` sends what was recorded, and says what it did or why it could not."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from support.patience import PATIENCE_S
from support.receiver import attributes

from gradient.sdk import entrypoint
from gradient.store import SqliteStore

_ROOT = Path(__file__).parents[2]


@pytest.fixture
def ship(home, tmp_path):
    """Return a function that runs the command in this test's home, in a process of its own."""

    def run(*words, **environment):
        environment = {**os.environ, "PYTHONPATH": str(_ROOT), "GRADIENT_HOME": str(home), **environment}
        program = [sys.executable, "-m", "gradient.cli", "ship", *words]
        return subprocess.run(program, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def recorded(runtime):
    """One run with a secret question."""
    entrypoint(lambda question: "because")("why me")
    runtime.shutdown()


def test_once_sends_what_there_is_and_says_how_much(recorded, receiver, ship):
    done = ship("--once", "--to", receiver.url)

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines()[-1] == "Sent 1 span."
    assert len(receiver.spans) == 1


def test_a_second_time_there_is_nothing_to_send(recorded, receiver, ship):
    ship("--once", "--to", receiver.url)

    done = ship("--once", "--to", receiver.url)

    assert done.stderr.splitlines()[-1] == "Sent 0 spans."
    assert len(receiver.spans) == 1


@pytest.mark.parametrize("variable", ["GRADIENT_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"])
def test_variables_say_where_to(recorded, receiver, ship, variable):
    ship("--once", **{variable: receiver.url})

    assert len(receiver.spans) == 1


def test_open_telemetrys_variables_say_how(recorded, receiver, ship):
    ship(
        "--once",
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=f"{receiver.url}/v1/traces",
        OTEL_EXPORTER_OTLP_HEADERS="x-key=se%20cret",
        OTEL_EXPORTER_OTLP_COMPRESSION="gzip",
        OTEL_SERVICE_NAME="shop",
        OTEL_RESOURCE_ATTRIBUTES="deployment.environment=test",
    )

    ((path, headers, _),) = receiver.requests
    assert (path, headers["x-key"], headers["Content-Encoding"]) == ("/v1/traces", "se cret", "gzip")
    (resource,) = receiver.resources
    assert (resource["service.name"], resource["deployment.environment"]) == ("shop", "test")


def test_metrics_go_along_unless_settings_say_no(recorded, receiver, ship):
    ship("--once", "--to", receiver.url, GRADIENT_OTLP_METRICS="no")
    without = [metric.name for metric in receiver.metrics]
    ship("--once", "--to", receiver.url.replace("127.0.0.1", "localhost"))

    assert without == []
    assert [metric.name for metric in receiver.metrics] == ["gen_ai.invoke_agent.duration"]


@pytest.mark.parametrize(
    ("words", "environment"),
    [(["--no-io"], {}), ([], {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "no_content"})],
)
def test_content_can_be_left_out(recorded, receiver, ship, words, environment):
    ship("--once", "--to", receiver.url, *words, **environment)

    assert b"why me" not in b"".join(body for _, _, body in receiver.requests)
    assert "gradient.status" in attributes(receiver.spans[0])


def test_attributes_of_other_tools_are_added_on_request(recorded, receiver, ship):
    ship("--once", "--to", receiver.url, "--profile", "mlflow", "--profile", "langfuse")

    told = attributes(receiver.spans[0])
    assert (told["mlflow.spanType"], told["langfuse.observation.type"]) == ("WORKFLOW", "chain")


def test_nobody_said_where_to(ship):
    done = ship("--once")

    assert done.returncode == 2
    assert "GRADIENT_OTLP_ENDPOINT" in done.stderr


def test_a_receiver_that_is_down_is_a_failure_of_once(recorded, ship, free_port):
    done = ship("--once", "--to", f"http://127.0.0.1:{free_port}")

    assert done.returncode == 1
    assert "cannot be reached" in done.stderr
    assert "sent the next time" in done.stderr


def test_a_missing_package_is_named_with_the_line_that_installs_it(ship, tmp_path):
    (tmp_path / "opentelemetry").mkdir()
    (tmp_path / "opentelemetry" / "__init__.py").write_text("raise ImportError('not here')")

    done = ship("--once", "--to", "http://127.0.0.1:1", PYTHONPATH=f"{tmp_path}{os.pathsep}{_ROOT}")

    assert done.returncode == 5
    assert "pip install 'gradient-runtime[otel]'" in done.stderr


@pytest.mark.parametrize("port", ["here", "65536", "localhost:"])
def test_a_port_that_is_none_is_wrong_usage(ship, port):
    done = ship("--listen", port)

    assert done.returncode == 2
    assert "is no port" in done.stderr


@pytest.fixture
def listens(home, tmp_path, free_port):
    """A process that takes what others send; the first line of its standard error is in `said`."""
    environment = {**os.environ, "PYTHONPATH": str(_ROOT), "GRADIENT_HOME": str(home)}
    program = [sys.executable, "-m", "gradient.cli", "ship", "--listen", str(free_port)]
    with subprocess.Popen(program, env=environment, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        process.said = process.stderr.readline()
        yield process
        process.terminate()


def test_what_others_send_is_recorded_while_it_listens(home, listens, free_port):
    _send_one(free_port)
    listens.terminate()
    listens.wait()

    with SqliteStore(home) as store:
        (run,) = store.all_runs()
    assert listens.said == f"Listening at http://127.0.0.1:{free_port}/v1/traces; Ctrl-C ends it.\n"
    assert (run.entrypoint, run.status) == ("theirs", "completed")


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGSTOP")
def test_a_hundred_can_connect_while_it_is_busy(listens, free_port):
    listens.send_signal(signal.SIGSTOP)
    try:
        for _ in range(100):
            socket.create_connection(("127.0.0.1", free_port), timeout=PATIENCE_S).close()
    finally:
        listens.send_signal(signal.SIGCONT)

    _send_one(free_port)


def _send_one(port):
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(f"http://127.0.0.1:{port}/v1/traces")))
    with provider.get_tracer("any").start_as_current_span("theirs"):
        pass
    provider.shutdown()
