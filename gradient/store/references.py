"""How people name a run: by its id, by the beginning of its id, or by its place among the newest.

4f1c9a02-...   id          @last        the newest
4f1c           prefix      @-2          the one before; @-1 is the newest
                           @last-error  the newest that ended in an error
"""

import re
from collections.abc import Sequence

from gradient.store.errors import AmbiguousReference, BadReference, RunNotFound
from gradient.store.runs import Run

_SHORTEST_PREFIX = 4
_NEAREST = 3
_NTH = re.compile(r"@-([1-9]\d*)")


def resolve(reference: str, runs: Sequence[Run]) -> Run:
    """Return the run that a reference names.

    Args:
        reference: What the user gave.
        runs: All runs, newest first.

    Raises:
        BadReference: It is written wrongly.
        RunNotFound: It names no run.
        AmbiguousReference: It is the beginning of several ids.
    """
    if reference.startswith("@"):
        return _by_place(reference, runs)
    prefix = reference.lower().replace("-", "")
    if len(prefix) < _SHORTEST_PREFIX:
        raise BadReference(reference, f"the beginning of an id must have at least {_SHORTEST_PREFIX} characters")
    matches = [run for run in runs if run.key.hex().startswith(prefix)]
    if not matches:
        raise RunNotFound(reference, _nearest(prefix, runs))
    if len(matches) > 1:
        raise AmbiguousReference(reference, [run.id for run in matches[:_NEAREST]], len(matches))
    return matches[0]


def _by_place(reference: str, runs: Sequence[Run]) -> Run:
    """Return a run by its place in the list; what is not listed has none."""
    listed = [run for run in runs if run.sampled]
    if reference == "@last-error":
        listed = [run for run in listed if run.status == "error"]
    nth = _NTH.fullmatch("@-1" if reference in ("@last", "@last-error") else reference)
    if nth is None:
        raise BadReference(reference, "nothing is called so")
    place = int(nth.group(1))
    if place > len(listed):
        raise RunNotFound(reference, [run.id for run in runs[:_NEAREST]])
    return listed[place - 1]


def _nearest(prefix: str, runs: Sequence[Run]) -> list[str]:
    """Return the ids that share most of their beginning with `prefix`; of those that share as much, the newest."""
    return [run.id for run in sorted(runs, key=lambda run: -_shared(prefix, run.key.hex()))[:_NEAREST]]


def _shared(one: str, other: str) -> int:
    return next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), len(one))
