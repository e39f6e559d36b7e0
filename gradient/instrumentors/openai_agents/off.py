"""Runs of the OpenAI Agents SDK whose own tracing is off: by `set_tracing_disabled`, the environment, or `RunConfig`.

The SDK then makes traces and spans that do nothing and are all called "no-op". The user gets these, as without us; each
casts a shadow, which tells `Spans` what a live one would. A run that is off makes a trace at each layer that it goes
through, where a live run has one: within a trace of that name that is off likewise, it has the same shadow.
"""

from __future__ import annotations

import functools
from itertools import count
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, finalize

from gradient.instrumentors.seams import Call
from gradient.runtime.listening.listeners import warn

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradient.instrumentors.plumbing.patching import Patches

_OFF = "no-op"
_numbers = count(1)


class Shadow:
    """What a live trace or span would say of itself.

    Attributes:
        span_id: Unique in this process; `trace_id` is the same.
        parent_id: That of what it is in, or None.
        span_data: Of a span: what it tells.
        error: Of a span: what was noted as its error.
        is_mask: Of a span: whether it alone is off, as one that hides what is around it; what is in it is not.
        name: Of a trace; `group_id` and `metadata` likewise.
        layers: Which traces cast it that are not over, by their identities; with the last, it is.
    """

    def __init__(self, created: Call, parent: Any = None) -> None:
        self.span_id = self.trace_id = f"{_OFF}-{next(_numbers)}"
        self.parent_id = None if parent is None else getattr(parent, "span_id", parent.trace_id)
        self.span_data = created.argument("span_data")
        self.error: Any = None
        self.is_mask = bool(created.argument("disabled", 3))
        self.name = created.argument("name")
        self.group_id = created.argument("group_id", 2)
        self.metadata = created.argument("metadata", 3)
        self.layers: set[int] = set()


class Shadows:
    """The shadows of what does nothing.

    Attributes:
        scope: The SDK's own account of what is current.
        ends: Is told of a shadow whose last trace is gone without an end, as of a run that never began.
    """

    def __init__(self, patches: Patches) -> None:
        self.scope: Any = None
        self.ends: Callable[[Shadow], None] = lambda _: None
        self._patches = patches
        self._cast: WeakKeyDictionary[Any, Shadow] = WeakKeyDictionary()

    def of(self, thing: Any) -> Any:
        """Return what tells of a trace or span: its shadow, or itself."""
        return thing if thing is None or thing.trace_id != _OFF else self._cast.get(thing)

    def is_over(self, thing: Any) -> bool:
        """Tell whether nothing but this casts its shadow any more, when it ends."""
        shadow = self._cast.get(thing)
        if shadow is None:
            return True
        shadow.layers.discard(id(thing))
        return not shadow.layers

    def casting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Return a provider's `create_trace` or `create_span`, after which what does nothing has a shadow."""
        is_span = original.__name__ == "create_span"

        @functools.wraps(original)
        def create(*args: Any, **kwargs: Any) -> Any:
            made = original(*args, **kwargs)
            if self._patches.active and made.trace_id == _OFF:
                self._cast_shadow(made, Call(args[0], args[1:], kwargs), is_span)
            return made

        return create

    def noting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Return a `set_error` that lets the shadow know."""

        @functools.wraps(original)
        def set_error(*args: Any, **kwargs: Any) -> Any:
            shadow = self._cast.get(args[0])
            if shadow is not None:
                shadow.error = Call(args[0], args[1:], kwargs).argument("error")
            return original(*args, **kwargs)

        return set_error

    def _cast_shadow(self, made: Any, created: Call, is_span: bool) -> None:
        try:
            around = None if is_span else self._around(created)
            if around is not None:
                self._cast[made] = around
                around.layers.add(id(made))
                finalize(made, self._drop, around, id(made)).atexit = False
                return
            parent = self._parent(created) if is_span else None
            if parent is not None or not is_span:  # a span outside of any trace is nothing, with tracing on too
                shadow = self._cast[made] = Shadow(created, parent)
                shadow.layers.add(id(made))
        except Exception as error:  # noqa: BLE001 - never the user's run
            warn(f"the tracing of the OpenAI Agents SDK cannot be followed: {error!r}.")

    def _parent(self, created: Call) -> Any:
        given = created.argument("parent", 2)
        around = (given,) if given is not None else (self.scope.get_current_span(), self.scope.get_current_trace())
        return next((found for found in map(self.of, around) if found is not None), None)

    def _drop(self, shadow: Shadow, layer: int) -> None:
        if layer in shadow.layers:
            shadow.layers.discard(layer)
            if not shadow.layers:
                self.ends(shadow)

    def _around(self, created: Call) -> Shadow | None:
        """Return the shadow of the trace around one that is switched off, if that is another layer of the same run."""
        around = self.of(self.scope.get_current_trace()) if created.kwargs.get("disabled") else None
        return around if type(around) is Shadow and around.name == created.argument("name") else None
