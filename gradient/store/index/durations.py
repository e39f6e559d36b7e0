"""How long many things took: counted in classes, the longest of them exactly.

There are 16 classes from each power of two to the next, so a percentile is right within 3.2 %. The longest are kept as
they are: a maximum is exact, and so is every percentile of few.
"""

import sys
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from math import ceil, inf
from typing import Any

import msgspec

_MOST_EXACT = 20
_NS_PER_MS = 1e6
_HARDLY = 1e-9  # of a rank: what a float may say too much

_FIRST_OF_DOUBLE = slice(3 if sys.byteorder == "little" else 0, None, 4)
_DOUBLE_OF_ZERO, _LEAST_WORD, _NEGATIVE_WORD = 1022 << 4, 1027 << 4, 1 << 15
"""What begins a double: of class 0, were it so small; of 16 ns, which have the first class; and below zero."""

_pack = msgspec.msgpack.encode
_Packed: Any = dict[int, int] | tuple[dict[int, int], list[int]]  # without the longest in an older index
_unpack = msgspec.msgpack.Decoder(_Packed).decode


class Durations:
    """Some durations, in nanoseconds.

    Attributes:
        classes: How many there are of each class.
        longest: The longest of them, the longest first; all of them where they are few.
    """

    __slots__ = ("classes", "longest")

    def __init__(self, packed: bytes | None = None) -> None:
        self.classes: dict[int, int] = {}
        self.longest: list[int] = []
        if packed is not None:
            found = _unpack(packed)
            self.classes, self.longest = (found, []) if isinstance(found, dict) else found

    def add(self, durations_ns: Sequence[int]) -> None:
        """Add durations."""
        more = Durations()
        more.classes = dict(_count_classes(durations_ns))
        # What ended before it began, by a clock that was set back, took no time.
        more.longest = [max(one, 0) for one in sorted(durations_ns, reverse=True)[:_MOST_EXACT]]
        self.include(more)

    def include(self, other: "Durations") -> None:
        """Add those of others."""
        # Of what lies below the longest that either knows the other one cannot say whether something is missing.
        floor = max(self._floor(), other._floor())  # noqa: SLF001 - of this class
        longest = sorted([*self.longest, *other.longest], reverse=True)
        self.longest = [one for one in longest[:_MOST_EXACT] if one >= floor]
        self._count(other, 1)

    def take_away(self, other: "Durations") -> None:
        """Take away those of others, which were added before."""
        gone, floor = Counter(other.longest), other._floor()  # noqa: SLF001 - of this class
        left: list[int] = []
        for one in self.longest:
            if gone[one] > 0:
                gone[one] -= 1
            elif one >= floor:
                left.append(one)
        self.longest = left
        self._count(other, -1)

    def percentile_ms(self, share: float) -> float | None:
        """Return the shortest duration that a share of all do not exceed, or None where there are none."""
        count = self._total()
        rank = max(1, ceil(share * count - _HARDLY))
        if not count:
            return None
        if count - rank < len(self.longest):
            return self.longest[count - rank] / _NS_PER_MS
        return min(self._of_rank(rank), self.longest[-1] / _NS_PER_MS if self.longest else inf)

    def max_ms(self) -> float | None:
        """Return the longest, or None where there are none."""
        return self.percentile_ms(1)

    def pack(self) -> bytes:
        """Return all of it, for a table."""
        return _pack(({number: count for number, count in self.classes.items() if count}, self.longest))

    def _total(self) -> int:
        return sum(self.classes.values())

    def _floor(self) -> float:
        """Return the least duration from which on all are among the longest."""
        if len(self.longest) == self._total():
            return -inf
        if self.longest:
            return self.longest[-1]
        # The longest were taken away, or an older index did not keep them: they are in the last class, or before it.
        return _class_ends_ns(max(number for number, count in self.classes.items() if count))

    def _count(self, other: "Durations", sign: int) -> None:
        for number, count in other.classes.items():
            self.classes[number] = self.classes.get(number, 0) + sign * count

    def _of_rank(self, rank: int) -> float:
        below = 0
        for number in sorted(self.classes):
            below += self.classes[number]
            if below >= rank:
                return _class_duration_ms(number)
        return inf


def _count_classes(durations_ns: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the classes of durations, each with how many there are: exponent and the first four bits, as of a double.

    So they are the first two bytes of one, which takes a third of the time of working them out.
    """
    words = memoryview(array("d", durations_ns)).cast("B").cast("H")[_FIRST_OF_DOUBLE]
    counts: dict[int, int] = {}
    for word, count in Counter(words.tolist()).items():
        number = word - _DOUBLE_OF_ZERO if _LEAST_WORD <= word < _NEGATIVE_WORD else 0
        counts[number] = counts.get(number, 0) + count
    yield from counts.items()


def _class_ends_ns(number: int) -> float:
    """Return the first duration that is longer than all of a class."""
    bits, part = number >> 4, number & 15
    return (part + 17) * 2.0 ** (bits - 5) if number else 16.0


def _class_duration_ms(number: int) -> float:
    """Return the duration that stands for a class: the middle of it."""
    bits, part = number >> 4, number & 15
    return (part + 16.5) * 2.0 ** (bits - 5) / _NS_PER_MS if number else 0.0
