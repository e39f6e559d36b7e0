"""The id of this process, without a system call each time it is asked for."""

import os

pid = os.getpid()


def _note_fork() -> None:
    global pid  # noqa: PLW0603 - there is one process
    pid = os.getpid()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_note_fork)
