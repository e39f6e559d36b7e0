"""A program that closes descriptors under us keeps its own files as they are, and its later runs are recorded."""

import subprocess
import sys

import pytest

from gradient.journal import processes

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="descriptors as POSIX has them")

# Closes a random range of descriptors, opens files of its own in their place, and goes on writing; again and again.
CLOSING = """
import os, random, sys
from pathlib import Path
from gradient.journal import JournalWriter

folder, mapped, seed = Path(sys.argv[1]), sys.argv[2] == "True", int(sys.argv[3])
chosen = random.Random(seed)
writer = JournalWriter(folder / "journal", lambda: b"preamble", mapped=mapped, first_segment_bytes=16_384)
content = b"\\xaa" * 200_000
files = []

def take_descriptors():
    first = chosen.randrange(3, 12)
    os.closerange(first, first + chosen.choice([1, 2, 3, 60]))
    for _ in range(chosen.randrange(1, 8)):
        path = folder / f"{len(files)}.bin"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
        os.write(descriptor, content)
        files.append((path, descriptor, os.fstat(descriptor).st_ino))

for round in range(30):
    for number in range(chosen.randrange(1, 40)):
        writer.append(b"%d %d " % (round, number) + b"x" * chosen.randrange(1, 3_000))
    if chosen.random() < 0.3:
        take_descriptors()
        newest = files[-1]
        writer.renew()
        assert os.fstat(newest[1]).st_ino == newest[2], "a descriptor of the user's was closed"
writer.renew()
writer.append(b"the last one")
writer.close()
del writer
assert all(path.read_bytes() == content for path, _, _ in files), "a file of the user's was changed"
assert os.fstat(files[-1][1]).st_ino == files[-1][2] if files else True, "a descriptor of the user's was closed"
"""

DAEMON = """
import os, sys
from gradient.sdk import entrypoint, step

@entrypoint
def agent(number):
    with step("inside", inputs="y" * 20_000):
        return number

agent(0)
os.closerange(3, 256)
own = open(sys.argv[1], "w+b")
own.write(b"what the user has written")
for number in range(1, 20):
    agent(number)
"""


@pytest.mark.parametrize("mapped", [True, False])
@pytest.mark.parametrize("seed", range(8))
def test_files_that_got_our_descriptors_stay_as_they_are(tmp_path, mapped, seed):
    if mapped and sys.platform != "linux":
        pytest.skip("Linux only")
    program = [sys.executable, "-c", CLOSING, str(tmp_path), str(mapped), str(seed)]

    ran = subprocess.run(program, capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stderr) == (0, "")
    bodies = [frame.body for journal in processes(tmp_path / "journal") for frame in journal.frames()]
    assert b"the last one" in bodies


def test_a_process_that_closed_all_descriptors_records_its_later_runs(tmp_path, home, read_runs):
    own = tmp_path / "own"

    ran = subprocess.run([sys.executable, "-c", DAEMON, str(own)], capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert own.read_bytes() == b"what the user has written"
    assert [run["inputs"]["number"] for run in read_runs()] == list(range(20))
    assert {run["status"] for run in read_runs()} == {"completed"}


def test_a_writer_whose_lock_is_held_goes_on_in_its_folder(make_writer, root):
    writer = make_writer()
    writer.append(b"one")
    folder = writer.folder

    writer.renew()
    writer.append(b"two")

    assert writer.folder == folder
    assert len(list(root.iterdir())) == 1
