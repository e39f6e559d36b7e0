"""Trace the client of a model provider: one execution for each call, or more about the framework's that it serves.

The clients of OpenAI and Anthropic come from one generator: all their calls go through `request` of two base classes,
whichever wrapper, subclass or tracer calls it. So that function is entered, and no attribute is replaced.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from gradient.instrumentors.client_calls import Endpoint, begin_call, open_close, open_parse
from gradient.instrumentors.messages import register_provider_messages
from gradient.instrumentors.seams import Instrumentor
from gradient.instrumentors.wire import fields_of
from gradient.runtime.calls.functions import UNTRACED, CallSite, OpenCall, traced
from gradient.runtime.errors import SeamMissing

if TYPE_CHECKING:
    from types import ModuleType

# Named as `_base_client` knows them.
_RAW_RESPONSES = ("APIResponse", "AsyncAPIResponse", "LegacyAPIResponse")
_OF_SOME_RELEASES = ("LegacyAPIResponse",)
_CLOSED = ("APIResponse", "AsyncAPIResponse", "Stream", "AsyncStream")


class ClientInstrumentor(Instrumentor):
    """Base of the instrumentors of clients.

    Attributes:
        endpoints: The paths that are recorded.
        helpers: Modules of streams around streams, and their classes, whose `close` passes the inner stream's by.
    """

    endpoints: ClassVar[dict[str, Endpoint]]
    helpers: ClassVar[dict[str, tuple[str, ...]]] = {}

    def provider_of(self, client: Any) -> str:  # noqa: ARG002 - what subclasses look at
        """Return who serves the calls of a client."""
        return self.name

    def activate(self, module: ModuleType) -> None:
        """Wrap what a module owns: requests, raw responses, or streams."""
        register_provider_messages(self.tracker)
        for owner, attribute, site in self._seams(module.__name__):
            self.try_seam(partial(self._wrap, module, owner, attribute, site))

    def _seams(self, module: str) -> Iterator[tuple[str, str, CallSite]]:
        """Yield class, method, and what opens its calls."""
        closed = self.helpers.get(module, ())
        if module.endswith("._base_client"):
            for owner in ("SyncAPIClient", "AsyncAPIClient"):
                yield owner, "request", self.open
            for owner in _RAW_RESPONSES:
                yield owner, "parse", open_parse
            closed = _CLOSED
        for owner in closed:
            yield owner, "close", open_close

    def _wrap(self, module: ModuleType, owner: str, attribute: str, site: CallSite) -> None:
        if owner in _OF_SOME_RELEASES and not hasattr(module, owner):
            return
        if not hasattr(module, owner):
            raise SeamMissing(f"{module.__name__}.{owner}")
        self.patches.enter(getattr(module, owner), attribute, lambda original: traced(original, site))

    def open(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> OpenCall:
        """Open one request of a client: `request(cast_to, options, *, stream, stream_cls)`."""
        if not self.patches.active:
            return UNTRACED
        options: Any = kwargs["options"] if "options" in kwargs else args[2]
        endpoint = self.endpoints.get(str(options.url).partition("?")[0])
        if endpoint is None or str(options.method).lower() != "post":
            return UNTRACED
        body: dict[str, Any] = {**fields_of(options.json_data), **fields_of(getattr(options, "extra_json", None))}
        model = body.get("model")
        model = model if type(model) is str else None
        call = begin_call(self.tracker, endpoint, self.name, body, model, self.provider_of(args[0]))
        return UNTRACED if call is None else call.requested()
