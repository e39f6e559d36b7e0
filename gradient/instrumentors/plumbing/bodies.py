"""Wrap what a function does, instead of the attribute that holds it.

Other tracers put a wrapper on a subclass or an instance, around the base's method as it was when they came; companies'
own clients keep a method at import, and call that. Whoever holds the function itself passes every attribute by. So the
function stays where it is, and its code is exchanged for one that calls us.
"""

from __future__ import annotations

import inspect
from types import FunctionType
from typing import TYPE_CHECKING, Any

from gradient.runtime.importlib_bootstrap import passed_over

if TYPE_CHECKING:
    from collections.abc import Callable

_PLACE = "what is called"
_entered: dict[FunctionType, Body] = {}


class Body:
    """What a function does, while it is wrapped.

    Attributes:
        original: A function that does what it did; its wrappers call that.
    """

    def __init__(self, function: FunctionType) -> None:
        self.original = _twin(function)
        self._function = function
        self._wrappers: list[Callable[..., Any]] = []  # of several managers, the newest is called
        self._code = passed_over(_caller(function, self)).__code__
        function.__code__ = self._code
        function.__dict__["__wrapped__"] = self.original  # for its signature

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        function = self._wrappers[-1] if self._wrappers else self.original
        return function(*args, **kwargs)

    def add(self, wrapper: Callable[..., Any]) -> None:
        """Have a wrapper called."""
        self._wrappers.append(wrapper)

    def remove(self, wrapper: Callable[..., Any]) -> None:
        """Have it called no longer; without any the function is what it was, unless somebody has exchanged its code."""
        self._wrappers.remove(wrapper)
        function = self._function
        if not self._wrappers and function.__code__ is self._code:
            function.__code__ = self.original.__code__
            function.__dict__.pop("__wrapped__", None)
            del _entered[function]


def can_be_entered(function: Any) -> bool:
    """Tell whether something is a function whose code may be exchanged: one without variables of another's."""
    if not isinstance(function, FunctionType):
        return False
    return function in _entered or not (function.__code__.co_freevars or hasattr(function, "__wrapped__"))


def enter(function: FunctionType, wrap: Callable[[Any], Any]) -> Callable[[], None]:
    """Have a function do what `wrap(original)` does, whoever calls it; return what undoes that."""
    body = _entered.get(function) or _entered.setdefault(function, Body(function))
    wrapper = passed_over(wrap(body.original))
    body.add(wrapper)
    return lambda: body.remove(wrapper)


def _twin(function: FunctionType) -> FunctionType:
    twin = FunctionType(function.__code__, function.__globals__, function.__name__, function.__defaults__)
    twin.__kwdefaults__ = function.__kwdefaults__
    twin.__qualname__, twin.__module__ = function.__qualname__, function.__module__
    twin.__annotations__ = function.__annotations__
    return twin


def _caller(function: FunctionType, body: Body) -> FunctionType:
    """Return a function of the same colour that calls a body; it has no variables to find it in, but constants."""

    # A text has no `__call__`, but what takes its place has.
    def call(*args: Any, **kwargs: Any) -> Any:
        return "what is called".__call__(*args, **kwargs)  # type: ignore[operator]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]

    async def call_async(*args: Any, **kwargs: Any) -> Any:
        return await "what is called".__call__(*args, **kwargs)  # type: ignore[operator]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]

    chosen: Any = call_async if inspect.iscoroutinefunction(function) else call
    code = chosen.__code__
    constants = tuple(body if each == _PLACE else each for each in code.co_consts)
    named = code.replace(co_consts=constants, co_name=function.__code__.co_name)
    return FunctionType(named, chosen.__globals__)
