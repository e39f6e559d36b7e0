"""Which values behind the name of a secret are secrets, and which are words, code or placeholders."""

import re
from itertools import pairwise

_PLACEHOLDER = re.compile(
    r"\$\{[^}]*\}?|\$[A-Z_][A-Z0-9_]*|\$\(.*|\$\d|\{.*|<.*|%\(?\w*\)?s?|[*\u2022xX.\u2026_#-]{3,}|\[redacted\].*|\.\.\.|"
    r"(?:none|null|nil|true|false|undefined|redacted|nan|optional|str|string|bytes|int|any)|"
    r"[\W_]*|!!\w{1,10}|(?-i:[A-Z]+(?:_[A-Z]+)+)|(?:your|my|some|the|a|an|insert|enter|replace|example|dummy)[-_ ].*",
    re.IGNORECASE | re.DOTALL,
)
# A name, a path of names, a call, an index: code that fetches a secret rather than the secret.
_NAME = re.compile(r"[A-Za-z_]\w*")
_PLAIN_WORD = re.compile(r"[A-Z]?[a-z]+(?:['\u2019-][a-z]+)*|[A-Z]+(?:_[A-Z]+)*|[a-z]+(?:_[a-z]+)*")
_CODE_PATH = re.compile(
    r"[A-Za-z_]\w*(?:(?:\.|::|->)[A-Za-z_]\w*)+|[a-z_]+\d{0,2}|[A-Z_]+\d?|[A-Z][a-z]+(?:[A-Z][a-z]+)*\d?"
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^A-Za-z\d]+")
_KNOWN_IN_CODE = re.compile(
    r"(?i)(?:sha|md|base|utf|oauth|hmac|aes|rsa|v|argon|pbkdf|http|int|uint|float|ipv|s|ec|arg|param|x|b|h|p)\d"
)
_MADE_UP = re.compile(r"(?=.*[A-Za-z])(?=.*[0-9])[A-Za-z0-9!@#$%^&*?+~-]{6,80}")
_CHOSEN = re.compile(r"(?=.*[g-zG-Z])[A-Za-z0-9!@#$%^&*?+~]+")
_FEW_CHARS, _CHOSEN_CHARS = 6, 8
_JUDGED_CHARS = 80
_TOKEN_CHARS = re.compile(r"[\w\-+/=.~!@#$%^&*:]+")
_RANDOM_CHARS = 10
_RANDOM_SWITCHES = 0.28
_LONG_CHARS = 24
_ODD_CHARS, _ODD_PARTS, _LONGEST_PART = 16, 3, 12
_CASED_WORD, _NO_LETTERS = re.compile(r"[A-Z]*|[A-Z]?[a-z]*"), re.compile(r"[^A-Za-z]+")
_VOWEL = re.compile(r"[aeiouyAEIOUY]")
_LETTERS = re.compile(r"[A-Za-z.,_ '\"\[\]-]+")
_MOST_WORDS_CHARS = 60


def is_placeholder(value: str) -> bool:
    """Tell whether a value only says that there is one: `None`, `${TOKEN}`, `<your key>`, `****`."""
    return not value or _PLACEHOLDER.fullmatch(value) is not None


def is_plain_word(value: str) -> bool:
    """Tell whether a value is a word, or words in one name: `required`, `my_token`, `API_KEY`."""
    return _PLAIN_WORD.fullmatch(value) is not None


def is_words(value: str) -> bool:
    """Tell whether a value has letters alone, as names of classes and titles have."""
    return len(value) < _MOST_WORDS_CHARS and _LETTERS.fullmatch(value) is not None


def is_made_up(value: str) -> bool:
    """Tell whether a quoted value is none of the words of a program: letters and digits together, without blanks."""
    return (
        len(value) >= _FEW_CHARS
        and value.isascii()
        and _MADE_UP.fullmatch(value) is not None
        and not _KNOWN_IN_CODE.search(value)
    )


def is_chosen(value: str) -> bool:
    """Tell whether a value is what people choose for a password: letters, digits and signs, in no order of code."""
    return len(value) >= _CHOSEN_CHARS and _CHOSEN.fullmatch(value) is not None and looks_secret(value)


def looks_secret(value: str) -> bool:
    """Tell whether a value behind `=` or `:` is rather a secret than a word, a number or code."""
    value = value[:_JUDGED_CHARS]
    if len(value) < _FEW_CHARS or "://" in value or not _TOKEN_CHARS.fullmatch(value) or _CODE_PATH.fullmatch(value):
        return False
    if _NAME.fullmatch(value) and _KNOWN_IN_CODE.search(value):
        return looks_random(value)
    has_digit, has_letter = any(map(str.isdigit, value)), any(map(str.isalpha, value))
    return has_letter and (has_digit or looks_random(value))


def looks_random(value: str) -> bool:
    """Tell whether a text looks made by chance: letters of both cases and digits in no order of words."""
    value = value[:_JUDGED_CHARS]
    if len(value) < _RANDOM_CHARS or not _TOKEN_CHARS.fullmatch(value):
        return False
    kinds = [_kind(character) for character in value]
    switches = sum(first != second for first, second in pairwise(kinds)) / len(value)
    letters = [word for word in _WORDS.findall(value) if word.isalpha()]
    longest = max(map(len, letters), default=0)
    if kinds.count("digit") < 2:  # noqa: PLR2004 - one digit may number a word
        return switches > _RANDOM_SWITCHES and longest < _LONGEST_PART and _has_odd_parts(value)
    if not letters:
        return False
    return switches > _RANDOM_SWITCHES or (len(value) >= _LONG_CHARS and longest < _RANDOM_CHARS)


def _has_odd_parts(value: str) -> bool:
    """Tell whether letters of both cases are in no order of words: `xKBrjkqADKvXId`, not `getURLOfTheNextPage`."""
    if all(map(_CASED_WORD.fullmatch, _NO_LETTERS.split(value))):
        return False
    parts = [part for part in _WORDS.findall(value) if part.isalpha()]
    odd = sum(part.isupper() or len(part) == 1 or not _VOWEL.search(part) for part in parts)
    return len(value) >= _ODD_CHARS and odd >= _ODD_PARTS


def _kind(character: str) -> str:
    if character.isdigit():
        return "digit"
    return "upper" if character.isupper() else "lower" if character.isalpha() else "sign"
