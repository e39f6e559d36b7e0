"""Ages and sizes as they are written on the command line."""

import re

import click

_AGE = re.compile(r"(\d+(?:\.\d+)?)([hdw])")
_AGE_S = {"h": 3_600, "d": 86_400, "w": 7 * 86_400}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kKMGT]?)B?")
_SIZE_BYTES = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def age_s(text: str) -> float:
    """Return an age in seconds.

    Raises:
        BadParameter: It is written wrongly.
    """
    found = _AGE.fullmatch(text)
    if found is None:
        raise click.BadParameter(f"{text!r} is no age; write hours, days or weeks, such as 12h, 30d or 4w.")
    return float(found[1]) * _AGE_S[found[2]]


def size_bytes(text: str) -> float:
    """Return a size in bytes.

    Raises:
        BadParameter: It is written wrongly.
    """
    found = _SIZE.fullmatch(text)
    if found is None:
        raise click.BadParameter(f"{text!r} is no size; write it as 500MB or 2GB.")
    return float(found[1]) * _SIZE_BYTES[found[2]]
