"""Long output, a screen at a time, where somebody is there to turn the pages.

Which pager: `GRADIENT_PAGER`, else `PAGER`, else `less`, told to end at once where everything fits on the screen. An
empty one or `cat`, `--no-pager`, `CI`, a pipe, or no keyboard: none.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress

from gradient.cli.drawing.page import Page
from gradient.cli.options import pager_wanted

_NONE = ("", "cat")
_LESS = "FRX"  # end where it fits on a screen, show colours, leave the text on the screen


@contextmanager
def paged() -> Generator[Page]:
    """Give the page to print on; messages after the block stand below what was printed in it."""
    command = _command(os.environ) if pager_wanted() and sys.stdin.isatty() and sys.stdout.isatty() else None
    if command is None:
        yield Page()
        return
    environment = {"LESS": _LESS, "LV": "-c", **os.environ}
    with (
        _left_to_the_pager(),
        subprocess.Popen(  # noqa: S603 - the user's own words
            command, stdin=subprocess.PIPE, env=environment, text=True, encoding=sys.stdout.encoding
        ) as pager,
        suppress(BrokenPipeError),  # who reads has seen enough; closing may say so once more
    ):
        assert pager.stdin is not None  # noqa: S101 - a pipe was asked for
        with pager.stdin:
            yield Page(pager.stdin, terminal=True)


def _command(environment: Mapping[str, str]) -> list[str] | None:
    """Return the words of the pager's command line, or None for none."""
    wanted = environment.get("GRADIENT_PAGER", environment.get("PAGER", "less"))
    words = shlex.split(wanted)
    if environment.get("CI") or wanted.strip() in _NONE or shutil.which(words[0]) is None:
        return None
    return words


@contextmanager
def _left_to_the_pager() -> Generator[None]:
    """Leave Ctrl-C to the pager, as git does: there it means "stop searching", not "end"."""
    former = signal.signal(signal.SIGINT, _go_on)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)


def _go_on(_number: int, _frame: object) -> None:
    """Do nothing; not SIG_IGN, which the pager would inherit."""
