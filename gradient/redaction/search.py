"""Where to look in a text, and what to withhold of it.

A text is searched for literals: parts of names, and beginnings of credentials. Only where one stands, its own rule is
tried. Most texts have none of them, and that is told by one look that knows no more than that.
"""

from collections.abc import Iterable
from functools import partial

from gradient.redaction import phrases
from gradient.redaction.assignments import Assignments, Manner
from gradient.redaction.commands import PIPED, PROGRAMS, command_in, piped_in
from gradient.redaction.credentials import NOTION, Find, Span, shapes
from gradient.redaction.escapes import Unescaped, escaped, unescaped
from gradient.redaction.literals import search_for
from gradient.redaction.names import Names
from gradient.redaction.spellings import spellings_of

# Parts of all built-in names of secrets, so that few literals do; which name it is, is looked at there.
_PARTS = (
    "assw", "ASSW", "assphr", "ecret", "ECRET", "oken", "OKEN", "ookie", "OOKIE", "uthoriz", "UTHORIZ", "redential",
    "REDENTIAL", "_key", "_KEY", "_Key", "-key", "-Key", "-KEY", "i.key", "s.key", "t.key",
    "iKey", "tKey", "sKey", "eKey", "nKey", "gKey", "rKey", "hKey", "pKey", "dKey",
    "pikey", "PIKEY", "pi key", "PI key", "PI Key", "pi Key", "ate key", "ate Key", "ess key", "ess Key",
    ' key"', ' Key"', " key\\", " Key\\", " key:", " Key:",
    "yKey", "cKey", "kKey", " key'", " Key'",
    "pass =", "pass=",
    "_PWD", "_pwd", "pwd=", "Pwd=", "pwd:", 'pwd"', "pwd'", "pwd\\", "pwd =", "_PASS", "_pass", "pass:",
    'pass"', "pass'", "pass\\", "sPass", "pPass", "bPass", "lPass", "nPass", "tPass", "rPass", "_Pass", "-Pass",
    'auth"', "auth\\", "_auth=", "-pass", "epass", "SSHPASS", "sshpass=", "sshpass'", 'sshpass"', "sshpass:",
    "sshpass\\", "-Signature", "X-Auth", "x-auth", "_PAT=", "_PAT:", '_PAT"', "_PAT'", "_PAT\\", "_PAT ",
    "_pat=", "_pat:", '_pat"', "_pat'", "_pat\\", "_pat ", "eycomb-team", "eycomb-Team",
    "psk=", "psk:", 'psk"', "psk'", "psk\\", "jwt=", "jwt:", 'jwt"', "jwt'", "jwt\\", "JWT=", "JWT:", 'JWT"', "JWT'",
    "otp=", "otp:", 'otp"', "otp'", "otp\\", "OTP=", "OTP:", 'OTP"', "_pw", "_PW", "-pw", "dbpw", "userpw", "bindpw",
    "DBPW", "USERPW", "BINDPW", "pw=", "pw:", 'pw"', "pw'", "pw\\",
)  # fmt: skip
# Names of counts of tokens, as every answer of a model has: known before anything is looked at.
_COUNTS = ("okens", "oken_d", "oken_c", "oken_u")
_SIGNS = " \"'=:\\"
# An address has a password only where there is an `@`.
_ADDRESSES = ("://",)


class Search:
    """Finds secrets in texts.

    Args:
        names: Which names are those of secrets.

    Attributes:
        suspects: Tells whether a literal stands in JSON; where none does, there is no secret.
    """

    def __init__(self, names: Names) -> None:
        assignments = Assignments(names)
        harmless = () if names.listed else _COUNTS
        rarer = phrases.literals()
        listed = {part for name in names.listed for part in spellings_of(name)}
        found = (
            shapes()
            | dict.fromkeys(PROGRAMS, command_in)
            | dict.fromkeys(PIPED, piped_in)
            | dict.fromkeys(harmless, _nothing)
        )
        plain = {*found, *_PARTS, *rarer, *listed}
        wanted = sorted(plain.union(*map(escaped, plain)) - {*harmless, *_ADDRESSES})
        literals = [*wanted, *harmless, *_ADDRESSES]
        self.suspects, self._found = search_for(_encoded(wanted), _encoded(harmless), _encoded(_ADDRESSES))
        self._rules: dict[Manner, list[Find]] = {
            manner: [
                found.get(literal) or _by_name(assignments, literal, manner, wide=literal in rarer)
                for literal in literals
            ]
            for manner in ("text", "told", "json")
        }

    def holds_secret(self, encoded: bytes) -> bool:
        """Tell whether JSON may hold a secret."""
        return self.suspects(encoded) and bool(self.spans(encoded.decode(), "json", first=True))

    def spans(self, text: str, manner: Manner, *, first: bool = False) -> list[Span]:
        """Return what to withhold of a text, in order.

        Args:
            text: The text.
            manner: What kind of text it is.
            first: Whether the first is enough.
        """
        if not self.suspects(text.encode("utf-8", "replace")):
            return []
        spans = self._as_written(text, manner, first=first)
        if first and spans:
            return spans
        levels: list[Unescaped] = []
        for level in unescaped(text):
            levels.append(level)
            for span in self._as_written(level.text, manner, first=first):
                for each in reversed(levels):
                    span = each.in_source(span)  # noqa: PLW2901 - goes from level to level
                spans.append(span)
        return _joined(spans) if levels else spans

    def _as_written(self, text: str, manner: Manner, *, first: bool) -> list[Span]:
        """Return what to withhold of a text whose escapes mean no more than they say."""
        encoded = text.encode("utf-8", "replace")
        rules = self._rules[manner]
        spans: list[Span] = []
        ahead: list[Span] = []  # of a command, which may have more secrets between them
        position = 0
        for start, number in _in_characters(text, encoded, self._found(encoded)):
            span = rules[number](text, start) if start >= position else None
            if isinstance(span, list):
                ahead += span
            elif span and span[0] >= position and span[1] > span[0]:
                spans.append(span)
                position = span[1]
            if first and (spans or ahead):
                break
        return _joined([*spans, *ahead]) if ahead else spans


def _joined(spans: list[Span]) -> list[Span]:
    """Return stretches in order, and those that meet as one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _encoded(literals: Iterable[str]) -> tuple[bytes, ...]:
    return tuple(literal.encode() for literal in literals)


def _in_characters(text: str, encoded: bytes, hits: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return at which characters of a text literals begin, of which it is known at which bytes they do."""
    if len(text) == len(encoded):
        return hits
    found: list[tuple[int, int]] = []
    at = characters = 0
    for start, number in hits:
        characters += len(encoded[at:start].decode())
        at = start
        found.append((characters, number))
    return found


def _by_name(assignments: Assignments, literal: str, manner: Manner, *, wide: bool) -> Find:
    return partial(_named, assignments, len(literal.rstrip(_SIGNS)), manner, wide)


def _nothing(_text: str, _start: int) -> None:
    """Find no secret."""


def _named(  # noqa: PLR0913, PLR0917
    assignments: Assignments, size: int, manner: Manner, wide: bool, text: str, start: int
) -> Span | list[Span] | None:
    return assignments.find(text, start, start + size, manner, wide=wide) or NOTION(text, start)
