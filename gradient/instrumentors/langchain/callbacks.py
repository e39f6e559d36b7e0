"""Where LangChain tells the user's callback handlers something else because ours is among them.

    AsyncCallbackManager.on_llm_start    tells nobody but the inline handlers once there is one, as ours is
    on_custom_event                      refuses further arguments, unless there is no handler at all

These work on the user's handlers alone; ours is told afterwards, in the caller's context.
"""

from __future__ import annotations

import functools
import inspect
from copy import copy
from typing import TYPE_CHECKING, Any

from gradient.instrumentors.langchain.fields import note_event
from gradient.instrumentors.langchain.handler import Handler
from gradient.instrumentors.plumbing.quiet import quiet
from gradient.instrumentors.seams import Call

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from gradient.instrumentors.plumbing.patching import Patches

_OWN = frozenset({"serialized", "prompts", "run_id"})


def leave_users_alone(module: ModuleType, patches: Patches) -> None:
    """Wrap those methods of a module's callback managers."""
    managers = (module.CallbackManager, module.AsyncCallbackManager)
    patches.replace(managers[1], "on_llm_start", functools.partial(_starting, patches))
    for manager in managers:
        if hasattr(manager, "on_custom_event"):  # in newer versions
            patches.replace(manager, "on_custom_event", functools.partial(_without_us, patches))


def _starting(patches: Patches, original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    async def on_llm_start(*args: Any, **kwargs: Any) -> Any:
        ours = _ours(args[0]) if patches.active else []
        if not ours:
            return await original(*args, **kwargs)
        runs = await original(_users(args[0]), *args[1:], **kwargs)
        call = Call(args[0], args[1:], kwargs)
        for run, prompt in zip(runs, call.argument("prompts", 1), strict=False):
            run.handlers = args[0].handlers
            for handler in ours:
                _start(handler, run, call, prompt)
        return runs

    return on_llm_start


def _start(handler: Handler, run: Any, call: Call, prompt: str) -> None:
    further = {name: value for name, value in call.kwargs.items() if name not in _OWN}
    handler.on_llm_start(
        call.argument("serialized"),
        [prompt],
        run_id=run.run_id,
        parent_run_id=run.parent_run_id,
        tags=run.tags,
        metadata=run.metadata,
        **further,
    )


def _without_us(patches: Patches, original: Callable[..., Any]) -> Callable[..., Any]:
    def ours(args: tuple[Any, ...]) -> list[Handler]:
        return _ours(args[0]) if patches.active else []

    @functools.wraps(original)
    def on_custom_event(*args: Any, **kwargs: Any) -> None:
        handlers = ours(args)
        original(_users(args[0]) if handlers else args[0], *args[1:], **kwargs)
        _note(handlers, Call(args[0], args[1:], kwargs))

    @functools.wraps(original)
    async def on_custom_event_async(*args: Any, **kwargs: Any) -> None:
        handlers = ours(args)
        await original(_users(args[0]) if handlers else args[0], *args[1:], **kwargs)
        _note(handlers, Call(args[0], args[1:], kwargs))

    return on_custom_event_async if inspect.iscoroutinefunction(original) else on_custom_event


@quiet
def _note(handlers: list[Handler], call: Call) -> None:
    """Note what a program told of itself on the run that told it."""
    for handler in handlers:
        scope = handler.runs.scope_of(call.argument("run_id", 2))
        note_event(handler.tracker, scope, call.argument("name"), call.argument("data", 1))


def _ours(manager: Any) -> list[Handler]:
    return [handler for handler in manager.handlers if type(handler) is Handler]


def _users(manager: Any) -> Any:
    """Return a manager that is like another one, without our handler."""
    twin = copy(manager)
    twin.handlers = [handler for handler in manager.handlers if type(handler) is not Handler]
    return twin
