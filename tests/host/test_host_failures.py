"""When we fail, the agent's answer is unchanged, the loss is counted, and at most one warning says so."""

import io
import resource
import subprocess
import sys

import pytest
from support.scripted import graph_of

from gradient.runtime import Listener
from gradient.sdk import annotate, configure, entrypoint, set_metadata, step

EVENTS = ["on_request_start", "on_request_end", "on_execution_start", "on_execution_end", "on_update"]


class Seen(Listener):
    """Notes which events came."""

    def __init__(self):
        self.events = []

    def on_request_start(self, request):
        self.events.append("on_request_start")

    def on_request_end(self, request):
        self.events.append("on_request_end")

    def on_execution_start(self, execution):
        self.events.append("on_execution_start")

    def on_execution_end(self, execution):
        self.events.append("on_execution_end")

    def on_update(self, scope, what, name, value):
        self.events.append("on_update")


class Unreadable(Exception):
    """An exception that cannot even be printed."""

    def __repr__(self):
        raise RuntimeError("no repr")

    def __str__(self):
        raise RuntimeError("no str")


def node(state):
    with step("inside"):
        annotate("an event")
    return {"value": state["value"] + 1}


def ask():
    """Run an agent twice; both answers must be as if we were not there."""
    graph = graph_of(node)

    @entrypoint
    def agent(number):
        return graph.invoke({"value": number})["value"]

    assert (agent(1), agent(2)) == (2, 3)


def warnings_in(text):
    return [line for line in text.splitlines() if line.startswith("[RUNTIME] Warning")]


def raising(error):
    def method(self, *facts):
        raise error

    return method


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("kind", [ValueError, Unreadable, StopIteration, RecursionError])
def test_a_listener_that_raises_is_removed_counted_and_told_once(runtime, capsys, read_runs, event, kind):
    before, rude, after = Seen(), type("Rude", (), {event: raising(kind())})(), Seen()
    for listener in (before, rude, after):
        runtime.add_listener(listener)

    ask()

    listeners = runtime.tracking.listeners
    assert rude not in listeners
    assert listeners.failures == 1
    assert before.events == after.events
    assert before.events.count(event) >= 2
    assert [run["status"] for run in read_runs()] == ["completed", "completed"]
    assert len(warnings_in(capsys.readouterr().err)) == 1


def test_a_listener_made_of_plain_functions_is_removed_too(runtime, capsys):
    class Bag:
        pass

    rude = Bag()
    rude.on_request_end = raising(ValueError())
    runtime.add_listener(rude)

    ask()

    assert rude not in runtime.tracking.listeners
    assert len(warnings_in(capsys.readouterr().err)) == 1


def test_a_listener_cannot_swallow_a_keyboard_interrupt(runtime):
    rude = type("Rude", (), {"on_execution_end": raising(KeyboardInterrupt())})()
    runtime.add_listener(rude)

    with pytest.raises(KeyboardInterrupt):
        ask()


@pytest.mark.parametrize("console", ["off", "nodes"])
def test_an_unwritable_home_costs_the_record_and_one_warning(tmp_path, capsys, console):
    (tmp_path / "file").write_text("a regular file")
    ended = Ended()
    manager = configure(home=tmp_path / "file" / "home", console=console)
    manager.add_listener(ended)

    ask()

    told = capsys.readouterr().err
    assert len(warnings_in(told)) == 1
    assert "Cannot write the journal" in told
    assert [request.dropped > 5 for request in ended.requests] == [True, True]
    assert ("Not recorded:" in told) == (console != "off")
    assert manager.recorder.writer.lost > 10


class Ended(Listener):
    """Keeps the requests that ended."""

    def __init__(self):
        self.requests = []

    def on_request_end(self, request):
        self.requests.append(request)


FULL = """
import sys
from support.scripted import graph_of
from gradient.sdk import entrypoint
from gradient.runtime import get_runtime_manager

BEFORE

def node(state):
    return {"value": state["value"] + ["x" * 2_000 + str(len(state["value"]))]}

graph = graph_of(node)

@entrypoint
def agent(number):
    return graph.invoke({"value": [str(number)] * 20})["value"]

agent(0)
for number in range(1, 200):
    assert agent(number)[-1] == "x" * 2_000 + "20"
print("lost", get_runtime_manager().recorder.writer.lost)
"""

LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))"


def run_full(home, before="", tests=sys.path):
    return subprocess.run(
        [sys.executable, "-c", FULL.replace("BEFORE", before)],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": ":".join(filter(None, tests)), "GRADIENT_HOME": str(home), "GRADIENT_CONSOLE": "summary"},
    )


def check_full(done, read_runs):
    assert done.returncode == 0, done.stderr
    lost = int(done.stdout.split()[1])
    assert lost > 100
    assert len(warnings_in(done.stderr)) == 1
    assert "Not recorded: " in done.stderr
    runs = read_runs()
    assert runs[0]["inputs"] == {"number": 0}
    assert runs[0]["status"] == "completed"
    assert {run["status"] for run in runs} <= {"completed", "unknown"}  # unknown: its end was lost


@pytest.fixture
def small_disk(home):
    """Mount a file system of 400 KB at the home of this test, where that is allowed."""
    home.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(home)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    yield
    subprocess.run(["umount", str(home)], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a tmpfs")
def test_a_full_disk_costs_the_record_and_one_warning(small_disk, home, read_runs):
    check_full(run_full(home), read_runs)


@pytest.mark.skipif(sys.platform == "win32", reason="needs resource limits")
def test_a_limit_on_file_sizes_costs_the_record_and_one_warning(home, read_runs):
    size = 100_000 // resource.getpagesize() * resource.getpagesize()

    check_full(run_full(home, LIMITED.replace("LIMIT)", f"{size})").replace("(LIMIT,", f"({size},")), read_runs)


class Closed(io.StringIO):
    """A stream that raises whatever is done to it."""

    def __init__(self, error):
        super().__init__()
        self._error = error

    def write(self, text):
        raise self._error

    def flush(self):
        raise self._error

    def isatty(self):
        raise self._error


def closed():
    stream = io.StringIO()
    stream.close()
    return stream


@pytest.mark.parametrize(
    "stream",
    [None, closed(), Closed(OSError("gone")), Closed(BrokenPipeError()), Closed(RuntimeError("odd"))],
    ids=["none", "closed", "OSError", "BrokenPipe", "RuntimeError"],
)
@pytest.mark.parametrize("console", ["nodes", "debug"])
@pytest.mark.parametrize("name", ["stderr", "stdout"])
def test_a_stream_that_fails_costs_the_lines(monkeypatch, read_runs, stream, console, name):
    configure(console=console, console_stream=name)
    monkeypatch.setattr(sys, name, stream)

    ask()

    assert [run["status"] for run in read_runs()] == ["completed", "completed"]


def test_a_stream_that_cannot_encode_gets_escapes(monkeypatch):
    raw = io.BytesIO()
    configure(console="nodes")
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(raw, encoding="ascii"))

    entrypoint(name="größer \U0001f600")(lambda: None)()

    sys.stderr.flush()
    assert b"gr\\xf6\\xdfer" in raw.getvalue()


@pytest.mark.parametrize("kind", [ValueError, Unreadable])
def test_a_custom_tracker_that_raises_is_tolerated(capsys, kind, home, read_runs):
    from gradient.runtime import ExecutionTracker, RuntimeManager
    from gradient.runtime.manager import set_runtime_manager

    class Rude(ExecutionTracker):
        start_node_execution = raising(kind())
        end_node_execution = raising(kind())

    manager = RuntimeManager(Rude())
    set_runtime_manager(manager)
    manager.install_instrumentation()

    ask()

    assert manager.tracking.custom_failures > 0
    assert [run["status"] for run in read_runs()] == ["completed", "completed"]


@pytest.mark.parametrize("kind", [Unreadable, ValueError])
def test_an_exception_of_the_users_that_cannot_be_read_passes_through(runtime, read_runs, kind):
    error = kind()

    def failing(state):
        raise error

    with pytest.raises(kind) as caught:
        entrypoint(graph_of(failing).invoke)({"value": 1})

    assert caught.value is error
    assert read_runs()[0]["status"] == "error"


def test_metadata_that_is_none_costs_nothing_but_itself(runtime, read_runs):
    class Odd(dict):
        def keys(self):
            raise RuntimeError

    @entrypoint(metadata=Odd(a=1))
    def agent():
        set_metadata(**{"odd key ": object()})
        return "an answer"

    assert agent() == "an answer"
