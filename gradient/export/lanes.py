"""Which executions share a track of a trace viewer.

A viewer draws what is inside of what from times alone. So on one track any two executions are apart, or one is inside
the other, and it is inside only what it is below in the tree.
"""

from gradient.analysis.forest import Document, Execution, Forest

Interval = tuple[int, int]
_NS_PER_MS = 1_000_000


class _Lane:
    """A track: the executions that are open at its end, and when they end."""

    def __init__(self) -> None:
        self._open: list[tuple[str, int]] = []

    def takes(self, parent: str | None, interval: Interval) -> bool:
        """Tell whether something that begins now may be drawn here."""
        begins, ends = interval
        while self._open and self._open[-1][1] <= begins:
            self._open.pop()
        if not self._open:
            return True
        inner, inner_ends = self._open[-1]
        return inner == parent and ends <= inner_ends

    def add(self, execution_id: str, interval: Interval) -> None:
        self._open.append((execution_id, interval[1]))


def lanes(document: Document, latest_ns: int) -> list[tuple[int, Interval, Execution]]:
    """Place the executions of a run on tracks.

    Args:
        document: A `gradient.run/1`.
        latest_ns: When what still runs is drawn to end, in nanoseconds since the start of the run.

    Returns:
        For each execution the number of its track, from 0; when it begins and ends, in nanoseconds since the start of
        the run; and itself. Parents stand before children.
    """
    forest = Forest(document)
    tracks: list[_Lane] = []
    track_of: dict[str, int] = {}
    placed: list[tuple[int, Interval, Execution]] = []
    depths = {execution["execution_id"]: depth for depth, execution in forest.walk()}
    timed = [(_interval(each, latest_ns), each) for each in document["executions"] if each["execution_id"] in depths]
    # What begins at the same time: parents first, then the longer one.
    timed.sort(key=lambda one: (one[0][0], depths[one[1]["execution_id"]], -one[0][1]))
    for interval, execution in timed:
        parent: str | None = execution["parent_id"]
        preferred = track_of.get(parent or "")
        order = range(len(tracks)) if preferred is None else [preferred, *range(len(tracks))]
        number = next((track for track in order if tracks[track].takes(parent, interval)), len(tracks))
        if number == len(tracks):
            tracks.append(_Lane())
        tracks[number].add(execution["execution_id"], interval)
        track_of[execution["execution_id"]] = number
        placed.append((number, interval, execution))
    return placed


def _interval(execution: Execution, latest_ns: int) -> Interval:
    begins = round(execution["start_offset_ms"] * _NS_PER_MS)
    duration_ms = execution["duration_ms"]
    return begins, max(begins, latest_ns) if duration_ms is None else begins + round(duration_ms * _NS_PER_MS)
