r"""Names of secrets within texts, and what stands behind them.

    "password": "x"   \"password\":\"x\"   &quot;password&quot;: ...   JSON and literals, at any depth of quoting
    ("password", "x")   {"name": "password", "value": "x"}             pairs
    ?api_key=x&   ;Password=x;   PGPASSWORD=x   X-Api-Key: x            addresses, settings, environments, headers
    --password x   --token=x   <password>x</password>                  commands, XML
    password: x   password = 'x'                                       what messages say
    | password | x |   password -> x   <td>password</td><td>x</td>     whatever else: see `beside`
    (name, password) VALUES ('bob', 'x')                               apart from the name: `rows`, `tables`, `labels`

The first three lines are meant for programs: whatever stands there is withheld, unless it is a placeholder. The next is
how people and programs write, too: of an ordinary text only what looks like a secret is withheld, of an error's message
everything but plain words. All tries are bounded, and what is withheld is not looked at again.
"""

import re
from typing import Literal

from gradient.redaction.beside import before_name, beside
from gradient.redaction.credentials import Span
from gradient.redaction.judging import is_chosen, is_placeholder, is_plain_word, looks_random, looks_secret
from gradient.redaction.labels import declared, labelled
from gradient.redaction.names import WHOLE, Names, is_password
from gradient.redaction.places import BARE, OPEN, QUOTE, SCHEME, Place, end_of_bare, held, sample, skipped
from gradient.redaction.rows import in_rows
from gradient.redaction.tables import in_table

_GAP = r"(?:[ \t]|%20|&nbsp;|\\+u0020){0,8}"
_REST = re.compile(r"[\w.\-]{0,40}")
_ESCAPED_REST = re.compile(
    r"(?:[\w.\-]|[^\x00-\x7f\u2018-\u201f\u3000-\u303f\uff0c\uff1a\uff1b\uff1d]|\\{1,31}u[0-9a-fA-F]{4}){0,40}"
)
_AFTER = re.compile(
    rf"""(?P<close>{QUOTE})?(?:[\])]|%5[Dd])?(?P<gap>{_GAP})(?P<sep>=>|:=|[:=,>\uff1a]|%3[AaDd]|&\#6[01];)?(?P<more>{_GAP})""",
    re.VERBOSE,
)
_SAID = re.compile(rf"(?:is |was |are |BY )?{QUOTE}?")
_BLOCK = re.compile(r"[|>][+-]?(?:\n|\\{1,31}n)[ \t+]{0,40}")  # of YAML
_CHANGED = re.compile(rf"[^\n\"'\\]{{0,200}}{QUOTE} -> (?P<prefix>)(?P<quote>{QUOTE})")  # a plan of Terraform
_NEXT_LINE = re.compile(r"(?:\s|\\{1,31}[nrt]|[+>]|\d(?=\d{0,5}(?:\t|\\{1,31}t))){0,60}")  # numbered, or of a diff
_LINES = re.compile(r"(?:\s|\\{1,31}[nrt]){0,40}")
_NAME_BEFORE = re.compile(
    rf"(?:name|key|header|field|variable|parameter|Name|Key|Header|NAME|KEY){QUOTE}?\s{{0,8}}[:=,]\s{{0,8}}{QUOTE}?$"
)
_VALUE_KEY = re.compile(
    rf"(?:string_?)?[vV]al(?:ue)?s?{QUOTE}?\s{{0,8}}[:=]\s{{0,8}}(?:\{{\s{{0,8}}{QUOTE}?\w{{1,20}}{QUOTE}?\s{{0,8}}:\s{{0,8}})?"
)
_ESCAPE = re.compile(
    r"(?:\\(?:[abefnrtv0]|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2})|%(?:25){0,3}[0-9A-Fa-f]{2}|\[[0-9;]{0,12}m)"
)
_LINE_ESCAPE = re.compile(r"\\{1,31}[nrt]")
_UNICODE_ESCAPE = re.compile(r"\\+u([0-9A-Fa-f]{4})")
_NAME_CHARS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-."
_ESCAPING = ("\\", "%", "[", ";")
# Of ASCII; other scripts have marks and signs of their own within words.
_NO_NAME_CHAR = r"[\x00-\x1f!-,/:-@\[-^`{-\x7f]"
_NOT_IN_NAME = re.compile(_NO_NAME_CHAR)
_NOT_IN_QUOTED_NAME = re.compile(rf"(?:(?!\\{{1,31}}u[0-9a-fA-F]{{4}}){_NO_NAME_CHAR})+")
_LISTED_CHARS, _COLOUR_CHARS = 400, 14
_CLOSING = re.compile(rf"{QUOTE}(?=\s{{0,8}}(?:[:=,)\]}}]|$))")
_BEFORE_CHARS, _PAIR_CHARS, _SPAN_CHARS = 64, 100, 300


Manner = Literal["text", "told", "json"]
"""Any text; a message of what went wrong, or a command; or the JSON of data, which is looked at itself if need be."""


class Assignments:
    """Finds what stands behind names of secrets.

    Args:
        names: Which names those are.
    """

    def __init__(self, names: Names) -> None:
        self._names = names
        self._has_added = bool(names.added)

    def find(self, text: str, start: int, end: int, manner: Manner, *, wide: bool = False) -> Span | list[Span] | None:
        """Return what to withhold behind the name that a part of was found, or before it, or below.

        Args:
            text: The whole text.
            start: Where the part begins.
            end: Where it ends.
            manner: What kind of text it is.
            wide: Whether the name may have several words, and letters that JSON escapes.
        """
        if text[end : end + 1] in ("s", "S") and text[end - 1] in "nN" and not self._has_added:
            return None  # tokens are counted
        wide = wide or self._has_added
        rest = (_ESCAPED_REST if wide else _REST).match(text, end)
        stop = rest.end() if rest else end
        begin = self._begin(text, start, stop)
        if begin is None and wide:
            begin = self._begin_of_several(text, start, stop)
        if begin is None and self._has_added:
            begin, stop = self._quoted(text, start, stop)
        if begin is None:
            return None
        found = (
            self._signed(text, begin, stop, manner)
            or beside(text, begin, stop, manner == "told")
            or labelled(text, begin, stop)
            or before_name(text, begin, stop)
        )
        below = in_rows(text, begin, stop) or in_table(text, begin, stop, self._names.is_weak)
        return [*below, found] if below and found else below or found

    def _signed(self, text: str, begin: int, stop: int, manner: Manner) -> Span | None:
        """Find what belongs to a name by the signs between them."""
        after = _AFTER.match(text, stop)
        if after is None:
            return None
        if after["sep"] in (None, ","):
            return self._without_sign(text, begin, stop, after, manner)
        name, at = text[begin:stop], after.end()
        if after["close"]:
            lines = _LINES.match(text, at)
            at = lines.end() if lines else at
        return self._value(text, at, Place(text, begin, name, after, self._names.is_weak(name), manner == "told"))

    def _without_sign(self, text: str, begin: int, stop: int, after: re.Match[str], manner: Manner) -> Span | None:
        """Find what belongs to a name that no sign separates from its value."""
        if after["close"]:
            return self._pair(text, begin, stop, after, manner)
        if after["sep"] == ",":
            return None
        name = text[begin:stop]
        if _NAME_BEFORE.search(text[max(0, begin - 40) : begin]):
            return self._elsewhere(text, begin, stop, Place(text, begin, name, after, False, True))
        return self._behind_blank(text, name, after, manner)

    def _begin(self, text: str, start: int, stop: int) -> int | None:
        """Return where the name of a secret begins that ends here; None where it is no such name."""
        begin = start - _run_before(text, start)
        candidates = [begin]
        if text[begin - 1 : begin] in _ESCAPING:
            candidates = [*(at for at in _unescaped(text, begin) if at <= start + 1), begin]
        elif text[begin : begin + 2] == "-D":  # an option of Java
            candidates = [begin + 2, begin]
        elif text[start] == " " or (begin == start and text[begin - 1 : begin] == " "):
            candidates += [begin - 1 - _run_before(text, begin - 1), start - _run_before(text, start)]
        for candidate in candidates:
            if self._names.is_sensitive(text[candidate:stop]):
                return candidate
        return None

    def _begin_of_several(self, text: str, start: int, stop: int) -> int | None:
        """Look for a name that may have blanks in it, and letters that JSON escapes."""
        before = _LINE_ESCAPE.sub(_blanks, text[max(0, start - _LISTED_CHARS) : stop])
        quoted = _NOT_IN_QUOTED_NAME.split(before)[-1]
        name = _decoded(quoted)
        words = _NOT_IN_NAME.split(name)[-1]
        if self._names.sensitive_tail(words):
            return stop - (len(words) if words == quoted[-len(words) :] else len(quoted))
        return None

    def _quoted(self, text: str, start: int, stop: int) -> tuple[int | None, int]:
        """Return where a listed name stands that has signs in it, and therefore is in quotes."""
        closing = _CLOSING.search(text, stop, stop + _LISTED_CHARS)
        begin = text.rfind(closing[0], max(0, start - _LISTED_CHARS), start) if closing else -1
        if closing is None or begin < 0:
            return None, stop
        begin += len(closing[0])
        return (begin if self._names.is_sensitive(_decoded(text[begin : closing.start()])) else None), closing.start()

    def _pair(self, text: str, begin: int, stop: int, after: re.Match[str], manner: Manner) -> Span | None:
        """Find the other half of `("password", "x")` or `{"name": "password", "value": "x"}`."""
        close = after["close"]
        opened = text.rfind(close, max(0, begin - _PAIR_CHARS), begin)
        if opened < 0:
            return None
        before = text[max(0, opened - 40) : opened + len(close)]
        if _NOT_IN_NAME.search(text[opened + len(close) : begin].replace("/", "")):  # it may be a path
            return None
        place = Place(text, begin, text[begin:stop], after, False, True)
        if _NAME_BEFORE.search(before):
            return self._elsewhere(text, opened, after.end(), place)
        lines = _NEXT_LINE.match(text, after.end()) if after["sep"] == "," else None
        found = OPEN.match(text, lines.end()) if lines else None
        if found is None:
            return None
        if manner == "json":  # what is named in lists is looked at in the data
            return found.span()
        value = sample(text, found.end(), found["quote"])
        is_pair = place.name[0] == "-" or before[: -len(close)].rstrip(" \n\tbBuU")[-1:] in ("(", "[")
        is_meant = (
            skipped(value) > 0
            or looks_secret(value)
            or ("cookie" in place.name.lower() and looks_secret(value.partition("=")[2].partition(";")[0]))
            or ((manner == "told" or place.name[0] == "-") and not is_plain_word(value))
        )
        return place.quoted(found) if is_pair and is_meant else None

    def _elsewhere(self, text: str, before: int, behind: int, place: Place) -> Span | None:
        """Find a `value` beside the `name`, on either side of it."""
        following = text[behind : behind + _SPAN_CHARS]
        found = _VALUE_KEY.search(following.partition("}")[0])
        if found:
            return self._value(text, behind + found.end(), place)
        preceding = text[max(0, before - _SPAN_CHARS) : before].rpartition("}")[2]
        ends = [value.end() for value in _VALUE_KEY.finditer(preceding)]
        return self._value(text, before - len(preceding) + ends[-1], place) if ends else None

    def _behind_blank(self, text: str, name: str, after: re.Match[str], manner: Manner) -> Span | None:
        """Find the value of an option, or what looks random behind a name in a sentence."""
        found = _SAID.match(text, after.end())
        at = found.end() if found else after.end()
        value = BARE.match(text, at)
        if value is None or after["gap"] == "":
            return None
        bare = value[0].rstrip(".,:!?")
        is_option = (
            name.startswith("-") and not is_plain_word(bare) and not is_placeholder(bare) and bare[0] not in "-[("
        )
        if (
            is_option
            or looks_random(bare)
            or (is_password(name) and is_chosen(bare))
            or (manner == "told" and SCHEME.fullmatch(name + " ") and looks_secret(bare))
        ):
            return at, end_of_bare(text, at, bare)
        return None

    def _value(self, text: str, at: int, place: Place) -> Span | None:
        block = _BLOCK.match(text, at)
        at = block.end() if block else at
        opened = OPEN.match(text, at)
        if opened:
            changed = _CHANGED.match(text, opened.end())
            return (changed and place.quoted(changed)) or place.quoted(opened)
        if place.close and text[at : at + 1] in ("[", "{"):
            if place.is_path or (place.weak and place.name.lower() in WHOLE):
                return None
            return held(text, at) or declared(text, at)
        return place.bare(at)


def _run_before(text: str, at: int) -> int:
    """Return how many characters of a name stand before a place."""
    before = text[max(0, at - _BEFORE_CHARS) : at]
    kept = before.rstrip(_NAME_CHARS)
    while kept and (kept[-1].isalnum() or kept[-1] in "_-."):
        kept = kept[:-1]
    return len(before) - len(kept)


def _unescaped(text: str, begin: int) -> list[int]:
    """Return where a name begins, too, if what stands at its beginning belongs to an escape or a colour."""
    colour = text.rfind("[", max(0, begin - _COLOUR_CHARS), begin)
    found = (_ESCAPE.match(text, at) for at in (begin - 1, begin - 2, colour) if at >= 0)
    return [escape.end() for escape in found if escape and escape.end() > begin]


def _blanks(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _decoded(name: str) -> str:
    return _UNICODE_ESCAPE.sub(lambda found: chr(int(found[1], 16)), name) if "\\" in name else name
