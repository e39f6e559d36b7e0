"""A real collector takes what is sent, and prints the attributes that it understood."""

import signal
import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from gradient.sdk import entrypoint, step

pytestmark = pytest.mark.slow
_ROTEL = find_spec("rotel")
_AGENT = None if _ROTEL is None else Path(_ROTEL.origin).with_name("rotel-agent")


@pytest.fixture
def collector(tmp_path, receiver):
    """A collector that logs what it takes and passes it on; gives its port and its log."""
    if _AGENT is None:
        pytest.skip("rotel is not installed")
    with socket.socket() as one, socket.socket() as other:
        for reserved in (one, other):
            reserved.bind(("127.0.0.1", 0))
        ports = one.getsockname()[1], other.getsockname()[1]
    log = tmp_path / "collector.log"
    program = [
        _AGENT, "start", "--otlp-grpc-endpoint", f"127.0.0.1:{ports[0]}", "--otlp-http-endpoint",
        f"127.0.0.1:{ports[1]}", "--exporter", "otlp", "--otlp-exporter-protocol", "http",
        "--otlp-exporter-endpoint", receiver.url, "--debug-log", "traces", "--debug-log-verbosity", "detailed",
    ]  # fmt: skip
    with log.open("wb") as written:
        process = subprocess.Popen(program, stdout=written, stderr=written)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", ports[1])) == 0:
                break
        time.sleep(0.05)
    yield ports[1], log
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=30)


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
