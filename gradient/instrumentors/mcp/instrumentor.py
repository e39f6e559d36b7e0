"""Trace the Model Context Protocol, both sides: tools that are called, resources that are read, prompts that are got.

    ClientSession.send_request      the client's side; tells the server of the trace, in `params._meta`
    ServerRunner._on_request        the server's side, below the call that it serves
    Server._handle_request          the same before mcp 2.0, where nothing is returned;
    RequestResponder.respond        what is answered is told here
    CallToolResult, ErrorData       what was raised, where such an answer is made of it; see `mcp_failures`

A server in the process of its client finds the very execution that called it. One in another process begins a request
in the client's trace. What else the two say to each other (lists, pings, notifications) is not recorded.
"""

from __future__ import annotations

from functools import partial, wraps
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakKeyDictionary, WeakValueDictionary

from gradient.instrumentors.mcp.failures import ANSWERS, Failures, has_failed
from gradient.instrumentors.providers.parts import blob_part, text_part
from gradient.instrumentors.seams import Call, Seam, SeamCall, SeamInstrumentor
from gradient.instrumentors.wire import fields_of, held
from gradient.runtime.calls.functions import UNTRACED, OpenCall, traced
from gradient.runtime.execution import NodeExecution
from gradient.runtime.listening.listeners import warn
from gradient.runtime.remote import PARENT, STATE, extract, headers_for, told_remote
from gradient.runtime.step import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import ModuleType

    from gradient.runtime.status import Status

_CLIENT = "mcp.client.session"
_TYPES = "mcp.types"
_SERVER = "mcp.server"  # and no module in it, for releases differ in these
_KINDS = {"tools/call": "tool", "resources/read": "retriever", "prompts/get": "prompt"}


class MCPInstrumentor(SeamInstrumentor):
    """Records what clients ask of servers, and what servers do for it."""

    name: ClassVar[str] = "mcp"
    modules: ClassVar[tuple[str, ...]] = (_TYPES, _CLIENT, _SERVER)

    def __init__(self) -> None:
        super().__init__()
        self._asked: WeakValueDictionary[str, NodeExecution] = WeakValueDictionary()
        self._served: WeakKeyDictionary[Any, OpenCall] = WeakKeyDictionary()  # by what they are answered with
        self._failures = Failures(self.patches)
        self._call = partial(MCPCall, self._failures)

    def activate(self, module: ModuleType) -> None:
        """Wrap the side that `module` is, or the answers of a server."""
        if module.__name__ == _TYPES:
            for answer in ANSWERS:
                owner = getattr(module, answer)
                self.try_seam(partial(self.patches.replace, owner, "__init__", self._failures.noting))
            return
        for seam in self.seams(module):
            is_client = module.__name__ == _CLIENT
            self.try_seam(partial(self._ask if is_client else self.wrap, seam))

    def seams(self, module: Any) -> Iterator[Seam]:
        """Yield the methods of the side that `module` is."""
        if module.__name__ == _CLIENT:
            yield Seam(module.ClientSession, "send_request", describe_asked, describe_result, call=self._call)
        elif hasattr(module, "runner"):
            runner = module.runner.ServerRunner
            yield Seam(runner, "_on_request", self._describe_served, describe_result, call=self._call)
        else:
            first = module.lowlevel.server
            yield Seam(first.RequestResponder, "respond", site=self._answer)
            yield Seam(
                first.Server,
                "_handle_request",
                self._describe_first,
                describe_result,
                self._unanswered,
                call=self._call,
            )

    def open(self, seam: Seam, args: tuple[Any, ...], kwargs: dict[str, Any]) -> OpenCall:
        """Open a call; what a server begins in a process of its own belongs to the trace that it was told of."""
        former = told_remote.get()
        try:
            opened = super().open(seam, args, kwargs)
        finally:
            told_remote.set(former)
        if type(opened.scope) is NodeExecution:
            self._asked[f"{opened.scope.execution_id:016x}"] = opened.scope
            if seam.attribute == "_handle_request":
                self._served[Call(None, args, kwargs).argument("message", 1)] = opened
        return opened

    def _ask(self, seam: Seam) -> None:
        def around(original: Any) -> Any:
            return traced(_telling(original), partial(self.open, seam))

        self.patches.replace(seam.owner, seam.attribute, around)

    def _describe_served(self, call: Call) -> Step | None:
        """Describe what a server is asked for."""
        params: dict[str, Any] = call.argument("params", 2) or {}
        return self._served_step(call.argument("method", 1), params, params.get("_meta"))

    def _describe_first(self, call: Call) -> Step | None:
        """Describe what a server is asked for, before mcp 2.0."""
        asked = call.argument("req", 1)
        params = fields_of(asked.params)
        return self._served_step(asked.method, params, params.get("meta"))

    def _served_step(self, method: Any, params: Mapping[str, Any], meta: Any) -> Step | None:
        """Describe it, below the call of a client in this process, or else in the trace that the client told of."""
        step = _describe(method, params, "server")
        remote = None if step is None else extract(fields_of(meta))
        if step is not None and remote is not None:
            step.parent = self._asked.get(remote.span_id)
            told_remote.set(remote)
        return step

    def _answer(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> OpenCall:
        """End what a server was asked for with its answer, before the client has that."""
        served = self._served.pop(args[0], None)
        if served is not None:
            answer = Call(None, args, kwargs).argument("response", 1)
            served.close(getattr(answer, "root", answer), None)
        return UNTRACED

    def _unanswered(self, answer: Any) -> Status | None:
        is_told = "RequestResponder.respond" not in self.missing
        return "cancelled" if answer is None and is_told else None


class MCPCall(SeamCall):
    """A call whose result may say that it failed."""

    def __init__(self, failures: Failures, *call: Any) -> None:
        super().__init__(*call)
        self._failures = failures

    def end(self, result: Any, error: Any) -> None:
        """Read such a result as the error that it is, with what it was made of."""
        told = _text_of(fields_of(result)) if error is None and has_failed(result) else error
        super().end(result, self._failures.of(self.scope, told))


def describe_asked(call: Call) -> Step | None:
    """Describe what a client asks for."""
    asked = call.argument("request")
    asked = getattr(asked, "root", asked)  # before 2.0 requests are wrapped
    return _describe(asked.method, fields_of(asked.params), "client")


def describe_result(result: Any) -> Any:
    """Describe a result: its data, where a tool gave some, else its parts."""
    fields = fields_of(result)
    data = fields.get("structured_content") or fields.get("structuredContent")
    if data is not None:
        return data
    told: Any = next((fields[name] for name in ("content", "contents", "messages") if fields.get(name)), None)
    return None if told is None else [_part(item) for item in told]


def _describe(method: Any, params: Mapping[str, Any], side: str) -> Step | None:
    kind = _KINDS.get(method)
    if kind is None:
        return None
    name = str(params.get("name") or params.get("uri"))
    inputs = params.get("arguments") if "name" in params else {"uri": name}
    return Step(name, kind, "mcp", inputs, {"mcp": side})


def _telling(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return a `send_request` that tells the server of the trace."""

    @wraps(original)
    async def send(session: Any, /, *args: Any, **kwargs: Any) -> Any:
        try:
            args, kwargs = _with_traced_request(args, kwargs)
        except Exception as error:  # noqa: BLE001 - the server is asked without
            warn(f"a trace could not be passed on through MCP: {error!r}.")
        return await original(session, *args, **kwargs)

    return send


def _with_traced_request(args: Any, kwargs: Any) -> tuple[Any, Any]:
    """Return the arguments of `send_request` with a request that tells of what runs."""
    if args:
        return (_with_trace(args[0]), *args[1:]), kwargs
    return args, {**kwargs, "request": _with_trace(kwargs["request"])}


def _with_trace(request: Any) -> Any:
    """Return a copy of a request that tells of what runs; the request itself, where it is none that is recorded."""
    asked: Any = getattr(request, "root", request)
    told = headers_for() if asked.method in _KINDS else {}
    # Servers are anybody's: what the user's own baggage holds is none of their business.
    headers = {name: told[name] for name in (PARENT, STATE) if name in told}
    meta: Any = asked.params.meta if headers else None
    own: dict[str, Any] = (
        meta.model_dump(by_alias=True, exclude_none=True) if hasattr(meta, "model_dump") else meta or {}
    )
    if not headers or PARENT in own:
        return request
    kind: Any = getattr(asked.params, "Meta", dict)  # a model before 2.0
    params = asked.params.model_copy(update={"meta": kind(**own, **headers)})
    sent = asked.model_copy(update={"params": params})
    return sent if asked is request else request.model_copy(update={"root": sent})


def _part(item: Any) -> Any:
    fields = fields_of(item)
    if isinstance(fields.get("text"), str):
        return text_part(fields["text"])
    if "role" in fields:
        return {"role": fields["role"], "parts": [_part(fields.get("content"))]}
    encoded = fields.get("data") or fields.get("blob")
    if isinstance(encoded, str):
        return blob_part(fields.get("mime_type") or fields.get("mimeType"), encoded)
    return held(item)


def _text_of(fields: dict[str, Any]) -> str:
    parts = [fields_of(part) for part in fields.get("content") or ()]
    return "\n".join(part["text"] for part in parts if isinstance(part.get("text"), str)) or str(
        fields.get("message") or "the tool failed"
    )
