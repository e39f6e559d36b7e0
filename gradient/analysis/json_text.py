"""Texts that stand for data, as attributes of spans must."""

from typing import Any

import msgspec


def decoded(value: Any) -> Any:
    """Return what JSON text stands for; other text, and what is no text, as it is."""
    if not isinstance(value, str):
        return value
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        return value
