"""What a traced function of the user's records: its arguments, the items it streams, its outcome."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import msgspec

from gradient.runtime.calls.lasting import until_used_up
from gradient.runtime.values.capture import Capture

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradient.runtime.context import Scope
    from gradient.runtime.settings.fields import Limits

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class Arguments:
    """Binds the arguments of one function to their names, without `self` or `cls`."""

    def __init__(self, function: Callable[..., Any]) -> None:
        try:
            parameters = list(inspect.signature(function).parameters.values())
        except (TypeError, ValueError):  # some callables written in C have none
            parameters = []
        self._names = [parameter.name for parameter in parameters if parameter.kind in _POSITIONAL]
        self._rest = next((p.name for p in parameters if p.kind is inspect.Parameter.VAR_POSITIONAL), "args")
        self._skips_first = self._names[:1] in (["self"], ["cls"])

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments by name, in the order they were given."""
        bound = dict(zip(self._names, args, strict=False))
        if len(args) > len(self._names):
            bound[self._rest] = args[len(self._names) :]
        if self._skips_first and args:
            del bound[self._names[0]]
        return bound | kwargs if kwargs else bound


class TracedCall:
    """A call that is recorded.

    Args:
        scope: Its request or execution.
        close: Records the outcome.
        capture: Captures the items of a stream, or None where outputs are not wanted.
        limits: How many of them.
    """

    lasting = staticmethod(until_used_up)

    def __init__(
        self,
        scope: Scope | None,
        close: Callable[[Any, BaseException | None], object],
        capture: Capture | None,
        limits: Limits,
    ) -> None:
        self.scope = scope
        self._close = close
        self._capture = capture
        self._items: list[bytes] | None = None
        self._left = limits.max_items
        self._room = limits.max_payload_bytes
        self._count = 0

    def item(self, value: Any) -> None:
        """Note an item as it is now; the recorded form is kept, never the item."""
        if self._capture is None:
            return
        items = self._items = [] if self._items is None else self._items
        if self._left > 0 and self._room > 0:
            item = bytes(self._capture.payload(value))
            items.append(item)
            self._left -= 1
            self._room -= len(item)
        self._count += 1

    def close(self, outputs: Any, error: BaseException | None) -> None:
        """Record the outcome."""
        self._close(self._outputs(outputs), error)

    def _outputs(self, returned: Any) -> Any:
        if self._capture is None:
            return None
        if self._items is None:
            return returned
        parts = list(self._items)
        if self._count > len(parts):
            parts.append(b'{"$cut":{"length":%d,"head":"the first %d items"}}' % (self._count, len(parts)))
        items = b",".join(parts)
        if returned is None:
            return msgspec.Raw(b"[%s]" % items)
        return msgspec.Raw(b'{"items":[%s],"returned":%s}' % (items, bytes(self._capture.payload(returned))))
