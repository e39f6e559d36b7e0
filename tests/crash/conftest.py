"""Programs that die, in processes of their own, and what is left of them on disk."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from support.patience import PATIENCE_S

TESTS = Path(__file__).parents[1]


@pytest.fixture
def start(home):
    """Return a function that starts a program with this test's home; whatever still runs is killed afterwards."""
    started = []

    def start(program, *arguments, **options):
        path = os.pathsep.join([str(TESTS.parent), str(TESTS)])
        source = [str(program)] if isinstance(program, Path) else ["-c", program]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        process = subprocess.Popen(
            [sys.executable, *source, *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,  # so that its children can be killed with it
            **pipes,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture
def run(start):
    """Return a function that runs a program to its end; gives its exit code and what it printed."""

    def run(program, *arguments):
        process = start(program, *arguments)
        out, err = process.communicate(timeout=PATIENCE_S)
        return process.returncode, out.decode(), err.decode()

    return run
