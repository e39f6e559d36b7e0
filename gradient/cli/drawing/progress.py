"""Show how far long work is, to whoever waits: on a terminal's stderr, after half a second, gone when it is done.

rich draws it, and is imported only when there is something to draw.
"""

import os
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, TextIO, final

from gradient.cli.drawing.formats import size
from gradient.cli.messages import is_quiet

if TYPE_CHECKING:
    from rich.progress import Progress as Drawing

_AFTER_S = 0.5


@final
class Progress:
    """A bar that is there while work takes long.

    Args:
        stream: Where to draw, or None for stderr.
        clock: Seconds, for tests.
    """

    def __init__(self, *, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._clock = clock
        self._begun_s = clock()
        self._drawing: Drawing | None = None
        self._done_bytes = 0
        self._watched = (
            self._stream.isatty()
            and os.environ.get("TERM") != "dumb"
            and not os.environ.get("CI")
            and not is_quiet()
        )  # fmt: skip

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def tell(self, what: str, done: int, total: int, *, unit: str = "runs") -> None:
        """Say how far it is.

        Args:
            what: What is being done, as "indexing".
            done: How many are done; without a total, how many bytes more were read.
            total: How many there are, or 0 where nobody knows.
            unit: What they are.
        """
        self._done_bytes += 0 if total else done
        if not self._watched or self._clock() - self._begun_s < _AFTER_S:
            return
        if self._drawing is None:
            self._drawing = _drawing(self._stream)
            self._drawing.add_task("", total=None)
            self._drawing.start()
        far = f"{done:,} of {total:,} {unit}" if total else size(self._done_bytes)
        task = self._drawing.task_ids[0]
        self._drawing.update(task, description=f"{what} {far}", completed=done if total else 0, total=total or None)

    def clear(self) -> None:
        """Take the bar away for good: what follows is no part of the work that somebody waits for."""
        self._watched = False
        if self._drawing is not None:
            self._drawing.stop()
            self._drawing = None


def _drawing(stream: TextIO) -> "Drawing":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(file=stream), transient=True)
