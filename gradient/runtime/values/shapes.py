"""How objects that are not plain data are written down.

A framework registers the classes it owns; everything else is told by its kind; what values of libraries hold is told in
`values`. No `repr`, `str` or property of the user's is run, with one exception: the text of an exception, which is what
it is for.

    chat messages and what frameworks register      as registered
    dataclasses, pydantic and attrs models, tuples   {"$type": name, "fields": {...}}
    members of enumerations                          {"$type": name, "text": member, "fields": {member: value}}
    dates, UUIDs, paths, numbers of the library      {"$type": name, "text": ...}
    other objects                                    {"$type": name, "fields": {plain public attributes and slots}}
    functions, classes, modules, what has no fields  {"$type": name, "text": ...}
"""

import datetime as dt
import decimal
import enum
import fractions
import pathlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from types import (
    AsyncGeneratorType,
    BuiltinFunctionType,
    CoroutineType,
    FunctionType,
    GeneratorType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
)
from typing import Any

from gradient.runtime.values.contents import NOTHING, held

_TEXT_TYPES = (
    dt.date, dt.time, dt.timedelta, decimal.Decimal, fractions.Fraction, uuid.UUID, pathlib.PurePath,
    complex,
)  # fmt: skip
_PLAIN = (str, int, float, bool, type(None), list, tuple, dict, set, frozenset)
_NAMED: tuple[type[Any], ...] = (
    FunctionType, BuiltinFunctionType, MethodType, type, ModuleType, GeneratorType, CoroutineType, AsyncGeneratorType,
)  # fmt: skip
_SCALARS = (str, int, float, bool, type(None))
# Of anything, for type checkers.
_TUPLE: type[Any] = tuple
_DICT: type[Any] = dict
_MAX_SHOWN_INT_BITS = 800
_MAX_PARTS = 200


@dataclass(frozen=True, slots=True)
class Shape:
    """How instances of one class are written down.

    Attributes:
        describe: Returns plain data, or data that holds further objects.
        state: Where instances come in growing lists, returns everything that `describe` looks at: plain data, models of
            pydantic and dataclasses, known by their fields. None: always written in full.
    """

    describe: Callable[[Any], Any]
    state: Callable[[Any], Any] | None = None


def type_of(value: Any) -> type[Any]:
    """Return the type of anything."""
    return type(value)  # pyright: ignore[reportUnknownVariableType] - anything's


def itself(message: Any) -> Any:
    """Return an object as its own state: `describe` looks at its fields, those that it does not declare included."""
    return message


def fields(message: Any) -> Any:
    """Return an object as its own state: `describe` looks at nothing but its `__dict__`."""
    return message


class Shapes:
    """The registered shapes, found by exact type after the first look."""

    def __init__(self) -> None:
        self._registered: dict[type, Shape] = {}
        self._found: dict[type, Shape | None] = {}

    def register(self, owner: type, shape: Shape) -> None:
        """Write instances of `owner` and of its subclasses as `shape` says."""
        self._registered[owner] = shape
        self._found.clear()

    def find(self, kind: type) -> Shape | None:
        """Return the shape for instances of exactly `kind`, or None."""
        try:
            return self._found[kind]
        except KeyError:
            shape = next((self._registered[base] for base in kind.__mro__ if base in self._registered), None)
            self._found[kind] = shape
            return shape


def describe_object(value: Any) -> Any:
    """Return {"$type", "fields" | "text"} for an object that nobody registered a shape for, or a scalar's value."""
    kind: type[Any] = type(value)  # pyright: ignore[reportUnknownVariableType] - anything's
    name = f"{kind.__module__}.{kind.__qualname__}"
    # `issubclass`, because `isinstance` asks the object for its `__class__`, and that may be code of the user's.
    if issubclass(kind, enum.Enum):
        return _member(value, name)
    if issubclass(kind, BaseException):
        return {"$type": name, "text": text_of(value)}
    if issubclass(kind, _NAMED):
        return {"$type": name, "text": _name_of(value)}
    if kind.__module__ in _TRUSTED and issubclass(kind, _TEXT_TYPES):
        return {"$type": name, "text": _text_of_number(value, name)}
    if (found := held(value, kind)) is not NOTHING:
        return found
    fields = _fields(value, kind)
    return {"$type": name, "text": f"<{name}>"} if fields is None else {"$type": name, "fields": fields}


def _member(value: Any, name: str) -> dict[str, Any]:
    """Describe a member of an enumeration: what it holds stands under its name, so that the rules for keys hold."""
    member, holds = _stored(value, "_name_"), _stored(value, "_value_")
    # A combination of flags may have no name.
    return {"$type": name, "text": member, "fields": {member: holds}} if member else {"$type": name, "fields": holds}


def _text_of_number(value: Any, name: str) -> str:
    try:
        return str(value)
    except ValueError:  # more digits than Python makes a text of
        return f"<{name}>"


def text_for(value: Any, deepest: int = 2) -> str:
    """Return what stands for a value where only text can be: as a key, a name, a tag; of tuples, few levels."""
    kind: type[Any] = type(value)  # pyright: ignore[reportUnknownVariableType] - anything's
    if issubclass(kind, str):
        return str.__str__(value)
    if issubclass(kind, bytes):
        return bytes.decode(value, "utf-8", "replace")
    if kind is tuple and deepest:
        return ", ".join(text_for(part, deepest - 1) for part in value[:_MAX_PARTS])
    described: Any = value if kind in _SCALARS else describe_object(value)
    if type(described) is int and described.bit_length() > _MAX_SHOWN_INT_BITS:
        return f"<an integer of {described.bit_length()} bits>"
    if type(described) in _SCALARS:
        return str(described)
    text: Any = _DICT.get(described, "text") if issubclass(type(described), _DICT) else None
    return text or f"<{kind.__module__}.{kind.__qualname__}>"


def text_of(error: BaseException) -> str:
    """Return the message of an exception, whatever its `__str__` does."""
    try:
        return str.__str__(str(error))  # an exact one: a subclass of `str` may do anything when it is looked at
    except Exception:  # noqa: BLE001 - it is the user's code
        return f"<{type(error).__qualname__} without a readable message>"


_TRUSTED = {kind.__module__ for kind in (*_TEXT_TYPES, pathlib.PosixPath)} | {"builtins", "pathlib._local"}


def _name_of(value: Any) -> str:
    if isinstance(value, ModuleType):  # its own `__getattr__` may do anything
        return str(vars(value).get("__name__"))
    module = getattr(value, "__module__", "") or ""
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", "")
    return f"{module}.{name}".strip(".") if isinstance(module, str) and isinstance(name, str) else "<unnamed>"


def _fields(value: Any, kind: type[Any]) -> dict[str, Any] | None:
    """Return an object's fields without running its code, or None where it has none to show."""
    names = _declared(kind)
    if names is not None:
        return {name: _stored(value, name) for name in names}
    if issubclass(kind, _TUPLE):
        return dict(zip(static(kind, "_fields") or (), _TUPLE.__iter__(value), strict=False)) or None
    stored = (_dict_of(value) or {}) | {name: _stored(value, name) for name in _slots(kind)}
    if not stored:
        return None
    # Any object at all: what it holds may be a client, a connection, half the program. Plain attributes will do.
    return {
        key: item for key, item in stored.items() if isinstance(key, str) and key[:1] != "_" and type(item) in _PLAIN
    }


def _slots(kind: type[Any]) -> list[str]:
    """Return the names of slots that classes declare; members of classes in C are not meant."""
    classes = [base.__dict__ for base in kind.__mro__ if "__slots__" in base.__dict__]
    return [name for own in classes for name, member in own.items() if type(member) is MemberDescriptorType]


def _declared(kind: type[Any]) -> list[str] | None:
    for attribute in ("__dataclass_fields__", "__pydantic_fields__", "model_fields", "__struct_fields__"):
        found = static(kind, attribute)
        if isinstance(found, (_DICT, _TUPLE)):
            return [str(name) for name in found]
    attrs = static(kind, "__attrs_attrs__")
    return [str(item.name) for item in attrs] if isinstance(attrs, _TUPLE) else None


def static(kind: type[Any], name: str) -> Any:
    """Return an attribute of a class as it stands there; a metaclass may do anything."""
    return next((base.__dict__[name] for base in kind.__mro__ if name in base.__dict__), None)


def _stored(value: Any, name: str) -> Any:
    stored = _dict_of(value)
    if stored is not None and name in stored:
        return stored[name]
    slot = static(type(value), name)  # pyright: ignore[reportUnknownArgumentType] - anything's
    try:
        return slot.__get__(value) if type(slot) is MemberDescriptorType else None  # and no property
    except AttributeError:  # unset
        return None


def _dict_of(value: Any) -> dict[Any, Any] | None:
    try:
        found = object.__getattribute__(value, "__dict__")
    except Exception:  # noqa: BLE001 - no __dict__, or one computed by user code
        return None
    return dict(found) if isinstance(found, _DICT) else None
