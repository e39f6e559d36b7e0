"""Journals of made-up processes, written with explicit times."""

import pytest

from gradient.journal import JournalWriter
from gradient.journal.events import (
    FORMAT_VERSION,
    ExecutionEnded,
    ExecutionStarted,
    ProcessStarted,
    RequestEnded,
    RequestStarted,
    Updated,
    encode_event,
)
from gradient.store import SqliteStore, ls_document

EPOCH_S = 1_700_000_000
MS = 1_000_000


class Process:
    """One process: its monotonic clock begins at 0 when its time of day is `began_s` after `EPOCH_S`."""

    def __init__(self, home, began_s=0, project="demo", version=FORMAT_VERSION, **settings):
        self.began_ns = (EPOCH_S + began_s) * 1000 * MS
        self.project = project
        self.version = version
        self.number_of = wide
        self.writer = JournalWriter(home / "journal", self._preamble, **settings)

    def _preamble(self):
        argv = ["agent.py", "--fast"]
        return encode_event(
            ProcessStarted(self.version, 42, "box", "3.12.1", argv, self.project, self.began_ns, 0),
        )

    def write(self, event):
        assert self.writer.append(encode_event(event)) is True

    def request(self, number, at_ms=0, **more):
        at = at_ms * MS
        entrypoint = more.pop("entrypoint", "agent")
        self.write(RequestStarted(key(number), at, self.began_ns + at, entrypoint, key(number), **more))

    def end_request(self, number, at_ms, started_ms=0, status="completed", **more):
        started = started_ms * MS
        entrypoint = more.pop("entrypoint", "agent")
        wall = self.began_ns + started
        self.write(RequestEnded(key(number), at_ms * MS, started, wall, entrypoint, key(number), status, **more))

    def start(self, number, execution, at_ms=0, **more):
        self.write(ExecutionStarted(key(number), self.number_of(execution), at=at_ms * MS, **self._work(more)))

    def end(self, number, execution, at_ms, started_ms=0, **more):
        times = {"at": at_ms * MS, "started_at": started_ms * MS}
        about = self._work({"status": "completed", **more})
        self.write(ExecutionEnded(key(number), self.number_of(execution), **times, **about))

    def update(self, number, execution, at_ms, *said):
        what, name, payload = said
        self.write(Updated(key(number), self.number_of(execution), at_ms * MS, what, name, payload))

    def _work(self, more):
        """Fill in what an execution must say and most tests do not care for."""
        about = {"name": "work", "kind": "node", "framework": "custom", **more}
        return {"node_id": f"{about['kind']}_{about['name']}", **about, "parent": self.number_of(more.get("parent", 0))}

    def die(self):
        self.writer.close()

    def forget_liveness(self):
        """Be like a journal that was copied from elsewhere without its lock."""
        folder = self.writer.folder
        self.die()
        (folder / "alive").unlink()


def wide(number):
    """Return the 64 bits of a made-up execution, as wide as those of real ones; 0 stands for none."""
    return number and 1 << 63 | number


def key(number):
    """Return the 16 bytes of a made-up request; its id begins with the number in hex."""
    return bytes([number]) * 16


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def process(home):
    """Return a function that begins a process; all of them are dead after the test."""
    begun = []

    def begin(where=home, **settings):
        begun.append(Process(where, **settings))
        return begun[-1]

    yield begin
    for one in begun:
        one.die()


@pytest.fixture
def listed(home):
    """Return a function that gives the newest run as it is listed."""
    return lambda: ls_document(SqliteStore(home).list(limit=1).runs)["runs"][0]


@pytest.fixture
def document(home):
    """Return a function that gives the document of a run, by default of the newest."""

    def read(reference="@last"):
        store = SqliteStore(home)
        return store.run_document(store.find(reference))

    return read


@pytest.fixture
def only_execution(document):
    """Return a function that gives the one execution of the newest run."""

    def read():
        (execution,) = document()["executions"]
        return execution

    return read
