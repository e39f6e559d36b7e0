"""What can be told of the instances of a type, so that a look at them sees every change.

CLOSED   they may hold what nobody can see: they are written in full
FIELDS   all that is recorded of them is in their `__dict__`
EXTRA    likewise, and in the fields that a pydantic model does not declare
ATOM     they never change
"""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import uuid
from typing import Any

from gradient.runtime.values.shapes import Shapes, fields

CLOSED, FIELDS, EXTRA, ATOM = range(4)
_ATOMS: frozenset[type[Any]] = frozenset({
    complex, dt.date, dt.datetime, dt.time, dt.timedelta, decimal.Decimal, uuid.UUID,
})  # fmt: skip


class Modes(dict[type[Any], int]):
    """The mode of each type, found out at the first instance.

    Args:
        shapes: May say of messages that only their fields count.
    """

    def __init__(self, shapes: Shapes) -> None:
        super().__init__()
        self._shapes = shapes

    def __missing__(self, kind: type[Any]) -> int:
        shape = self._shapes.find(kind)
        mode = self[kind] = FIELDS if shape is not None and shape.state is fields else _mode_of(kind)
        return mode


def _mode_of(kind: type[Any]) -> int:
    if kind in _ATOMS or issubclass(kind, enum.Enum):
        return ATOM
    spaces = [vars(base) for base in kind.__mro__]
    if any("__pydantic_decorators__" in space for space in spaces):
        return EXTRA
    is_dataclass = any("__dataclass_fields__" in space for space in spaces)
    return FIELDS if is_dataclass and not any(space.get("__slots__") for space in spaces) else CLOSED
