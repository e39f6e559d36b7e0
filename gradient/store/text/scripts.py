"""Scripts that put no blanks between words: what is searched in them is found by its characters, wherever it stands."""

import re

UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u0f00-\u0fff\u1000-\u109f"  # Tibetan, Burmese
    "\u1100-\u11ff\uac00-\ud7ff"  # Korean has blanks, but not before what is added to a word
    "\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf"  # Khmer, Tai
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u312f\u3130-\u318f\u31a0-\u31ff"  # Kana, Bopomofo, radicals
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uffdc"  # Han, half-width Kana
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
"""Their characters, as ranges for a regular expression's class."""

_ONE = re.compile(f"[{UNSPACED}]")


def spaced(text: str) -> str:
    """Return a text with a blank around each character of such a script: each is a word of its own."""
    return text if text.isascii() else _ONE.sub(r" \g<0> ", text)


def begins_unspaced(word: str) -> bool:
    """Tell whether a word begins in such a script."""
    return _ONE.match(word) is not None


def ends_unspaced(word: str) -> bool:
    """Tell whether a word ends in such a script."""
    return _ONE.match(word[-1:]) is not None
