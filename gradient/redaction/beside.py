r"""What looks random and stands beside the name of a secret, whatever signs and small words are between them.

    | api_key | x |   **password**: `x`   token -> x   invalid token (x)   <key>password</key><string>x</string>

Where nothing says that a value follows, only what no word, hash or version looks like is withheld.
"""

import re

from gradient.redaction.credentials import Span
from gradient.redaction.judging import is_chosen, is_placeholder, is_plain_word, looks_random
from gradient.redaction.names import is_password

_QUOTES = r"\\{0,31}[\"'`]"
_SIGNS = r"[ \t\"'`:=,|()\[\]{}*<>!/~.;&$@-]|\s|\u2192|\uff1a"
_ESCAPED = r"\\{1,31}(?:[nrt\"'`/]|u(?:2192|ff1a))|&?(?:quot|gt|lt|amp|apos|nbsp|\#39);"
_ATTRIBUTE = (
    rf"(?:[a-z]{{1,10}}:)?(?:type|Type|xmlns|lang|class|id|encoding|nil)={_QUOTES}[^\"'<>\\]{{0,80}}{_QUOTES}(?=[\s>/])"
)
_WORD = (
    r"(?:string\(\d{1,5}\)|is|was|are|str|string|String|Some|Secret|SecretStr|Final|value|values|input|provided|given|"
    r"received|used|named|of|to|as|td|th|dd|dt|p|li|b|em|span|div|strong|code|key|Key|CDATA|type|Type|pass|name|please|"
    r"sid|response|body|ConvertTo-SecureString|new|"
    r"[A-Za-z]{1,12}=(?=[\"'\\]))(?![A-Za-z0-9_])"
)
_BETWEEN = re.compile(rf"(?:{_SIGNS}|{_ESCAPED}|{_ATTRIBUTE}|{_WORD}){{1,80}}")
_MOST_BETWEEN = 80
_VALUE = re.compile(r"(?!a-z|A-Z|0-9)[A-Za-z0-9+/_~-]{12,400}={0,2}(?![A-Za-z0-9+/_~=(\[@-]|\.\w)")
_CHOSEN = re.compile(r"[A-Za-z0-9!@#$%^&*?+~]{8,64}(?![A-Za-z0-9_(\[./:=-])")
_HASH = re.compile(r"[0-9a-fA-F-]+")
_OF_CODE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|\w*(?:Key|Token|Password|Secret|Error|Type|Credential)s?")
# Where a sign says that a value follows, it may be a hash; behind a line's end alone, it is one of another thing.
_SAYS_VALUE = re.compile(r"[|:=(,>@\u2192\uff1a]|--|<<<| (?:is|to) ")
_LINE_END = re.compile(r"\n|\\n")
_ARTICLES = ("the ", "my ", "your ", "our ", "its ", "his ", "her ", "their ", " a ", " an ")
_LINK = re.compile(r" (?:as|is|was|for) [a-z]{1,5} $")
_ENDS_THERE = re.compile(
    r"(?:\\{0,31}[\"'`*)\]}]){0,4}(?:[.,;:!?\\\n<]|\Z| (?:and|for|to|of|on|in|at|when|if|so|here|now|but|with)\b)"
)
_LAST_WORD = re.compile(r"[^\s\"'`(:\[{*\\]+$")
_LINK_CHARS, _BEFORE_CHARS = 11, 110
# How Pydantic tells which field is wrong, and what it was given.
_INPUT = re.compile(
    rf"(?:(?:\n|\\{{1,31}}n)(?:[ \t>+|\d]|\\{{1,31}}t){{1,16}}[^\[\n]{{0,120}}\[type=\w{{1,40}}, input_value=|"
    rf"{_QUOTES},?[)\]][^{{}}\n]{{0,200}}?{_QUOTES}input{_QUOTES}: ?){_QUOTES}"
)


def beside(text: str, begin: int, stop: int, told: bool) -> Span | None:
    """Return what to withhold of what follows a name that ends here.

    Args:
        text: The whole text.
        begin: Where the name begins.
        stop: Where it ends.
        told: Whether it is a message of what went wrong, or a command.
    """
    found = _INPUT.match(text, stop)
    if found:
        return _input(text, found)
    found = _BETWEEN.match(text, stop)
    if found is None or found.end() - stop > _MOST_BETWEEN:
        return None
    value = _VALUE.match(text, found.end())
    if value is None or not looks_random(value[0]):
        chosen = _CHOSEN.match(text, found.end())
        is_meant = chosen and is_chosen(chosen[0]) and _SAYS_VALUE.search(found[0]) and is_password(text[begin:stop])
        return chosen.span() if chosen and is_meant else None
    if _OF_CODE.fullmatch(value[0]):
        return None
    return None if _HASH.fullmatch(value[0]) and not _may_be_hash(found[0], told) else value.span()


def before_name(text: str, begin: int, stop: int) -> Span | None:
    """Return what to withhold of what stands before a name: `Use hunter2xyz! as the password`."""
    if not text.endswith(_ARTICLES, 0, begin):
        return None
    link = _LINK.search(text, max(0, begin - _LINK_CHARS), begin)
    if link is None or not _ENDS_THERE.match(text, stop):
        return None
    word = _LAST_WORD.search(text[max(0, link.start() - _BEFORE_CHARS) : link.start()].rstrip("\"'`*\\"))
    value = word[0].rpartition("=")[2] if word else ""
    if not (looks_random(value) or is_chosen(value)) or _HASH.fullmatch(value):
        return None
    at = text.rindex(value, 0, link.start())
    return at, at + len(value)


def _may_be_hash(between: str, told: bool) -> bool:
    """Tell whether what follows a name is its value even where it looks like a hash."""
    if _LINE_END.search(between) and "<" not in between:
        return False
    return told or _SAYS_VALUE.search(between) is not None


def _input(text: str, found: re.Match[str]) -> Span | None:
    end = min((at for at in (text.find(found[0][-1], found.end()), found.end() + 400) if at >= 0), default=len(text))
    value = text[found.end() : end].rstrip("\\")
    return None if is_placeholder(value) or is_plain_word(value) else (found.end(), found.end() + len(value))
