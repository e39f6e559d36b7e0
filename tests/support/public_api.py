"""What programs may use of Gradient: every exported name, and how it is called.

Run: python -m support.public_api, in tests/: it prints the listing.
"""

import inspect
from importlib import import_module

PACKAGES = ("analysis", "export", "ingest", "journal", "redaction", "runtime", "sdk", "store", "testing", "ui")


def signature_of(value):
    """Return how one is called: names and kinds of parameters, and which may be left out.

    Without types, and without what Python makes up for a class: both differ between versions of Python.
    """
    made = [vars(base) for base in getattr(value, "__mro__", ()) if base.__module__.startswith("gradient.")]
    if not inspect.isclass(value) and not inspect.isfunction(value):
        return ""
    if inspect.isclass(value) and (getattr(value, "_is_protocol", False) or not any("__init__" in own for own in made)):
        return ""
    parameters = inspect.signature(value).parameters.values()
    empty = inspect.Parameter.empty
    bare = [one.replace(annotation=empty, default=empty if one.default is empty else ...) for one in parameters]
    return str(inspect.Signature(bare)).replace("Ellipsis", "...")


def methods_of(kind):
    """Return the public methods and properties that a class of ours has."""
    return {
        name: value
        for base in reversed(kind.__mro__)
        if base.__module__.startswith("gradient.")
        for name, value in vars(base).items()
        if not name.startswith("_") and (callable(value) or isinstance(value, property))
    }


def listing():
    """Yield a line for each exported name, and for each method of an exported class."""
    for package in PACKAGES:
        module = import_module(f"gradient.{package}")
        for name in sorted(getattr(module, "__all__", ())):
            value = getattr(module, name)
            yield f"{package}.{name}{signature_of(value)}"
            if inspect.isclass(value):
                for method, its in sorted(methods_of(value).items()):
                    yield f"{package}.{name}.{method}{'' if isinstance(its, property) else signature_of(its)}"


if __name__ == "__main__":
    print(*listing(), sep="\n")
