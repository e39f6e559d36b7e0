"""What nodes write to LangGraph's custom stream, told to us as well, whether or not anybody reads that stream."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, cast

from gradient.instrumentors.plumbing.quiet import quiet
from gradient.runtime.importlib_bootstrap import passed_over

if TYPE_CHECKING:
    from collections.abc import Callable

_codes: set[Any] = set()


def tell_writes(runtime: Any, note: Callable[[Any], None]) -> None:
    """Have `note` told what is written through a runtime that was just made; a subgraph's has its graph's writer."""
    writer = runtime.stream_writer
    if getattr(writer, "__code__", None) not in _codes:
        object.__setattr__(runtime, "stream_writer", _told(writer, quiet(note)))


def _told(writer: Callable[..., Any], note: Callable[[Any], None]) -> Callable[..., Any]:
    @functools.wraps(writer)
    def stream_writer(*args: Any, **kwargs: Any) -> Any:
        written = writer(*args, **kwargs)
        for said in (*args, *kwargs.values()):
            note(said)
        return written

    told: Any = passed_over(stream_writer)
    _codes.add(told.__code__)
    return cast("Callable[..., Any]", told)
