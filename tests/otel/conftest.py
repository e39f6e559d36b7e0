"""Receivers on the loopback interface, and shippers to them."""

import os

import pytest
from support import ports
from support.patience import PATIENCE_S
from support.receiver import receiving

from gradient.export.ship.destination import Destination
from gradient.export.ship.shipper import Shipper
from gradient.export.ship.source import Manner
from gradient.ingest import Ingest
from gradient.runtime.settings.fields import Settings


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    """Nothing of whoever runs the tests; what sends waits for as long as tests do."""
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", str(PATIENCE_S))


@pytest.fixture
def receiver():
    """A receiver that takes everything."""
    with receiving() as server:
        yield server


@pytest.fixture
def free_port():
    """A port that nobody listens at."""
    return ports.free_port()


class FakeSeconds:
    """A monotonic clock in seconds that tests decide on."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def seconds():
    return FakeSeconds()


@pytest.fixture
def shipper_to(home, seconds):
    """Return a function that makes a shipper of this test's home to a port; what it says is in `told`."""
    made = []

    def make(port, **manner):
        told = []
        destination = Destination(url=f"http://127.0.0.1:{port}/v1/traces", timeout_s=PATIENCE_S)
        shipper = Shipper(home, destination, Manner(**manner), clock_s=seconds, tell=told.append)
        shipper.told = told
        made.append(shipper)
        return shipper

    yield make
    for shipper in made:
        shipper.close()


@pytest.fixture
def shipper(shipper_to, receiver):
    """A shipper to the receiver."""
    return shipper_to(receiver.server_port)


@pytest.fixture
def other(tmp_path):
    """A home that is received in."""
    return tmp_path / "other"


@pytest.fixture
def ingest(other):
    """What takes traces there."""
    ingest = Ingest(other, Settings())
    yield ingest
    ingest.close()
