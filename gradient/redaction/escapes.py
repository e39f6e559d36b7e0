r"""A text without the escapes that addresses, HTML and JSON write letters and signs in.

    %27password%27%3A+%27x%27   &#x27;password&#x27;: &#x27;x&#x27;   \u0070assword=x

So are quotes that a shell, YAML or CSV write twice: '\''password'\''   ''password''   ""password"". Other quotes behind
a backslash stay as they are: how deep they are tells where a value ends.
"""

import html
import re
import urllib.parse
from array import array
from collections.abc import Iterator

from gradient.redaction.credentials import Span

_ESCAPE = re.compile(  # the first character apart, so that it is looked for quickly
    r"[%&\\\"'](?:(?<=%)[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*|"
    r"(?<=&)(?:#\d{1,3}|#[xX][0-9A-Fa-f]{1,4}|[a-z]{2,4});|"
    r"(?<=\\)\\{0,31}u(?!00[01]|[dD][89A-Fa-f])[0-9A-Fa-f]{4}|"
    r"(?<=')(?:\\{0,31}\"\\{0,31}'\\{0,31}\"\\{0,31}|\\{1,31})'|"  # of a shell
    r"(?:(?<=[^\w\"']')'|(?<=[^\w\"']\")\")(?=[\w$<#./-])|(?:(?<=[\w>=]')'|(?<=[\w>=]\")\")(?![\w\"'\\])|"  # of YAML
    r"(?<=[^\w\"'\\]\\)(?P<open>\\{0,31}[\"'])\\(?P=open)(?=[\w$<#./-])|"
    r"(?<=[\w>=]\\)(?P<close>\\{0,31}[\"'])\\(?P=close)(?![\w\"'\\]))"
)
_FORM = re.compile(r"[^\s\"\\]+")  # what may be of a form, where a blank is a plus
_UNESCAPED = re.compile(r"[A-Za-z0-9_.~-]*")  # what nobody escapes
_MOST_LEVELS = 3
_OF_ONE_BYTE = 3  # characters of an address


class Unescaped:
    """A text without its escapes.

    Attributes:
        text: What the escapes stand for.
    """

    def __init__(self, source: str) -> None:
        if "%" in source and "+" in source:
            source = _FORM.sub(_with_blanks, source)
        parts: list[str] = []
        self._places = array("l")  # where in the source each character begins
        position = 0
        for found in _ESCAPE.finditer(source):
            self._places.extend(range(position, found.start()))
            parts.append(source[position : found.start()])
            place = found.start()
            for character, size in _meant(found[0]):
                self._places.append(place)
                parts.append(character)
                place += size
            position = found.end()
        self._places.extend(range(position, len(source) + 1))
        self.text = "".join([*parts, source[position:]])

    def in_source(self, span: Span) -> Span:
        """Return where in the source a stretch of the text stands."""
        return self._places[span[0]], self._places[span[1]]


def unescaped(text: str) -> Iterator[Unescaped]:
    """Yield a text without its escapes, then without those that these held, and so on; nothing if it has none."""
    for _ in range(_MOST_LEVELS):
        found = Unescaped(text) if _ESCAPE.search(text) else None
        if found is None or found.text == text:
            return
        yield found
        text = found.text


def _with_blanks(found: re.Match[str]) -> str:
    return found[0].replace("+", " ") if "%" in found[0] else found[0]


def escaped(literal: str) -> set[str]:
    """Return how a literal with signs in it stands in a text that escapes signs."""
    if _UNESCAPED.fullmatch(literal):
        return set()
    once = urllib.parse.quote(literal, safe="")
    if not literal.isascii():
        return {form.lstrip("%") for form in (once, urllib.parse.quote(once, safe=""))}
    forms = {once, urllib.parse.quote_plus(literal), urllib.parse.quote(once, safe=""), html.escape(literal)}
    return {form.lstrip("%&") for form in forms} - {literal}


def _meant(escape: str) -> list[tuple[str, int]]:
    """Return the characters that an escape stands for, and how many of its own each takes."""
    if escape[0] == "&":
        meant = html.unescape(escape)
        return [(meant, len(escape))] if len(meant) == 1 else [(escape[0], 1), *((one, 1) for one in escape[1:])]
    if escape[0] in "\"'":
        return [(escape[0], len(escape))]
    if escape[-1] in "\"'":
        half = len(escape) // 2
        return [*((one, 1) for one in escape[: half - 1]), (escape[-1], half + 1)]
    if escape[0] == "\\":
        return [(chr(int(escape[-4:], 16)), len(escape))]
    meant = urllib.parse.unquote(escape, errors="replace")
    return [(character, _OF_ONE_BYTE * len(character.encode())) for character in meant]
