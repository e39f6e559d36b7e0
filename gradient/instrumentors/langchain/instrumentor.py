"""Trace LangChain: chains, LLMs, tools and retrievers, through one callback handler for the whole process.

The handler reaches every run by the public configure hook, which cannot be taken back: so what is registered is an
object that hands out the handler while somebody is installed. LangGraph's graphs and nodes come the same way, so its
instrumentor shares the hook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from gradient.instrumentors.messages import describe_message
from gradient.instrumentors.seams import Instrumentor
from gradient.runtime.values.shapes import Shape, fields

if TYPE_CHECKING:
    from types import ModuleType

    from gradient.instrumentors.langchain.handler import Handler
    from gradient.runtime.interfaces import ExecutionTracker

_HOOK_MODULE = "langchain_core.tracers.context"
_MANAGERS_MODULE = "langchain_core.callbacks.manager"
_MESSAGES_MODULE = "langchain_core.messages.base"
_TOOLS_MODULE = "langchain_core.tools.base"
_TOOL_NODE_MODULE = "langgraph.prebuilt.tool_node"
CALLBACK_MODULES = (_HOOK_MODULE, _MANAGERS_MODULE)


class ConfigureHook:
    """What LangChain asks for a handler each time it configures a run; has the `get` of a context variable."""

    def __init__(self) -> None:
        self.handler: Handler | None = None
        self._handlers: list[Handler] = []  # of several managers, the last one is handed out
        self._registered = False

    def get(self) -> Handler | None:
        """Return the handler while anybody is installed, else None."""
        return self.handler

    def join(self, instrumentor: Instrumentor, module: ModuleType) -> None:
        """Have the handler handed out for an instrumentor, and stand beside the user's as if it were not there."""
        if module.__name__ == _HOOK_MODULE:
            self.use(instrumentor.name, instrumentor.tracker)
            self._register(module)
        else:
            from gradient.instrumentors.langchain.callbacks import leave_users_alone

            leave_users_alone(module, instrumentor.patches)

    def _register(self, module: ModuleType) -> None:
        """Register with LangChain, once in a process."""
        if not self._registered:
            module.register_configure_hook(self, inheritable=True)
            self._registered = True

    def use(self, user: str, tracker: ExecutionTracker) -> Handler:
        """Hand out a tracker's handler on behalf of an instrumentor.

        Args:
            user: "langchain" records everything LangChain has; "langgraph" graphs, and nodes where no better seam is.
            tracker: Who is told.
        """
        from gradient.instrumentors.langchain.handler import Handler

        handler = self._of(tracker)
        if handler is None:
            self.handler = handler = Handler(tracker)
            self._handlers.append(handler)
        handler.users |= {user}
        return handler

    def release(self, user: str, tracker: ExecutionTracker | None) -> None:
        """Stop handing out a tracker's handler once nobody wants it any more."""
        handler = self._of(tracker)
        if handler is None:
            return
        handler.users -= {user}
        if not handler.users:
            handler.forget()
            self._handlers.remove(handler)
            self.handler = self._handlers[-1] if self._handlers else None

    def _of(self, tracker: ExecutionTracker | None) -> Handler | None:
        return next((handler for handler in self._handlers if handler.tracker is tracker), None)


hook = ConfigureHook()


class LangChainInstrumentor(Instrumentor):
    """Records chains, LLM calls, tools and retrievers."""

    name: ClassVar[str] = "langchain"
    modules: ClassVar[tuple[str, ...]] = (*CALLBACK_MODULES, _MESSAGES_MODULE, _TOOLS_MODULE, _TOOL_NODE_MODULE)

    def activate(self, module: ModuleType) -> None:
        """Register the handler, or the shape of messages, or look where tools fail; whichever module came."""
        if module.__name__ in CALLBACK_MODULES:
            hook.join(self, module)
        elif module.__name__ == _MESSAGES_MODULE:
            register_messages(self.tracker, module)
        else:
            self.try_seam(lambda: self._watch_tools(module))

    def _watch_tools(self, module: ModuleType) -> None:
        from gradient.instrumentors.langchain.tools import watch_handlers, watch_missing

        watch = watch_handlers if module.__name__ == _TOOLS_MODULE else watch_missing
        watch(module, self.patches, hook)

    def deactivate(self) -> None:
        """Hand out the handler no longer."""
        hook.release(self.name, self.tracker)


def register_messages(tracker: Any, module: ModuleType) -> None:
    """Let payloads show messages by role and parts, and refer to those that were written before."""
    tracker.tracking.shapes.register(module.BaseMessage, Shape(describe_message, fields))
