"""Every test starts without a runtime, in a home of its own, and leaves nothing of us behind."""

import os
import signal

import pytest
from support.leaks import leaks, seams

from gradient.runtime import RuntimeManager
from gradient.runtime.context import clear_request_context
from gradient.runtime.listening.listeners import forget_warnings
from gradient.runtime.manager import set_runtime_manager
from gradient.sdk.configuring import forget_configuration
from gradient.store import SqliteStore

pytest_plugins = ["pytester"]

# A shell's background job ignores Ctrl-C, and so would each program that a test begins and ends.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def home(tmp_path):
    """The folder that journals of this test go to; it does not exist yet."""
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch, tmp_path, home):
    """No setting comes from whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith("GRADIENT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GRADIENT_HOME", str(home))
    monkeypatch.setenv("GRADIENT_CONSOLE", "off")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture(autouse=True)
def nothing_is_left(clean_environment):
    """Shut the process's manager down after the test, and prove that nothing of us is left."""
    shut_down()  # decorators in test modules made a manager while tests were collected
    before = seams()

    yield

    shut_down()
    forget_configuration()
    forget_warnings()
    left = leaks(before)
    clear_request_context()  # so that only the test that left something fails
    assert left == []


def shut_down():
    manager = set_runtime_manager(None)
    if manager is not None:
        manager.shutdown()


@pytest.fixture
def runtime(nothing_is_left):
    """The process's manager: it records to `home`, prints nothing, and is installed."""
    manager = RuntimeManager()
    set_runtime_manager(manager)
    manager.install_instrumentation()
    yield manager
    manager.shutdown()


@pytest.fixture
def read_runs(home):
    """Return a function that gives all runs of this test's home as `gradient.run/1`, oldest first."""

    def read():
        with SqliteStore(home) as store:
            return [store.run_document(run) for run in reversed(store.all_runs())]

    return read
