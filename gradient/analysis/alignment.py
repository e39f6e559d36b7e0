"""Which execution of one run is which execution of another.

    A    plan ── search₁ ── search₂ ── write
    B    plan ── search₁ ───────────── write ── review

From the top: requests are each other's, and among the children of two executions that are each other's the k-th of a
name is the k-th of that name. Where one side has more of a name than the other, those with equal inputs are found
first, so that what is missing in the middle is found in the middle. What is each other's in another order (the longest
common subsequence tells which) has moved. What ran at the same time has no order.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from gradient.analysis.forest import Execution, Forest, in_order, together
from gradient.analysis.values import telling


class Pair(NamedTuple):
    """An execution of each run that are each other's, or one that only one run has.

    Attributes:
        a: That of the first run, or None.
        b: That of the second run, or None.
        moved: Whether others that ran before one of them ran after the other.
    """

    a: Execution | None
    b: Execution | None
    moved: bool = False

    @property
    def either(self) -> Execution:
        """The one of the second run, or the only one there is."""
        one = self.b if self.b is not None else self.a
        assert one is not None  # noqa: S101 - for type checkers
        return one


Children = Callable[[Pair | None], list[Pair]]
_LAST = b"\xff"  # after all JSON


def by_path(a: Forest, b: Forest) -> Children:
    """Align two runs by places in the tree; return what gives the pairs below a pair, or below the requests."""

    def below(pair: Pair | None) -> list[Pair]:
        if pair is None:
            return aligned(a.roots, b.roots)
        of_a = a.children(pair.a) if pair.a is not None else []
        of_b = b.children(pair.b) if pair.b is not None else []
        return aligned(of_a, of_b) if of_a or of_b else []

    return below


def by_name(a: Forest, b: Forest) -> Children:
    """Align two runs by names alone, wherever in the tree they are."""
    pairs = _aligned([each for _, each in a.walk(_by_name)], [each for _, each in b.walk(_by_name)])
    return lambda pair: pairs if pair is None else []


def aligned(a: Sequence[Execution], b: Sequence[Execution]) -> list[Pair]:
    """Align two lists of siblings.

    Returns:
        Pairs in the order of `b`; what only `a` has stands behind what was before it there.
    """
    inputs_a, inputs_b = _inputs_at_once(a), _inputs_at_once(b)
    shared = set(inputs_a.values()) & set(inputs_b.values())
    return _aligned(_siblings(a, inputs_a, shared), _siblings(b, inputs_b, shared))


def _aligned(a: Sequence[Execution], b: Sequence[Execution]) -> list[Pair]:
    of_b = _matches(a, b)
    kept = _longest_rise([(at_a, at_b) for at_a, at_b in enumerate(of_b) if at_b is not None])
    return list(_merged(a, b, of_b, kept))


def _by_name(executions: Sequence[Execution]) -> list[Execution]:
    """Put siblings in an order that is the same in every run: of what ran at the same time, by name."""
    return in_order(executions, lambda execution: execution["node_id"])


def _siblings(executions: Sequence[Execution], inputs: dict[str, bytes], shared: set[bytes]) -> list[Execution]:
    """Do the same, and of one name those first, by their inputs, whose inputs both runs have."""

    def place(execution: Execution) -> tuple[str, bytes]:
        digest = inputs.get(execution["execution_id"], _LAST)
        return execution["node_id"], digest if digest in shared else _LAST

    return in_order(executions, place)


def _inputs_at_once(executions: Sequence[Execution]) -> dict[str, bytes]:
    """Return the inputs of those that ran at the same time as others of their name."""
    found: dict[str, bytes] = {}
    for group in together(executions):
        names = Counter(execution["node_id"] for execution in group)
        several = [execution for execution in group if names[execution["node_id"]] > 1]
        found |= {execution["execution_id"]: _digest(execution) for execution in several}
    return found


def _matches(a: Sequence[Execution], b: Sequence[Execution]) -> list[int | None]:
    """Return for each of `a` the place of its counterpart in `b`."""
    places: defaultdict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for side, siblings in enumerate((a, b)):
        for at, execution in enumerate(siblings):
            places[execution["node_id"]][side].append(at)
    found: list[int | None] = [None] * len(a)
    for of_a, of_b in places.values():
        for at_a, at_b in _same_name(a, b, of_a, of_b):
            found[at_a] = at_b
    return found


def _same_name(
    a: Sequence[Execution], b: Sequence[Execution], of_a: list[int], of_b: list[int]
) -> Iterator[tuple[int, int]]:
    """Yield the counterparts among executions of one name."""
    if len(of_a) == len(of_b) or not of_a or not of_b:
        yield from zip(of_a, of_b, strict=False)
        return
    anchors = _equal_inputs([(at, _digest(a[at])) for at in of_a], [(at, _digest(b[at])) for at in of_b])
    next_a = next_b = 0
    for anchor_a, anchor_b in anchors:
        until_a, until_b = bisect_left(of_a, anchor_a), bisect_left(of_b, anchor_b)
        yield from zip(of_a[next_a:until_a], of_b[next_b:until_b], strict=False)
        yield anchor_a, anchor_b
        next_a, next_b = until_a + 1, until_b + 1
    yield from zip(of_a[next_a:], of_b[next_b:], strict=False)


def _digest(execution: Execution) -> bytes:
    return msgspec.json.encode(telling(execution["inputs"]), order="sorted")


def _equal_inputs(a: list[tuple[int, bytes]], b: list[tuple[int, bytes]]) -> list[tuple[int, int]]:
    """Return counterparts with equal inputs, in an order that is the same on both sides."""
    waiting: defaultdict[bytes, list[int]] = defaultdict(list)
    for at, digest in reversed(b):
        waiting[digest].append(at)
    pairs = [(at, waiting[digest].pop()) for at, digest in a if waiting.get(digest)]
    kept = _longest_rise(pairs)
    return [pair for pair in pairs if pair[0] in kept]


def _longest_rise(pairs: list[tuple[int, int]]) -> set[int]:
    """Return the first places of the longest list of pairs whose second places rise: the common subsequence."""
    ends: list[int] = []
    ends_at: list[int] = []
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        before.append(ends_at[length - 1] if length else -1)
        if length == len(ends):
            ends.append(place)
            ends_at.append(number)
        else:
            ends[length], ends_at[length] = place, number
    kept: set[int] = set()
    at = ends_at[-1] if ends_at else -1
    while at >= 0:
        kept.add(pairs[at][0])
        at = before[at]
    return kept


def _merged(
    a: Sequence[Execution], b: Sequence[Execution], of_b: Sequence[int | None], kept: set[int]
) -> Iterator[Pair]:
    """Yield all pairs: between two that kept their order first what only `a` has, then the others in `b`'s order."""
    from_b: dict[int, int] = {at_b: at_a for at_a, at_b in enumerate(of_b) if at_b is not None}
    next_a = next_b = 0
    for at_a in [*sorted(kept), len(a)]:
        at_b = len(b) if at_a == len(a) else of_b[at_a]
        assert at_b is not None  # noqa: S101 - what was kept has a counterpart
        yield from (Pair(a[at], None) for at in range(next_a, at_a) if of_b[at] is None)
        for at in range(next_b, at_b):
            yield Pair(a[from_b[at]], b[at], moved=True) if at in from_b else Pair(None, b[at])
        if at_a < len(a):
            yield Pair(a[at_a], b[at_b])
        next_a, next_b = at_a + 1, at_b + 1


def walk(children: Children) -> Iterator[tuple[int, Pair, bool]]:
    """Yield each pair twice, before and after what is below it: its depth, the pair, and whether this is the end."""
    waiting: list[tuple[int, Pair, bool]] = [(0, pair, False) for pair in reversed(children(None))]
    while waiting:
        depth, pair, ends = waiting.pop()
        yield depth, pair, ends
        if not ends:
            waiting.append((depth, pair, True))
            waiting.extend((depth + 1, child, False) for child in reversed(children(pair)))
