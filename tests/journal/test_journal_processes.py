"""What was acknowledged survives SIGKILL, and a forked child has a journal of its own."""

import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from support.patience import PATIENCE_S

from gradient.journal import ProcessJournal, processes

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")

REPOSITORY = Path(__file__).parents[2]

WRITE_UNTIL_KILLED = """
import itertools, os, sys
from pathlib import Path
from gradient.journal import JournalWriter
writer = JournalWriter(Path(sys.argv[1]), lambda: b"preamble", mapped=sys.argv[2] == "True",
                       first_segment_bytes=16_384, largest_segment_bytes=262_144)
for index in itertools.count():
    assert writer.append(b"%d " % index * (index % 300)) is True
    os.write(1, b"%d\\n" % index)
"""

DIE_BEFORE_THE_CHILD = """
import os, sys
from pathlib import Path
from gradient.journal import JournalWriter
writer = JournalWriter(Path(sys.argv[1]), lambda: b"preamble", mapped=sys.argv[2] == "True")
writer.append(b"parent")
forked = os.fork()
if not forked:
    writer.append(b"child")
    os.write(1, str(writer.folder).encode())
    os.read(0, 1)
    os._exit(0)
os.write(2, str(writer.folder).encode())
os._exit(0)
"""


def start(script, *arguments):
    command = [sys.executable, "-c", script, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=REPOSITORY, stdin=pipe, stdout=pipe, stderr=pipe)


def in_child(work):
    """Run `work` in a forked child and return its result, 0 to 255."""
    child = os.fork()
    if not child:
        signal.alarm(20)  # Kills a child that waits for ever.
        code = 255
        try:
            code = int(work())
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_acknowledged_frame_survives_a_kill(root, mapped, seed, bodies):
    with start(WRITE_UNTIL_KILLED, root, mapped) as process:
        for _ in range(random.Random(seed).randrange(100, 5_000)):
            acknowledged = process.stdout.readline()
        process.kill()
        acknowledged = (acknowledged + process.stdout.read()).splitlines()

    found = bodies()

    wanted = [b"%d " % index * (index % 300) for index in range(int(acknowledged[-1]) + 1)]
    assert found[: len(wanted)] == wanted
    assert len(found) <= len(wanted) + 1
    assert [journal.liveness() for journal in processes(root)] == ["dead"]


def test_a_forked_child_writes_into_its_own_folder(writer, root, bodies):
    writer.append(b"parent")
    folder, generation = writer.folder, writer.generation

    def child():
        refused = writer.append(b"stale", generation) is False
        return refused and writer.append(b"child", writer.generation) and writer.folder != folder and writer.lost == 0

    assert in_child(child) == 1

    assert writer.append(b"parent again", generation) is True
    assert sorted(bodies()) == [b"child", b"parent", b"parent again"]
    assert {journal.path: journal.liveness() for journal in processes(root)} == {
        folder: "alive",
        next(journal.path for journal in processes(root) if journal.path != folder): "dead",
    }


def test_a_forked_child_that_writes_nothing_leaves_no_trace(writer, root):
    writer.append(b"parent")
    before = sorted(root.rglob("*"))

    assert in_child(lambda: writer.folder is None) == 1

    assert sorted(root.rglob("*")) == before
    assert processes(root)[0].liveness() == "alive"


def test_a_parent_that_dies_is_dead_while_its_child_lives(root, mapped):
    with start(DIE_BEFORE_THE_CHILD, root, mapped) as parent:
        child = parent.stdout.read(len(str(root)) + 1 + len("20260101T000000Z-"))
        parent.wait()
        folders = {journal.path: journal for journal in processes(root)}
        liveness = {b"child": None, b"parent": None}
        for journal in folders.values():
            liveness[[frame.body for frame in journal.frames()][1]] = journal.liveness()
        parent.stdin.close()
        parent.stdout.read()

    assert child.startswith(bytes(root))
    assert liveness == {b"child": "alive", b"parent": "dead"}


def test_a_fork_while_another_thread_writes_does_not_lock_the_child(make_writer, bodies):
    forked, inside = threading.Event(), threading.Event()
    parent = os.getpid()

    def preamble():
        if os.getpid() == parent:
            inside.set()
            forked.wait(PATIENCE_S)
        return b"preamble"

    writer = make_writer(preamble=preamble)
    thread = threading.Thread(target=writer.append, args=(b"thread",))
    thread.start()
    inside.wait(PATIENCE_S)

    child = in_child(lambda: writer.append(b"child"))
    forked.set()
    thread.join()

    assert child == 1
    assert sorted(bodies()) == [b"child", b"thread"]


def test_a_process_is_alive_until_it_closes(writer):
    writer.append(b"")
    journal = ProcessJournal(writer.folder)

    assert [journal.liveness() for _ in range(3)] == ["alive"] * 3
    writer.close()
    assert journal.liveness() == "dead"


def test_nobody_knows_about_a_folder_without_its_lock_file(writer):
    writer.append(b"")
    journal = ProcessJournal(writer.folder)
    writer.close()
    (journal.path / "alive").unlink()

    assert journal.liveness() == "unknown"


def test_folders_that_are_being_made_are_not_listed(writer, root):
    writer.append(b"")
    (root / ".20260101T000000Z-1-abcdef").mkdir()
    (root / "notes.txt").write_bytes(b"")

    assert [journal.id for journal in processes(root)] == [writer.folder.name]
    assert processes(root / "missing") == []


def test_importing_starts_nothing():
    script = "import threading, gradient.journal; print(threading.active_count())"

    with start(script) as process:
        output = process.stdout.read()

    assert output == b"1\n"
