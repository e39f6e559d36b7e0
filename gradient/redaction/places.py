"""What stands behind the name of a secret in a text, and how much of it is withheld."""

import re

from gradient.redaction.credentials import Span
from gradient.redaction.judging import is_made_up, is_placeholder, is_plain_word, is_words, looks_secret

QUOTE = r"""(?:\\{0,31}["'`]|&quot;|&\#x?[23][0-9];|&apos;|%22|%27|\\{1,31}u002[27])"""
OPEN = re.compile(rf"(?P<prefix>[bBuUrRfF]{{0,2}})(?P<quote>{QUOTE})")
_BARE_CHAR = r"""[^\s\x00-\x1f\x7f"'`,;&<>)\]}|\\]"""
BARE = re.compile(rf"{_BARE_CHAR}{{1,400}}")
_BARE_REST = re.compile(rf"{_BARE_CHAR}*")
_LINE = re.compile(r"""(?:[^\x00-\x08\n-\x1f"'`\\]|(?<==)"[^"\r\n\\]*"|(?<==)'[^'\r\n\\]*'){1,4000}""")
# A scheme of several parts, in quotes of their own.
_DIGEST = re.compile(r"""(?i)(?:digest|hawk|oauth|aws4-hmac-sha256) (?:[^\r\n\\]|\\{1,31}["']){1,4000}""")
SCHEME = re.compile(
    r"(?:bearer|basic|token|digest|api-?key|negotiate|jwt|bot|sso-key|splunk|oauth|key|ssws|geniekey)(?:\s|%20|\\+u0020|\+)+",
    re.IGNORECASE,
)
_SCHEMA = re.compile(r"""["'](?:type|\$ref|description|title|anyOf|oneOf|allOf|properties)\\*["']\s*:""")
_HELD_TEXT = re.compile(r"""["'][^"']""")
_BRACKETS = re.compile(r"[\[\]{}]")
_CONSTANT = re.compile(r"[A-Z][A-Z0-9_]{3,}")
_HEADER = re.compile(r"[A-Za-z][a-z]*(?:-[A-Za-z]+)+|Authorization|Cookie|authorization|cookie")
_ATTRIBUTE = re.compile(r"[ \t](?:name|key|id)=\\{0,31}[\"']$")
_PATH = re.compile(r"[/~.]|[A-Za-z]:[\\/]")
_WHOLE_LINE = re.compile(r"(?i)(?:.*-)?(?:authorization|cookie)s?\Z")
_SAMPLE_CHARS, _HELD_CHARS, _ESCAPES_CHARS = 200, 500, 64
_SEPARATED = ("?", "&", ";")
_JUDGED_CHARS = 390
_PIN_DIGITS = 4
_LONG_CHARS = 16


class Place:
    """A name, and what separates it from its value."""

    def __init__(self, text: str, begin: int, name: str, after: re.Match[str], weak: bool, told: bool) -> None:  # noqa: PLR0913, PLR0917
        self.text = text
        self.name = name
        self.close = after["close"]
        self.sep = after["sep"] or ""
        self.weak = weak
        self.told = told
        before = text[max(0, begin - 3) : begin]
        self.is_separated = before.endswith(_SEPARATED) or before.lower() in ("%3f", "%26", "%3b")
        self.is_element = before.endswith("<") or _ATTRIBUTE.search(text[max(0, begin - 20) : begin]) is not None
        self.is_path = before.endswith("/")
        self.is_tight = not after["gap"] and not after["more"]
        self.is_pair = self.close is not None
        self._is_line = bool(_WHOLE_LINE.match(name)) and self.close is None and self.sep != ">"

    def quoted(self, opened: re.Match[str]) -> Span | None:
        """Return what is withheld between quotes."""
        at, quote = opened.end(), opened["quote"]
        value = sample(self.text, at, quote)
        bare = value[skipped(value) :]
        if is_placeholder(bare) or ("{" in bare and "f" in opened["prefix"].lower()):
            return None
        is_meant = self.is_pair or self.told or self.sep == "%3D"
        withheld = self._is_strong(bare) if is_meant else looks_secret(bare) or (not self.weak and is_made_up(bare))
        return (at + skipped(value), end_of_quoted(self.text, at, quote)) if withheld else None

    def _is_strong(self, value: str) -> bool:
        """Tell whether a value is withheld whatever it looks like; behind `token` there are words of texts, too."""
        if not self.weak:
            return True
        if self.name.lower() == "pwd" and _PATH.match(value):
            return False
        if self.name.lower() != "token":
            return not is_plain_word(value)
        return any(map(str.isdigit, value)) or (len(value) >= _LONG_CHARS and " " not in value)

    def bare(self, at: int) -> Span | None:
        """Return what is withheld of a value without quotes."""
        if self._is_line:
            return self._line(at)
        found = BARE.match(self.text, at)
        if found is None:
            return None
        value = found[0].rstrip(".,:!?") if self.told else found[0]
        following = self.text[found.end() : found.end() + 1]
        if (
            is_placeholder(value)
            or "(" in value
            or ("[" in value and following == "]")
            or self._is_harmless(value, following)
        ):
            return None
        return at, end_of_bare(self.text, at, value)

    def _is_harmless(self, value: str, following: str) -> bool:
        if self.sep == ">":
            is_word = (self.weak or self.is_pair) and is_plain_word(value)
            return following != "<" or not self.is_element or is_word
        if value.isdecimal():
            return self.weak or len(value) < _PIN_DIGITS or not (self.told or self.is_pair or self.is_separated)
        is_field = following == "&" and not is_plain_word(value)  # the first of a form
        if self.is_tight and (self.is_separated or self.name.startswith("-") or is_field):
            return False
        if self._is_setting() or self._is_header():
            return is_plain_word(value) and not (self._is_setting() and not value.isupper())
        if self.told and not self.is_pair:
            return is_plain_word(value) and not (self.is_tight and self.sep == "=")
        return not looks_secret(value)

    def _is_setting(self) -> bool:
        """Tell whether this is a line of an environment: `DB_PASS=x`."""
        return self.sep == "=" and self.is_tight and _CONSTANT.fullmatch(self.name) is not None

    def _is_header(self) -> bool:
        return self.sep == ":" and not self.is_pair and _HEADER.fullmatch(self.name) is not None

    def _line(self, at: int) -> Span | None:
        """Return what is withheld of a header that has several parts."""
        parts = _DIGEST.match(self.text, at)
        if parts and "=" in parts[0]:
            return at + parts[0].index(" ") + 1, parts.end()
        found = _LINE.match(self.text, at)
        if found is None:
            return None
        by = skipped(found[0])
        value = found[0][by:].rstrip(" .")
        first = value.partition(" ")[0]
        bare = first.rstrip(".,:;!?)]")
        is_word = is_words(bare) if not (self.told or by) else is_plain_word(bare)
        if is_placeholder(bare) or (is_word and not (by and len(bare) >= _LONG_CHARS)) or "(" in first:
            return None
        is_meant = (self.sep == ":" and (self.told or self.is_tight or self._is_header())) or self.is_separated
        if not (is_meant or looks_secret(first)):
            return None
        is_cookie = "cookie" in self.name.lower() and "=" in first
        return at + by, at + by + len(value if is_cookie or "=" in first else first)


def skipped(value: str) -> int:
    """Return how many characters say only how somebody proves who they are."""
    scheme = SCHEME.match(value)
    return scheme.end() if scheme else 0


def sample(text: str, at: int, quote: str) -> str:
    """Return the beginning of what is quoted: enough to judge it."""
    beginning = text[at : at + _SAMPLE_CHARS]
    return beginning[: end_of_quoted(beginning, 0, quote)]


def end_of_quoted(text: str, at: int, quote: str) -> int:
    """Return where what is quoted ends: at the same quote, not more deeply escaped; else with the line or the text."""
    end = text.find(quote, at)
    while end > at and text[end - 1] == "\\" and (quote[0] == "\\" or _is_escaped(text, at, end)):
        end = text.find(quote, end + 1)
    line = -1 if quote[0] in "\\&%" else text.find("\n", at, end if end >= 0 else len(text))
    ends = [found for found in (end, line) if found >= 0]
    return min(ends, default=len(text))


def _is_escaped(text: str, at: int, end: int) -> bool:
    """Tell whether an odd number of backslashes stands before a quote."""
    held = text[max(at, end - _ESCAPES_CHARS) : end]
    return (len(held) - len(held.rstrip("\\"))) % 2 == 1


def end_of_bare(text: str, at: int, value: str) -> int:
    """Return where a value without quotes ends, of which no more than the beginning was looked at."""
    found = _BARE_REST.match(text, at) if len(value) >= _JUDGED_CHARS else None
    return found.end() if found else at + len(value)


def held(text: str, at: int) -> Span | None:
    """Return the inside of brackets, if there are texts in them and they are no schema."""
    depth, end = 0, min(len(text), at + _HELD_CHARS)
    for bracket in _BRACKETS.finditer(text, at, end):
        depth += 1 if bracket[0] in "[{" else -1
        if depth == 0:
            end = bracket.start()
            break
    inside = text[at + 1 : end]
    return (
        (at + 1, end) if _HELD_TEXT.search(inside) and not _SCHEMA.search(inside) and "redacted" not in inside else None
    )
