"""In which spellings the name that somebody listed may stand in a text."""

import re
import unicodedata
from collections.abc import Iterator

_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_DOTTED = {ord("\u0131"): "i", ord("\u0130"): "I"}
_DOTLESS = {ord("i"): "\u0131", ord("I"): "\u0131", ord("\u0130"): "i"}
_WORD = re.compile(r"[^\W\d_]+|\d+")
_LEAST_CHARS = 4


def spellings_of(name: str) -> set[str]:
    """Return literals, one of which stands in every text that has this name.

    The last word is enough: what stands before it is looked at there. Without its first letter, where it is long, it is
    the same for `name` and `Name`.
    """
    words = _WORD.findall(unicodedata.normalize("NFKC", name))
    if not words:
        return set()
    word = next((word for word in reversed(words) if not word.isdigit()), words[-1])
    capitals = [at for at in range(1, len(word)) if word[at].isupper() and word[at - 1].islower()]
    word = word[capitals[-1] :] if capitals else word
    if word.isascii() and len(word) > _LEAST_CHARS:
        word = word[1:]
    return {spelling for cased in _cased(word) for spelling in _forms(cased)}


def _cased(word: str) -> set[str]:
    """Return a word in large and small letters, also where languages differ: i and ß, final sigmas."""
    words = {word, word.casefold(), word.translate(_DOTTED), word.translate(_DOTLESS)}
    cased = {change(one) for one in words for change in (str, str.lower, str.upper, str.title)}
    return cased | {change(one) for one in words for change in (_turkish_upper, _turkish_lower)}


def _turkish_upper(word: str) -> str:
    return word.replace("i", "\u0130").upper()


def _turkish_lower(word: str) -> str:
    return word.replace("I", "\u0131").replace("\u0130", "i").lower()


def _forms(word: str) -> Iterator[str]:
    apart = unicodedata.normalize("NFD", word)
    composed = unicodedata.normalize("NFC", word)
    wide = [form.translate(_WIDE) for form in (word, apart, unicodedata.normalize("NFKD", word))]
    for form in (word, apart, composed, *wide, *(unicodedata.normalize("NFC", form) for form in wide)):
        yield form
        special = next((letter for letter in form if not letter.isascii()), None)
        if special is not None:  # as JSON escapes it
            yield f"u{ord(special):04x}"
            yield f"u{ord(special):04X}"
