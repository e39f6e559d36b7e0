r"""The shapes of known credentials.

A credential begins with a literal that is rare in other texts, and that is what a text is searched for; only there its
exact rule is tried. It must not begin within a longer word ("risk-", "task-"), but may follow an escape: in JSON, a
line break before it is a backslash and the letter n. A try that fails ends within a bounded distance, or where the next
one can begin; what is found is not gone through again. So the time grows with the length of a text alone.
"""

import base64
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass

from gradient.redaction.judging import looks_random
from gradient.redaction.providers import PREFIXES, WITHIN

Span = tuple[int, int]
"""Where something to withhold begins and ends."""

_BLANK = r"(?:\s|%20|\+|\\+u0020|\\+[nrt]|&nbsp;|&#32;){1,8}"
_BEARER = re.compile(r"(?:bearer|BEARER|Bearer)(?:%20|\\+u0020|\s|\+|\\+[nrt]|&nbsp;|&#32;){1,8}")
_BEARER_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{12,}")
_BASIC = re.compile(rf"[Bb]asic{_BLANK}([A-Za-z0-9+/]{{8,}}={{0,2}})")
_LONG_WORD_CHARS = 20
_ENCODED_HEADER, _ENCODED = re.compile(r"[A-Za-z0-9+/]{64}"), re.compile(r"[A-Za-z0-9+/]+={0,2}")

# Of an address: `://user:password@host`. The password may have signs in it that an address should not have.
_USER = re.compile(r"://([^/\s:\"'?#\\<>`{}\[]{0,100})(:?)")
_STRICT_PASSWORD = re.compile(r"[^/\s\"'?#\\<>`]*@")
_LOOSE_PASSWORD = re.compile(r"[^\n\r<>`{}\\,;()]{1,60}@(?=[A-Za-z0-9])")
_PORT = re.compile(r"\d{1,5}(?![^\s/\"'?#\\,;:.)\]}>])")
_OPEN_PASSWORD = re.compile(
    r"\[redacted\]@|(?:password|passwd|pass|pwd|secret)@|\$?\{[^}]*\}@|<[^>]*>@|\*+@|%s@|\.{3}@"
)
_TOKEN_USER = re.compile(r"(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{20,100}[@:]")
_SHORT_USER = re.compile(r"(?=[A-Za-z_-]*[0-9])[A-Za-z0-9]{12,19}@")

# What lets anyone have what an address names: `&sig=...`, `, Signature=...`; and what may do so, if it looks random.
_SIGNATURE = re.compile(r"[A-Za-z]{3,9}(?:=|%3[Dd])((?:[A-Za-z0-9+/_~.-]|%2[BbFf]|%3[Dd]){16,1024}={0,2})")
_QUERY = re.compile(r".[a-z]{3,6}=([A-Za-z0-9%+/_.~:-]{16,})")
_QUERIES = tuple(f"{sign}{name}=" for sign in "?&;" for name in ("key", "auth", "pass", "sign", "hmac"))

# What may stand before a credential though its last character is a letter or a digit.
_ESCAPED = re.compile(
    r"(?:\\(?:[abefnrtv0]|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]{2}|[0-7]{3})|%(?:25){0,3}[0-9A-Fa-f]{2}|"
    r"\[[0-9;:?]{0,12}[A-Za-z])$"
)
_ESCAPE_CHARS = 16
_WORD = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-")


def begins(text: str, at: int) -> bool:
    """Tell whether something may begin here: not within a longer word."""
    if at <= 0 or text[at - 1] not in _WORD:
        return True
    return _ESCAPED.search(text[max(0, at - _ESCAPE_CHARS) : at]) is not None


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of credential, found at a literal.

    Attributes:
        before: How many characters before the literal it may begin.
        rule: A regular expression, compiled when the literal is met first: there are hundreds, and most never are. Its
            first group is shown, its second is withheld.
        anywhere: Whether it may begin within a word.
    """

    before: int
    rule: str
    anywhere: bool = False

    def __call__(self, text: str, start: int) -> Span | None:
        """Return what to withhold of the credential with its literal here, if it is one."""
        match = _compiled(self.rule).match
        for at in range(max(0, start - self.before), start + 1):
            found = match(text, at) if self.anywhere or begins(text, at) else None
            if found:
                return found.span(2)
        return None


_compiled = functools.cache(re.compile)


def _bearer(text: str, start: int) -> Span | None:
    """Find `Bearer TOKEN`: letters alone must be longer than any word."""
    scheme = _BEARER.match(text, max(0, start - 1))
    token = _BEARER_TOKEN.match(text, scheme.end()) if scheme else None
    if token is None:
        return None
    value = token[0]
    longest = max(map(len, re.split(r"[^A-Za-z]+", value)))
    is_token = any(map(str.isdigit, value)) or longest >= _LONG_WORD_CHARS or looks_random(value)
    return token.span() if is_token else None


def _basic(text: str, start: int) -> Span | None:
    """Find `Basic BASE64`, of a name and a password."""
    found = _BASIC.match(text, max(0, start - 1))
    if found is None:
        return None
    try:
        is_pair = b":" in base64.b64decode(found[1] + "=" * (-len(found[1].rstrip("=")) % 4), validate=False)
    except ValueError:
        is_pair = False
    return found.span(1) if is_pair else None


def _encoded_key(text: str, start: int) -> Span | None:
    """Find a private key in Base64, as Kubernetes keeps it."""
    header = _ENCODED_HEADER.match(text, start)
    found = _ENCODED.match(text, start) if header and b"PRIVATE KEY" in base64.b64decode(header[0]) else None
    return found.span() if found else None


def _address(text: str, start: int) -> Span | None:
    """Find the password of an address, or a token in the place of its user."""
    user = _USER.match(text, start)
    if user is None:
        return None
    at, found = user.end(), None
    if user[2] and not _OPEN_PASSWORD.match(text, at):
        found = _STRICT_PASSWORD.match(text, at)
        if found is None and not _PORT.match(text, at):
            found = _LOOSE_PASSWORD.match(text, at)
    token = _TOKEN_USER.match(text, user.start(1))
    short = None if token else _SHORT_USER.match(text, user.start(1))
    token = short if short and looks_random(short[0][:-1]) else token
    if token:  # and what stands behind it, if anything does
        at, found = user.start(1), found or (token if token[0][-1] == "@" else None)
    return (at, found.end() - 1) if found and found.end() - 1 > at else None


def _signature(text: str, start: int) -> Span | None:
    """Find the signature of an address, or of a request."""
    found = _SIGNATURE.match(text, start)
    return found.span(1) if found and _is_random(found[1]) else None


def _query(text: str, start: int) -> Span | None:
    """Find what looks random behind a name of an address that has other uses, too."""
    found = _QUERY.match(text, start)
    return found.span(1) if found and _is_random(found[1]) else None


def _is_random(value: str) -> bool:
    return any(map(str.isdigit, value)) and looks_random(value.replace("%", ""))


NOTION = Shape(2, r"(e?secret[_-](?:lambda_)?)((?=[A-Za-z]*[0-9])[A-Za-z0-9.]{26,}(?![A-Za-z0-9_]))")
"""Begins with a word for secrets, and is looked for there."""

Find = Callable[[str, int], Span | list[Span] | None]


@functools.cache
def shapes() -> dict[str, Find]:
    """Return literal -> what finds the credential at it."""
    found: dict[str, Find] = {
        prefix: Shape(0, f"({re.escape(prefix)})({body})", anywhere=not prefix[0].isalnum())
        for prefix, body in PREFIXES.items()
    }
    found |= {
        literal: Shape(before, f"({shown})({body})", anywhere=not before)
        for literal, (before, shown, body) in WITHIN.items()
    }
    found |= dict.fromkeys(("sig=", "sig%3D", "sig%3d", "ignature=", "ignature%3D", "ignature%3d"), _signature)
    found |= dict.fromkeys(_QUERIES, _query)
    return found | {"earer": _bearer, "EARER": _bearer, "asic": _basic, "://": _address, "LS0tLS1CRUdJTi": _encoded_key}
