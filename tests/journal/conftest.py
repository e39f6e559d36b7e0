"""Writers for both ways of writing, and a short way to read back what they wrote."""

import sys
from pathlib import Path

import pytest

from gradient.journal import JournalWriter, processes

PREAMBLE = b"preamble"


@pytest.fixture(
    params=[
        pytest.param(True, id="mapped", marks=pytest.mark.skipif(sys.platform != "linux", reason="Linux only")),
        pytest.param(False, id="written"),
    ]
)
def mapped(request):
    return request.param


@pytest.fixture
def root(tmp_path):
    return tmp_path / "journal"


@pytest.fixture
def make_writer(root, mapped):
    """Return a function that makes writers; they are closed after the test."""
    writers = []

    def make(**settings):
        settings = {"root": root, "preamble": lambda: PREAMBLE, "mapped": mapped, **settings}
        writers.append(JournalWriter(**settings))
        return writers[-1]

    yield make
    for writer in writers:
        writer.close()


@pytest.fixture
def writer(make_writer):
    return make_writer()


@pytest.fixture
def bodies(root):
    """Return a function that gives all bodies in the journal but the preambles."""

    def read(where: Path = root):
        frames = (frame.body for process in processes(where) for frame in process.frames())
        return [body for body in frames if body != PREAMBLE]

    return read


@pytest.fixture
def only_process(root):
    """Return a function that gives the one process in the journal."""

    def read():
        (process,) = processes(root)
        return process

    return read
