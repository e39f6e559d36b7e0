"""Where to look in a text, and what to withhold of it.

A text is searched for a few dozen literals at once (0.2 us a KB): parts of names, and beginnings of credentials. Only
where one stands, its own rule is tried. There are two passes, each for fewer than 64 literals, and the short ones are
with the parts of names: more at once, or another grouping, cost up to three times as much.
"""

from collections.abc import Callable
from functools import partial

import ahocorasick_rs

from gradient.redaction.assignments import Assignments, Manner
from gradient.redaction.credentials import NOTION, Find, Span, shapes
from gradient.redaction.names import Names
from gradient.redaction.spellings import spellings_of

# Parts of all built-in names of secrets, so that few literals do; which name it is, is looked at there.
_PARTS = (
    "assw", "ASSW", "assphr", "ecret", "ECRET", "oken", "OKEN", "ookie", "OOKIE", "uthoriz", "UTHORIZ", "redential",
    "REDENTIAL", "_key", "_KEY", "-key", "-Key",
    "iKey", "tKey", "sKey", "eKey", "nKey", "gKey", "rKey", "hKey", "pKey", "dKey",
    "pikey", "PI key", "_PWD", "_pwd",
    "pwd=", "Pwd=", "_PASS", "_pass", 'pass"', 'auth"',
)  # fmt: skip
# Names of counts of tokens, as every answer of a model has: known before anything is looked at.
_COUNTS = ("okens", "oken_d", "oken_c", "oken_u")
_SIGNS = " \"'=:\\"
_SHORT = 3
Bytes = Callable[[bytes], list[tuple[int, int, int]]]
Text = Callable[[str], list[tuple[int, int, int]]]


class Search:
    """Finds secrets in texts.

    Args:
        names: Which names are those of secrets.

    Attributes:
        passes: Two searches of JSON; where neither finds a literal, there is no secret.
    """

    def __init__(self, names: Names) -> None:
        assignments = Assignments(names)
        found = shapes()
        counts = () if names.listed else _COUNTS
        long = [literal for literal in found if len(literal) > _SHORT]
        short = [literal for literal in found if len(literal) <= _SHORT]
        listed = sorted({part for name in names.listed for part in spellings_of(name)} - {*found, *_PARTS})
        found |= dict.fromkeys(counts, _nothing)
        self._rules: dict[Manner, list[list[Find]]] = {"text": [], "told": [], "json": []}
        self._find: list[Text] = []
        self._find_bytes: list[Bytes] = []
        self._counts = len(counts)
        for group in ([*counts, *_PARTS, *short], long, *([listed] if listed else [])):
            rules = [found.get(literal) for literal in group]
            for manner, into in self._rules.items():
                named = [partial(_named, assignments, len(literal.rstrip(_SIGNS)), manner) for literal in group]
                into.append([rule or name for rule, name in zip(rules, named, strict=True)])
            kind = ahocorasick_rs.MatchKind.LeftmostLongest
            self._find.append(ahocorasick_rs.AhoCorasick(group, matchkind=kind).find_matches_as_indexes)
            encoded = [literal.encode() for literal in group]
            self._find_bytes.append(ahocorasick_rs.BytesAhoCorasick(encoded, matchkind=kind).find_matches_as_indexes)
        first, *rest = self._find_bytes
        self.passes = first, rest[0] if len(rest) == 1 else _one_after_the_other(rest)

    def holds_secret(self, encoded: bytes) -> bool:
        """Tell whether JSON may hold a secret."""
        first, second = self.passes
        hits = first(encoded)
        if not second(encoded) and (not hits or max(hits)[0] < self._counts):
            return False
        return bool(self.spans(encoded.decode(), "json", first=True))

    def spans(self, text: str, manner: Manner, *, first: bool = False) -> list[Span]:
        """Return what to withhold of a text, in order.

        Args:
            text: The text.
            manner: What kind of text it is.
            first: Whether the first is enough.
        """
        hits = self._hits(text, manner)
        spans: list[Span] = []
        position = 0
        for start, end, rule in hits:
            span = rule(text, start, end) if start >= position else None
            if span and span[0] >= position and span[1] > span[0]:
                spans.append(span)
                position = span[1]
                if first:
                    break
        return spans

    def _hits(self, text: str, manner: Manner) -> list[tuple[int, int, Find]]:
        """Return where literals stand; of ASCII, bytes are searched, which is ten times as fast."""
        encoded = text.encode() if text.isascii() else None
        found: list[tuple[int, int, Find]] = []
        for at, rules in enumerate(self._rules[manner]):
            hits = self._find[at](text) if encoded is None else self._find_bytes[at](encoded)
            found += [(start, end, rules[rule]) for rule, start, end in hits]
        found.sort(key=_start)
        return found


def _start(hit: tuple[int, int, Find]) -> int:
    return hit[0]


def _one_after_the_other(finds: list[Bytes]) -> Bytes:
    return lambda encoded: [hit for find in finds for hit in find(encoded)]


def _nothing(_text: str, _start: int, _end: int) -> None:
    """Find no secret."""


def _named(assignments: Assignments, size: int, manner: Manner, text: str, start: int, _end: int) -> Span | None:
    return assignments.find(text, start, start + size, manner) or NOTION(text, start, start + size)
