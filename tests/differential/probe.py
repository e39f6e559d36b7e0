"""Runs a program bare or traced, and writes down what its user could notice.

    python probe.py PROGRAM {bare,traced} REPORT

A program is an ordinary script. What it prints is compared as it is, so it prints results and what its callbacks are
told; of the objects that it gives to `hold`, names, attributes and signature are compared. It takes `entrypoint` and
`step` from here: bare, they do nothing, and no module of ours is imported.
"""

import asyncio
import contextlib
import inspect
import json
import os
import re
import runpy
import sys
import warnings
from pathlib import Path

TRACED = "traced"
_PLAIN = (str, int, float, bool, type(None))
_OURS_BY_DESIGN = {"__wrapped__"}  # `functools.wraps` sets it
_held = {}


def is_traced():
    """Tell whether this process is the traced one of the two."""
    return os.environ.get("PROBE") == TRACED


def hold(name, held):
    """Compare what a user sees of an object: as it is now."""
    _held[name] = _looks_of(held)


def _looks_of(held):
    attributes = {} if not hasattr(held, "__dict__") else dict(vars(held))
    plain = {key: value for key, value in attributes.items() if isinstance(value, _PLAIN)}
    looks = {key: str(getattr(held, key, None)) for key in ("__name__", "__qualname__", "__module__", "__doc__")}
    return {
        **looks,
        "type": f"{type(held).__module__}.{type(held).__qualname__}",
        "attributes": sorted(set(attributes) - _OURS_BY_DESIGN),
        "values": {key: plain[key] for key in sorted(plain) if key not in _OURS_BY_DESIGN},
        "dir": sorted(set(dir(held)) - _OURS_BY_DESIGN),
        "signature": _signature_of(held),
        "colour": [asyncio.iscoroutinefunction(held), *(is_of(held) for is_of in _COLOURS)],
    }


_COLOURS = (inspect.isfunction, inspect.ismethod, inspect.isgeneratorfunction, inspect.isasyncgenfunction)


def _signature_of(held):
    try:
        return re.sub(r"0x[0-9a-f]+", "0x", str(inspect.signature(held)))
    except (TypeError, ValueError):
        return None


def _run(program, report):
    told = []

    def note(message, category, filename, lineno, *_):
        told.append([category.__name__, str(message), Path(filename).name, lineno])

    warnings.simplefilter("always")
    warnings.showwarning = note
    sys.path.insert(0, str(Path(program).parent))
    sys.argv = [program]
    try:
        runpy.run_path(program, run_name="__main__")
    finally:
        Path(report).write_text(json.dumps({"warnings": told, "held": _held}), "utf-8")


def _decorates_nothing(function=None, **_):
    return (lambda function: function) if function is None else function


class _Block(contextlib.nullcontext):
    def __call__(self, function):
        return function


def _names_nothing(name, **_):
    return _Block(_Handle()) if isinstance(name, str) else name


class _Handle:
    outputs = None


if __name__ == "__main__":
    _program, _mode, _report = sys.argv[1:]
    os.environ["PROBE"] = _mode
    sys.modules["probe"] = sys.modules["__main__"]  # the program's `import probe` means this one

if is_traced():
    from gradient.runtime import install_runtime
    from gradient.sdk import entrypoint, step

    install_runtime()
else:
    entrypoint, step = _decorates_nothing, _names_nothing

if __name__ == "__main__":
    _run(_program, _report)
