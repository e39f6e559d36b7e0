r"""Secrets that are given in one field, where another says what it is: in forms, tests of pages, declarations.

    {"label": "Password", "text": "x"}   {"element": "the password field", "text": "x"}   page.fill("#password", "x")
    variable "password" {default = "x"}   find_element(By.ID, "password").send_keys("x")

Such fields hold prose, too: only what looks made up is withheld.
"""

import re
from collections.abc import Iterator

from gradient.redaction.credentials import Span
from gradient.redaction.judging import is_made_up, is_placeholder, looks_secret
from gradient.redaction.places import OPEN, QUOTE, sample

NAMES = ("label", "title", "id", "element", "selector", "prompt", "question", "placeholder")
"""Fields that may say what another holds."""
VALUES = ("text", "content", "answer", "input", "data", "default")
"""Fields that may hold it."""

_SAYS = re.compile(
    rf"(?:(?:{'|'.join(NAMES)}|[nN]ame|[kK]ey|[lL]abel|[tT]itle|Id|loc|field|parameter){QUOTE}?\s{{0,8}}[:=]\s{{0,8}}"
    rf"|(?:variable|output)\s{{1,4}}){QUOTE}$"
)
_HOLDS = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(VALUES)}|[vV]alue){QUOTE}?\s{{0,8}}[:=]\s{{0,8}}(?={QUOTE})")
_FILLS = r"(?:fill|type|press_sequentially|pressSequentially|send_keys|sendKeys|setValue|set_value|enter_text)\("
_FILLED = re.compile(rf"[^\n{{}};.]{{0,40}}?\.{_FILLS}\s{{0,8}}(?={QUOTE})")
_FILLS_BEFORE = re.compile(rf"\.{_FILLS}\s{{0,8}}{QUOTE}$")
_FILLED_WITH = re.compile(rf"[^\n{{}}();,]{{0,40}},\s{{0,8}}(?={QUOTE})")
_WITHIN_CHARS, _KEY_CHARS, _FIELD_CHARS = 60, 80, 300


def is_given(value: str) -> bool:
    """Tell whether what stands in a field that may hold anything is a secret rather than a text."""
    return not is_placeholder(value) and (is_made_up(value) or looks_secret(value))


def labelled(text: str, begin: int, stop: int) -> Span | None:
    """Return what to withhold of the field that the name of a secret is said of.

    Args:
        text: The whole text.
        begin: Where the name begins.
        stop: Where it ends.
    """
    start = max(0, begin - _WITHIN_CHARS)
    quote = max(text.rfind('"', start, begin), text.rfind("'", start, begin), text.rfind("`", start, begin))
    if quote < 0:
        return None
    before = text[max(0, quote - _KEY_CHARS) : quote + 1]
    if _FILLS_BEFORE.search(before):
        return _given(text, _FILLED_WITH.match(text, stop))
    says = _SAYS.search(before)
    places = _beside(text, stop, quote + 1 - len(before) + says.start()) if says else iter(())
    given = (_given(text, found) for found in (*places, _FILLED.match(text, stop)))
    return next(filter(None, given), None)


def declared(text: str, at: int) -> Span | None:
    """Return what to withhold of what declares a secret: `"password": {"type": "string", "default": "x"}`."""
    end = text.find("}", at, at + _FIELD_CHARS)
    return _given(text, _HOLDS.search(text, at, end if end >= 0 else at + _FIELD_CHARS))


def _given(text: str, found: re.Match[str] | None) -> Span | None:
    opened = OPEN.match(text, found.end()) if found else None
    if opened is None:
        return None
    value = sample(text, opened.end(), opened["quote"])
    return (opened.end(), opened.end() + len(value)) if is_given(value) else None


def _beside(text: str, behind: int, before: int) -> Iterator[re.Match[str]]:
    """Yield where other fields begin, behind the one that names a secret, then before."""
    end = text.find("}", behind, behind + _FIELD_CHARS)
    yield from _HOLDS.finditer(text, behind, end if end >= 0 else behind + _FIELD_CHARS)
    start = max(0, before - _FIELD_CHARS)
    start = max(start, text.rfind("}", start, before))
    yield from reversed(list(_HOLDS.finditer(text, start, before)))
