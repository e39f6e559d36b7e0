"""A terminal for a command to print on."""

import os
import subprocess
import sys
from typing import NamedTuple

import pytest


class Shown(NamedTuple):
    """What a command printed on a terminal, what it said in a pipe on stderr, and its exit code."""

    out: str
    err: str
    code: int


def on_a_terminal(  # noqa: PLR0913 - what a terminal is
    program, *, folder, environment, columns=100, keyboard=False, keys=""
):
    """Run a Python program with its stdout on a terminal; with `keyboard`, its stdin too, where `keys` are typed."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, *map(str, program)],
        cwd=folder,
        env={**environment, "TERM": environment.get("TERM", "xterm-256color"), "COLUMNS": str(columns)},
        stdin=theirs if keyboard else subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.PIPE,
    )
    os.close(theirs)
    os.write(ours, keys.encode())
    chunks = []
    try:
        while chunk := os.read(ours, 65536):
            chunks.append(chunk)
    except OSError:  # the other side is closed
        pass
    os.close(ours)
    with process.stderr:
        said = process.stderr.read().decode()
    return Shown(b"".join(chunks).decode().replace("\r\n", "\n"), said, process.wait())
