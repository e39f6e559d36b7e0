"""Trace Anthropic's client: messages, also through Bedrock, Vertex and Foundry, and the tools that its runner calls.

Counting tokens is not recorded.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from gradient.instrumentors.assembly import MessagesAssembly
from gradient.instrumentors.client_calls import Endpoint, Watch
from gradient.instrumentors.clients import ClientInstrumentor
from gradient.instrumentors.messages import anthropic_message, provider_messages
from gradient.instrumentors.seams import Call
from gradient.instrumentors.wire import inputs_of
from gradient.runtime.calls.functions import UNTRACED, OpenCall
from gradient.runtime.step import Step

if TYPE_CHECKING:
    from types import ModuleType

_TOOLS = "anthropic.lib.tools._beta_functions"
_NO_PARAMS = frozenset({"model", "messages", "system", "tools", "stream"})
# Where the client's class says so; named as LangChain names them.
_PLATFORMS = {"Bedrock": "bedrock", "Vertex": "google_vertexai", "Foundry": "azure_ai"}


def _inputs(body: dict[str, Any]) -> dict[str, Any]:
    messages: list[Any] = list(body.get("messages") or ())
    if body.get("system"):
        messages.insert(0, {"role": "system", "content": body["system"]})
    return inputs_of(body, {"messages": provider_messages(messages, anthropic_message)}, _NO_PARAMS)


def _outputs(response: dict[str, Any]) -> Any:
    told = {"id": response.get("id"), "finish_reason": response.get("stop_reason")}
    return {"messages": [{**anthropic_message(response), "response_metadata": told}]}


_MESSAGES = Endpoint("llm", _inputs, _outputs, MessagesAssembly)


class AnthropicInstrumentor(ClientInstrumentor):
    """Records the calls of `Anthropic` and `AsyncAnthropic`, of their platforms', and of `messages.stream`."""

    name: ClassVar[str] = "anthropic"
    modules: ClassVar[tuple[str, ...]] = ("anthropic._base_client", _TOOLS)
    endpoints: ClassVar[dict[str, Endpoint]] = {"/v1/messages": _MESSAGES}

    def activate(self, module: ModuleType) -> None:
        """Wrap requests and raw responses, or tools."""
        if module.__name__ != _TOOLS:
            super().activate(module)
            return
        for owner in ("BetaFunctionTool", "BetaAsyncFunctionTool"):
            self.try_seam(partial(self._wrap, module, owner, "call", self.open_tool))

    def open_tool(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> OpenCall:
        """Open the call of a tool, which the runner makes with what the model asks for."""
        if not self.patches.active:
            return UNTRACED
        call = Call(args[0], args[1:], kwargs)
        execution = self.tracker.start(Step(str(call.instance.name), "tool", self.name, call.argument("input", 0)))
        if execution is None:
            return UNTRACED
        return Watch(lambda outputs, error: self.tracker.end(execution, outputs, error), execution)

    def provider_of(self, client: Any) -> str:
        """Return whose platform serves a client."""
        kind = type(client).__name__
        return next((name for mark, name in _PLATFORMS.items() if mark in kind), self.name)
