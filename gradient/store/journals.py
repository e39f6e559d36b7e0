"""All runs of a home, read from the journals of all its processes.

Everything is read once, without payloads, which is enough to list and to find; a run that is wanted in full is read a
second time, from the segments that hold it and no others.
"""

import os
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

from gradient.journal import processes, settle
from gradient.store.errors import Unreadable
from gradient.store.folding import Fold
from gradient.store.model import ls_document, run_document
from gradient.store.references import resolve
from gradient.store.runs import Run
from gradient.store.threads import resumption_links


class Journals:
    """The runs of one home.

    Args:
        home: The folder that `GRADIENT_HOME` names; the journals are in its folder `journal`. It need not exist.

    Raises:
        Unreadable: At the first question, when the folder is there and cannot be read.
    """

    def __init__(self, home: Path) -> None:
        self.root = home / "journal"

    @property
    def damaged(self) -> int:
        """How many frames were skipped because they were broken or said nothing we understand."""
        return self._fold.damaged

    @property
    def newer(self) -> int:
        """How many journals were left out because a newer version of Gradient wrote them."""
        return self._fold.newer

    @cached_property
    def runs(self) -> list[Run]:
        """All runs, newest first; of those that began at the same time, the last written first."""
        return sorted(self._fold.runs.values(), key=lambda run: (run.wall_ns or 0, run.order), reverse=True)

    def listed(self, project: str | None = None) -> list[Run]:
        """Return the runs that are listed, newest first.

        Args:
            project: Leave out those of other projects; None for all.
        """
        return [run for run in self.runs if run.sampled and project in (None, run.project)]

    def find(self, reference: str) -> Run:
        """Return the run that a reference names, see `gradient.store.references`.

        Raises:
            BadReference: The reference is written wrongly.
            RunNotFound: It names no run, or (AmbiguousReference) more than one.
        """
        return resolve(reference, self.runs)

    def run_document(self, run: Run) -> dict[str, Any]:
        """Return `gradient.run/1` of one of the runs, payloads and all."""
        fold = Fold({run.key})
        for writer, segments in run.places.items():
            fold.read_again(writer, segments)
        # Retention may have taken its segments since; what was read first is then all there is.
        return run_document(fold.runs.get(run.key, run), self._resumptions.get(run.key, ()))

    def ls_document(self, runs: Iterable[Run]) -> dict[str, Any]:
        """Return `gradient.ls/1` of some of the runs."""
        return ls_document(runs)

    @cached_property
    def _fold(self) -> Fold:
        _check_readable(self.root)
        fold = Fold()
        for journal in processes(self.root):
            if fold.read(journal).liveness == "dead":
                settle(journal)
        return fold

    @cached_property
    def _resumptions(self) -> dict[bytes, list[dict[str, str]]]:
        return resumption_links(list(self._fold.runs.values()))


def _check_readable(root: Path) -> None:
    """Tell "nothing was recorded yet" from "we may not look": reading journals never raises."""
    try:
        os.scandir(root).close()
    except FileNotFoundError:
        return
    except OSError as error:
        raise Unreadable(root, error.strerror or str(error)) from None
