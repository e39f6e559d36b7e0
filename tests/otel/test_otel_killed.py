"""A kill at any moment loses no span and doubles none; the stock batch processor, in the same place, loses them."""

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from support.patience import PATIENCE_S

_ROOT = Path(__file__).parents[2]
_AGENT = """
import os, signal, sys
from gradient.sdk import entrypoint, step

@step("work")
def work(number):
    return number

@entrypoint
def agent(number):
    return work(number)

for number in range(int(sys.argv[1])):
    agent(number)
if sys.argv[2:] == ["killed"]:
    os.kill(os.getpid(), signal.SIGKILL)
"""
_STOCK = """
import os, signal, sys
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
for number in range(int(sys.argv[1])):
    with provider.get_tracer("stock").start_as_current_span("agent"):
        pass
os.kill(os.getpid(), signal.SIGKILL)
"""
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing can be killed so there")


@pytest.fixture
def run(home, tmp_path):
    """Return a function that runs a program with this test's home; `otlp` is where it exports to."""

    def start(*words, otlp=None):
        environment = {**os.environ, "GRADIENT_HOME": str(home), "PYTHONPATH": str(_ROOT)}
        environment["GRADIENT_OTLP_EXIT_S"] = str(PATIENCE_S)
        if otlp is not None:
            environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = otlp
        return subprocess.Popen([sys.executable, *words], env=environment, cwd=tmp_path, stderr=subprocess.PIPE)

    return start


def finished(process):
    """Wait for a process; return its exit code and what it said."""
    with process.stderr:
        said = process.stderr.read().decode()
    return process.wait(), said


def ids(receiver):
    return Counter(span.span_id for span in receiver.spans)


def test_an_agent_that_ends_has_sent_everything(run, receiver):
    code, said = finished(run("-c", _AGENT, "50", otlp=receiver.url))

    assert (code, said) == (0, "")
    assert sorted(ids(receiver).values()) == [1] * 100


def test_an_agent_that_is_killed_leaves_nothing_unsent_for_long(run, receiver):
    finished(run("-c", _AGENT, "50", "killed", otlp=receiver.url))

    code, said = finished(run("-c", _AGENT, "1", otlp=receiver.url))

    assert (code, said) == (0, "")
    assert sorted(ids(receiver).values()) == [1] * 102


def test_the_stock_batch_processor_loses_what_a_kill_finds(run, receiver):
    finished(run("-c", _STOCK, "50", otlp=receiver.url))

    finished(run("-c", _AGENT, "1", otlp=receiver.url))

    assert [span.name for span in receiver.spans] == ["invoke_workflow agent", "work"]


def test_a_receiver_that_is_down_delays_the_end_of_an_agent_no_longer_than_settings_allow(run, free_port, receiver):
    unreachable = run("-c", _AGENT, "5", otlp=f"http://127.0.0.1:{free_port}")
    code, said = finished(unreachable)

    later = run("-m", "gradient.cli", "-q", "ship", "--once", "--to", receiver.url)

    assert code == 0
    assert "cannot be reached" in said
    assert finished(later)[0] == 0
    assert sorted(ids(receiver).values()) == [1] * 10


def test_a_shipper_that_is_killed_while_it_sends_goes_on_where_it_was(run, receiver):
    finished(run("-c", _AGENT, "2000"))
    ship = ("-m", "gradient.cli", "-q", "ship", "--to", receiver.url)
    killed = 0
    for wanted in (1_000, 2_000, 3_000):
        process = run(*ship)
        assert receiver.wait_for(lambda server, wanted=wanted: len(server.spans) >= wanted)
        os.kill(process.pid, signal.SIGKILL)
        killed += finished(process)[0] == -signal.SIGKILL

    code, _ = finished(run(*ship, "--once"))

    sent = ids(receiver)
    twice = sum(count - 1 for count in sent.values())
    assert (code, killed, len(sent)) == (0, 3, 4_000)
    # A batch that arrived but was not noted any more comes again, with the same ids.
    assert twice <= 3 * 512


def test_an_agent_killed_at_work_is_shown_as_aborted(run, receiver):
    hanging = _AGENT.replace("return number\n\n@entry", "os.kill(os.getpid(), signal.SIGKILL)\n\n@entry")
    finished(run("-c", hanging, "1"))

    for _ in range(2):
        finished(run("-m", "gradient.cli", "-q", "ship", "--once", "--to", receiver.url))

    assert [(span.name, span.status.message) for span in receiver.spans] == [
        ("invoke_workflow agent", "the process died"),
        ("work", "the process died"),
    ]
