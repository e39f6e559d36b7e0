"""What values of Python's library and of numpy, pandas and the like hold.

Scalars are told as their value; arrays, series and frames by shape, dtype and their first values. Nothing is imported:
a class is known by its name and that of its package. Of a class that somebody else derived from one of these, no method
is run; what can be asked of the base, in C, is asked of the base. What a first look costs does not grow with the value:
nothing is computed that was not (a lazy frame, a file behind an array) and nothing is fetched from a device.
"""

import datetime as dt
import decimal
import functools
import gc
import re
from collections.abc import Callable, Iterable
from types import MappingProxyType
from typing import Any

NOTHING = object()
"""Says that a value is none of these."""

_FEW, _ROWS, _COLUMNS, _CHARS = 16, 5, 20, 200
_ADDRESSES = ("IPv4Address", "IPv6Address", "IPv4Network", "IPv6Network", "IPv4Interface", "IPv6Interface")
_PARTIAL = ("func", "args", "keywords")
_DEVICES = {"torch", "jax", "jaxlib", "tensorflow", "cupy", "scipy", "pyarrow"}
_NUMPY_TEXTS = {"datetime64", "timedelta64", "longdouble", "clongdouble"}
_PANDAS_SCALARS = {"Timestamp", "Timedelta", "Period", "Interval", "NaTType", "NAType"}


def held(value: Any, kind: type[Any]) -> Any:
    """Return plain data, or data that holds further values, for what a value holds; `NOTHING` where nobody knows."""
    try:
        return _held(value, kind)
    except Exception:  # noqa: BLE001 - another thread changes it, or a library is not as we know it
        return NOTHING


def _held(value: Any, kind: type[Any]) -> Any:
    own = _OWN.get(kind)
    if own is not None:
        return own(value)
    for base, text in _TEXTS.items():
        if issubclass(kind, base) and _package(kind) != "pandas":
            return _told(kind, text=text(value))
    for base in kind.__mro__:
        tell = _OF_LIBRARIES.get((_package(base), base.__name__))
        if tell is not None:
            return tell(value, kind, base)
    if _package(kind) in _DEVICES and hasattr(kind, "shape"):
        return _shaped(value, kind)
    return NOTHING


def _told(kind: type[Any], **parts: Any) -> dict[str, Any]:
    return {"$type": f"{kind.__module__}.{kind.__qualname__}", **parts}


def _package(kind: type[Any]) -> str:
    module = kind.__module__
    return module.partition(".")[0] if type(module) is str else ""


def _of_numpy_scalar(value: Any, kind: type[Any], base: type[Any]) -> Any:
    if kind.__name__ in _NUMPY_TEXTS and _package(kind) == "numpy":
        return _told(kind, text=str(value))
    item = base.item(value)
    names = value.dtype.names if kind.__name__ == "void" else None
    return item if names is None else _told(kind, fields=dict(zip(names, item, strict=False)))


def _of_dtype(value: Any, kind: type[Any], base: type[Any]) -> Any:  # noqa: ARG001 - told as the others are
    return _told(kind, text=str(value)[:_CHARS])


def _of_array(value: Any, kind: type[Any], base: type[Any]) -> Any:
    fields = {"shape": base.shape.__get__(value), "dtype": str(base.dtype.__get__(value))[:_CHARS]}
    if kind is base:  # others may be masked, or stand for a file
        is_small = value.size <= _FEW
        shown = value if is_small else value.flat[:_FEW]
        fields["values" if is_small else "head"] = _first_of(shown, value.dtype)
    return _told(kind, fields=fields)


def _first_of(shown: Any, dtype: Any) -> Any:
    if dtype.names is not None:
        return {name: shown[name].tolist() for name in dtype.names[:_COLUMNS]}
    return (shown.astype(str) if dtype.kind in "mM" else shown).tolist()  # as numbers, times are nanoseconds


def _of_pandas(value: Any, kind: type[Any], base: type[Any]) -> Any:
    if _package(kind) != "pandas":
        return NOTHING
    fields: dict[str, Any] = {"shape": value.shape}
    if base.__name__ == "DataFrame":
        arrays = value._iter_column_arrays()  # noqa: SLF001 - a series of each column would take ten times as long
        fields["columns"] = _columns(value.columns[:_COLUMNS], arrays, _column)
    else:
        fields |= {} if base.__name__ == "ExtensionArray" else {"name": value.name}
        fields |= _column(value.array if base.__name__ == "Series" else value)
    return _told(kind, fields=fields)


def _columns(names: Iterable[Any], columns: Iterable[Any], describe: Callable[[Any], Any]) -> dict[Any, Any]:
    return {name: describe(column) for name, column in zip(names, columns, strict=False)}


def _column(values: Any) -> dict[str, Any]:
    return {"dtype": str(values.dtype)[:_CHARS], "values": list(values[:_ROWS])}


def _of_text(value: Any, kind: type[Any], base: type[Any]) -> Any:
    return _told(kind, text=str(value)[:_CHARS]) if kind is base else NOTHING


def _of_polars(value: Any, kind: type[Any], base: type[Any]) -> Any:
    if kind is not base:
        return NOTHING
    fields: dict[str, Any] = {"shape": value.shape}
    if base.__name__ == "DataFrame":
        fields["columns"] = _columns(value.columns[:_COLUMNS], value.iter_columns(), _polars_column)
    else:
        fields |= {"name": value.name, **_polars_column(value)}
    return _told(kind, fields=fields)


def _polars_column(column: Any) -> dict[str, Any]:
    return {"dtype": str(column.dtype)[:_CHARS], "values": column.head(_ROWS).to_list()}


def _shaped(value: Any, kind: type[Any]) -> Any:
    """Describe what has a shape and lies where a look at its values may be dear: on a device, or compressed."""
    fields: dict[str, Any] = {"shape": tuple(value.shape)}
    fields |= {name: str(getattr(value, name))[:_CHARS] for name in ("dtype", "device") if hasattr(value, name)}
    return _told(kind, fields=fields)


def _of_partial(value: Any, kind: type[Any], base: type[Any]) -> Any:
    return _told(kind, fields={name: vars(base)[name].__get__(value) for name in _PARTIAL})


def _of_partial_method(value: Any, kind: type[Any], base: type[Any]) -> Any:  # noqa: ARG001 - told as the others are
    stored = object.__getattribute__(value, "__dict__")
    return _told(kind, fields={name: stored[name] for name in _PARTIAL})


def _of_cached(value: Any, kind: type[Any], base: type[Any]) -> Any:  # noqa: ARG001 - as above
    return _told(kind, fields={"func": object.__getattribute__(value, "__dict__")["__wrapped__"]})


def _of_operator(value: Any, kind: type[Any], base: Any) -> Any:
    made, args = base.__reduce__(value)
    return _told(kind, fields={"args": args} | ({"keywords": made.keywords} if type(made) is functools.partial else {}))


def _pattern(value: re.Pattern[Any]) -> Any:
    return _told(re.Pattern, fields={"pattern": value.pattern, "flags": value.flags})


def _match(value: re.Match[Any]) -> Any:
    return _told(re.Match, fields={"span": value.span(), "match": value[0]})


def _range(value: range) -> Any:
    return _told(range, fields={"start": value.start, "stop": value.stop, "step": value.step})


def _slice(value: slice) -> Any:
    return _told(slice, fields={"start": value.start, "stop": value.stop, "step": value.step})


def _proxy(value: MappingProxyType[Any, Any]) -> Any:
    # The garbage collector tells what is behind it; its own methods would run those of a mapping of the user's.
    return _told(MappingProxyType, fields=next(iter(gc.get_referents(value)), None))


_OWN: dict[type[Any], Callable[[Any], Any]] = {
    re.Pattern: _pattern,
    re.Match: _match,
    range: _range,
    slice: _slice,
    MappingProxyType: _proxy,
    dt.timezone: lambda value: _told(dt.timezone, text=str(value)),
}
# Classes of Python's that are written in C, and what makes a text of one, whoever derived from it.
_TEXTS: dict[type[Any], Callable[[Any], str]] = {
    dt.datetime: lambda value: dt.datetime.isoformat(value, " "),
    dt.date: dt.date.isoformat,
    dt.time: dt.time.isoformat,
    dt.timedelta: dt.timedelta.__str__,
    decimal.Decimal: decimal.Decimal.__str__,
    complex: complex.__repr__,
}
_OF_LIBRARIES: dict[tuple[str, str], Callable[[Any, type[Any], type[Any]], Any]] = {
    ("numpy", "generic"): _of_numpy_scalar,
    ("numpy", "ndarray"): _of_array,
    ("numpy", "dtype"): _of_dtype,
    ("pandas", "DataFrame"): _of_pandas,
    ("pandas", "Series"): _of_pandas,
    ("pandas", "Index"): _of_pandas,
    ("pandas", "ExtensionArray"): _of_pandas,
    **{("pandas", name): _of_text for name in _PANDAS_SCALARS},
    **{("ipaddress", name): _of_text for name in _ADDRESSES},
    ("zoneinfo", "ZoneInfo"): _of_text,
    ("functools", "partial"): _of_partial,
    ("functools", "partialmethod"): _of_partial_method,
    ("functools", "_lru_cache_wrapper"): _of_cached,
    **{("operator", name): _of_operator for name in ("attrgetter", "itemgetter", "methodcaller")},
    ("polars", "DataFrame"): _of_polars,
    ("polars", "Series"): _of_polars,
}
