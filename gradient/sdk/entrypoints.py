"""The decorator that makes an agent observable."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, TypeVar, overload
from weakref import WeakSet

from gradient.runtime.calls.functions import METHOD_KINDS, UNTRACED, name_of
from gradient.runtime.calls.standing import outlived
from gradient.runtime.context import open_scope, running_scope
from gradient.runtime.listening.listeners import warn
from gradient.runtime.manager import RuntimeManager, get_runtime_manager
from gradient.runtime.step import Step
from gradient.sdk.calls import Arguments, TracedCall
from gradient.sdk.decorating import decorate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gradient.runtime.calls.functions import CallSite, OpenCall
    from gradient.runtime.execution import NodeExecution

F = TypeVar("F")
_entrypoints: WeakSet[Callable[..., Any]] = WeakSet()


@overload
def entrypoint(function: F) -> F: ...
@overload
def entrypoint(
    *,
    name: str | None = None,
    tags: Sequence[str] = (),
    metadata: dict[str, Any] | None = None,
    session_id: str | None = None,
    user_id: str | None = None,
    capture_inputs: bool = True,
    capture_outputs: bool = True,
) -> Callable[[F], F]: ...
def entrypoint(  # noqa: PLR0913 - what can be said of an entrypoint
    function: Any = None,
    *,
    name: str | None = None,
    tags: Sequence[str] = (),
    metadata: dict[str, Any] | None = None,
    session_id: str | None = None,
    user_id: str | None = None,
    capture_inputs: bool = True,
    capture_outputs: bool = True,
) -> Any:
    """Make every call of a function a tracked request; inside another request, a step of that.

    Works bare and with arguments, on sync, async, generator and async generator functions, methods and callable
    objects. What comes back is of the same kind, has the same signature, and returns and raises the very same objects.

    Args:
        function: The function, where the decorator stands bare.
        name: What the request is called; None for the function's name.
        tags: Labels to find its requests by.
        metadata: Plain data about its requests.
        session_id: The conversation or thread they belong to.
        user_id: Whose requests they are.
        capture_inputs: Whether arguments are recorded.
        capture_outputs: Whether return values and streamed items are recorded.

    Raises:
        NotTraceable: It stands on something that cannot be called.
    """
    options = _Options(name, tags, metadata, session_id, user_id, capture_inputs, capture_outputs)
    if function is None:
        return functools.partial(_decorated, options=options)
    return _decorated(function, options)


class _Options:
    """What the decorator was given."""

    def __init__(  # noqa: PLR0913, PLR0917 - as above
        self,
        name: str | None,
        tags: Sequence[str],
        metadata: dict[str, Any] | None,
        session_id: str | None,
        user_id: str | None,
        inputs: bool,
        outputs: bool,
    ) -> None:
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
        self.request: dict[str, Any] = {
            "tags": [tags] if isinstance(tags, str) else list(tags),
            "metadata": metadata,
            "session_id": session_id,
            "user_id": user_id,
        }


def _decorated(target: Any, options: _Options) -> Any:
    try:
        manager = get_runtime_manager()
        if manager.settings.enabled:
            manager.ensure_installed()
    except Exception as error:  # noqa: BLE001 - a tracer that cannot start must not stop the program
        warn(f"the runtime cannot start: {error!r}; nothing is traced.")
        return target
    if not manager.settings.enabled and (callable(target) or hasattr(target, "__func__")):
        return target
    decorated = decorate(_undecorated(target), "entrypoint", lambda function: _site(function, options))
    _entrypoints.add(getattr(decorated, "__func__", decorated))
    return decorated


def _undecorated(target: Any) -> Any:
    """Return what an entrypoint was made of: a notebook's cell that is run again must not record each call twice."""
    if isinstance(target, METHOD_KINDS):
        return type(target)(_undecorated(target.__func__))
    if inspect.isfunction(target) and target in _entrypoints:
        return vars(target)["__wrapped__"]
    return target


def _site(function: Callable[..., Any], options: _Options) -> CallSite:
    arguments = Arguments(function)
    name = options.name or name_of(function)

    def open_call(args: tuple[Any, ...], kwargs: dict[str, Any]) -> OpenCall:
        manager = get_runtime_manager()
        if not manager.settings.enabled:
            return UNTRACED
        manager.ensure_installed()
        inputs = arguments.bind(args, kwargs) if options.inputs else None
        running = running_scope()
        outer = open_scope(running)
        request = None if outer is None else outer.request
        if request is None:
            if running is not None and running.request is not None:
                outlived(running.request)
            return _request(manager, name, inputs, options)
        return inner_call(request.manager or manager, name, inputs, outputs=options.outputs)

    return open_call


def _request(manager: RuntimeManager, name: str, inputs: Any, options: _Options) -> OpenCall:
    request = None
    try:
        request = manager.open_request(name, inputs, **options.request)
        close = functools.partial(manager.end_request, request=request)
        capture = manager.tracking.capture if options.outputs else None
        return TracedCall(request, close, capture, manager.settings.limits)
    except BaseException as error:  # an interrupt
        if request is not None:
            manager.end_request(None, error, request=request)
        raise


def inner_call(  # noqa: PLR0913 - what can be said of a step
    manager: RuntimeManager, name: str, inputs: Any, *, outputs: bool, kind: str = "step", metadata: Any = None
) -> OpenCall:
    """Open a call of the user's own code as an execution of the current request."""
    tracker = manager.get_tracker()
    capture = manager.tracking.capture if outputs else None

    def make(execution: NodeExecution) -> OpenCall:
        close = functools.partial(tracker.end, execution)
        return TracedCall(execution, close, capture, manager.settings.limits)

    return tracker.open_call(Step(name, kind, "custom", inputs, metadata), make, UNTRACED)
