"""A real collector takes what is sent, and prints the attributes that it understood."""

import os
import signal
import socket
import subprocess

import pytest
from support.backends import wait_until
from support.patience import PATIENCE_S
from support.ports import free_port

from gradient.sdk import entrypoint, step

pytestmark = pytest.mark.slow
_ROTEL = os.environ.get("TEST_ROTEL")


@pytest.fixture
def collector(tmp_path, receiver):
    """A collector that logs what it takes and passes it on; gives its port and its log."""
    if not _ROTEL:
        pytest.skip("TEST_ROTEL names no program; .ci/run installs one")
    ports = free_port(), free_port()
    log = tmp_path / "collector.log"
    program = [
        _ROTEL, "start", "--otlp-grpc-endpoint", f"127.0.0.1:{ports[0]}", "--otlp-http-endpoint",
        f"127.0.0.1:{ports[1]}", "--exporter", "otlp", "--otlp-exporter-protocol", "http",
        "--otlp-exporter-endpoint", receiver.url, "--debug-log", "traces", "--debug-log-verbosity", "detailed",
    ]  # fmt: skip
    with log.open("wb") as written:
        process = subprocess.Popen(program, stdout=written, stderr=written)
    assert wait_until(lambda: listens(ports[1]))
    yield ports[1], log
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=PATIENCE_S)


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_collector_understands_kinds_tokens_inputs_outputs_errors_and_parents(
    runtime, receiver, collector, shipper_to
):
    port, log = collector

    @entrypoint
    def agent(question):
        with step("ask", kind="llm", inputs={"messages": [{"role": "user", "parts": []}]}) as call:
            call.set_usage(input_tokens=9, output_tokens=4, model="gpt-4o")
            call.outputs = "because"
        with pytest.raises(LookupError), step("search", kind="tool", inputs={"q": question}):
            raise LookupError("nothing there")

    agent("why")
    shipper_to(port).round()
    assert receiver.wait_for(lambda server: len(server.spans) == 3)

    printed = log.read_text("utf-8", "replace")
    for told in (
        "gen_ai.operation.name",
        "gpt-4o",
        "openinference.span.kind",
        "nothing there",
        "gen_ai.usage.input_tokens",
    ):
        assert told in printed
    spans = {span.name: span for span in receiver.spans}
    root = spans["invoke_workflow agent"]
    assert {span.parent_span_id for name, span in spans.items() if span is not root} == {root.span_id}
    assert spans["execute_tool search"].status.message == "nothing there"
