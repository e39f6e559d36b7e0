"""Tell whether and where literals stand in bytes, without a compiler: the twin of `_literals.c`.

One automaton for all of them is quick for short bytes; for long ones, several searches of fewer than 64 each are.
"""

from collections.abc import Callable
from itertools import pairwise

import ahocorasick_rs

_MOST_AT_ONCE = 56
_SHORT = 4
_FEW_BYTES = 300
Hits = list[tuple[int, int]]
Quick = tuple[Callable[[bytes], bool], Callable[[bytes], Hits]]


def search_for(wanted: tuple[bytes, ...], harmless: tuple[bytes, ...], beside_at: tuple[bytes, ...]) -> Quick:
    """Return what tells whether a literal stands in some bytes, and what tells where and which.

    Args:
        wanted: The literals.
        harmless: Longer ones; where one of them stands, what it begins with is none.
        beside_at: Those that count only where there is an `@`, too.
    """
    special = [*harmless, *beside_at]
    whole, *parts = [_longest_in([*special, *group]) for group in (wanted, *_in_groups(wanted))]
    literals = [*wanted, *special]
    everywhere = ahocorasick_rs.BytesAhoCorasick(literals, matchkind=ahocorasick_rs.MatchKind.Standard)

    def stand_in(body: bytes) -> bool:
        for find in [whole] if len(body) < _FEW_BYTES else parts:
            numbers = {hit[0] for hit in find(body)}
            if numbers and (max(numbers) >= len(special) or (max(numbers) >= len(harmless) and b"@" in body)):
                return True
        return False

    def found_in(body: bytes) -> Hits:
        longest: dict[int, tuple[int, int]] = {}
        for number, start, end in everywhere.find_matches_as_indexes(body, overlapping=True):
            longest[start] = max(longest.get(start, (0, 0)), (end, number))
        return [(start, number) for start, (_, number) in sorted(longest.items())]

    return stand_in, found_in


def _longest_in(literals: list[bytes]) -> Callable[[bytes], list[tuple[int, int, int]]]:
    kind = ahocorasick_rs.MatchKind.LeftmostLongest
    return ahocorasick_rs.BytesAhoCorasick(literals, matchkind=kind).find_matches_as_indexes


def _in_groups(literals: tuple[bytes, ...]) -> list[list[bytes]]:
    """Return literals in groups that are searched for quickly: the short ones, which slow others down, together."""
    ordered = sorted(literals, key=lambda literal: (len(literal) >= _SHORT, literal))
    short = sum(len(literal) < _SHORT for literal in ordered)
    bounds = [*range(0, short, _MOST_AT_ONCE), *range(short, len(ordered), _MOST_AT_ONCE), len(ordered)]
    return [ordered[begin:end] for begin, end in pairwise(bounds)]
