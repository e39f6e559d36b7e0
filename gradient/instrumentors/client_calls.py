"""One call of a provider's client, from its request to the end of what that returned.

The request returns one of three things; what has to be watched further carries its call with it.

    an object          the answer: the call is over
    a stream           read through a generator of ours, which the stream has for its iterator from then on; it stays
                       the same object of the same type
    a raw response     over once its body has been read, in whichever way; `parse` gives an object or a stream

A stream or a raw response that is closed, or forgotten, before its end is a call that was given up.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gradient.instrumentors.model_calls import unserved_call
from gradient.instrumentors.providers.client_answers import body_of, is_stream, source_of
from gradient.instrumentors.providers.raw_bodies import forget_reading, watch_reading
from gradient.instrumentors.usage import usage_of
from gradient.instrumentors.wire import failure_of, fields_of
from gradient.runtime.calls.functions import UNTRACED, OpenCall, traced
from gradient.runtime.listening.listeners import warn
from gradient.runtime.step import Step

if TYPE_CHECKING:
    from gradient.instrumentors.assembly import Assembly
    from gradient.journal.events import Usage
    from gradient.runtime.context import Scope
    from gradient.runtime.execution import NodeExecution
    from gradient.runtime.interfaces import ExecutionTracker
    from gradient.runtime.status import Status

_ATTRIBUTE = "_gradient_call"
_CUT_SHORT = "the stream ended before the provider said that this was all"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One kind of call that a client can make.

    Attributes:
        kind: `llm` or `embedding`.
        inputs: Returns what is recorded of a request's body.
        outputs: Returns what is recorded of a response.
        assembly: Makes what puts the chunks of a stream together, or None where there are no streams.
    """

    kind: str
    inputs: Callable[[dict[str, Any]], Any]
    outputs: Callable[[dict[str, Any]], Any]
    assembly: Callable[[], Assembly] | None = None


def begin_call(  # noqa: PLR0913, PLR0917 - a request is no less
    tracker: ExecutionTracker,
    endpoint: Endpoint,
    framework: str,
    body: dict[str, Any],
    model: str | None,
    provider: str | None,
) -> ClientCall | None:
    """Begin a call, or let it serve the framework's that it is made for; None where nothing is to be recorded."""
    served = unserved_call(endpoint.kind)
    execution = served or tracker.start(
        Step(model or endpoint.kind, endpoint.kind, framework, endpoint.inputs(body), model=model, provider=provider)
    )
    if execution is None:
        return None
    execution.served = True
    if served is not None and served.exchange is not None:
        served.exchange.inputs = endpoint.inputs(body)
    execution.model = execution.model or model
    execution.provider = execution.provider or provider
    return ClientCall(tracker, endpoint, execution, is_own=served is None)


class Watch:
    """Something about a call that is under way; what it came to is told to `on_close`."""

    __slots__ = ("_on_close", "_on_item", "scope")

    def __init__(
        self,
        on_close: Callable[[Any, BaseException | None], None],
        scope: Scope | None = None,
        on_item: Callable[[Any], None] | None = None,
    ) -> None:
        self.scope = scope
        self._on_close = on_close
        self._on_item = on_item

    def item(self, value: Any) -> None:
        """Hand an item of a stream on."""
        if self._on_item is not None:
            self._on_item(value)

    def close(self, outputs: Any, error: BaseException | None) -> None:
        """Hand the outcome on."""
        self._on_close(outputs, error)


class ClientCall:
    """One call of a client, from the request to the end of what it returned.

    Args:
        tracker: Who is told.
        endpoint: What kind of call it is.
        execution: What stands for it.
        is_own: Whether it was begun for this call; a framework's is ended by the framework.
    """

    __slots__ = ("_assembly", "_endpoint", "_execution", "_is_open", "_is_own", "_raw", "_tracker")

    def __init__(
        self, tracker: ExecutionTracker, endpoint: Endpoint, execution: NodeExecution, *, is_own: bool
    ) -> None:
        self._is_open = True
        self._tracker = tracker
        self._endpoint = endpoint
        self._execution = execution
        self._is_own = is_own
        self._assembly: Assembly | None = None
        self._raw: Any = None

    def __del__(self) -> None:
        """Give up what was forgotten: nobody can read it any more."""
        if self._is_open:
            try:
                self.give_up()
            except Exception as error:  # noqa: BLE001 - nobody is there to be told
                warn(f"the end of a call could not be recorded: {error!r}.")

    def requested(self) -> Watch:
        """Watch what the request comes to."""
        return Watch(self.returned, self._execution if self._is_own else None)

    def streamed(self) -> Watch:
        """Watch a request that is the stream itself."""
        self._assembly = self._endpoint.assembly() if self._endpoint.assembly else None
        return self.read()

    def returned(self, outputs: Any, error: BaseException | None) -> None:
        """Note what the request came to."""
        if error is None and hasattr(outputs, "http_response"):
            self._hold(outputs)
        else:
            self.parsed(outputs, error)

    def parsed(self, outputs: Any, error: BaseException | None) -> None:
        """Note what the client made of the response."""
        if error is not None or not is_stream(outputs):
            self._finish(outputs, error)
        elif self._endpoint.assembly is not None and hasattr(outputs, "_iterator"):
            self._follow(outputs, self._endpoint.assembly())
        else:
            self._finish(None, None)  # nothing we could follow it by

    def give_up(self) -> None:
        """End a call whose consumer reads no further; where all had come, nothing was given up."""
        response, is_complete = None, False
        if self._assembly is not None:
            response, is_complete = self._assembly.response, self._assembly.is_finished
        elif self._raw is not None:
            response, is_complete = body_of(self._raw), bool(self._raw.is_closed)
        self._finish(response, None, "completed" if is_complete else "abandoned")

    def read(self) -> Watch:
        """Watch how the consumer reads the stream."""
        return Watch(self._ended, self._execution if self._is_own else None, self._note)

    def _hold(self, raw: Any) -> None:
        """Wait for a raw response to be read, unless it was."""
        self._raw = raw.http_response
        body = body_of(self._raw)
        if body is not None:
            self._finish(body, None)
            return
        raw.__dict__[_ATTRIBUTE] = self
        if watch_reading(self._raw, self._endpoint.assembly, self._read_by_user):
            self._raw = None  # which has us

    def _read_by_user(self, items: Any, sent: Assembly) -> Any:
        """Have the body of a raw response read through us."""
        self._assembly = sent
        return followed(items, self)

    def _follow(self, stream: Any, assembly: Assembly) -> None:
        """Have a stream read through us."""
        if _call_of(stream) is not None:  # a raw response that is parsed again gives the same one
            return
        forget_reading(getattr(stream, "response", None))
        self._assembly = assembly
        stream._iterator = followed(source_of(stream), self)  # noqa: SLF001
        stream.__dict__[_ATTRIBUTE] = self

    def _note(self, chunk: Any) -> None:
        assembly, execution = self._assembly, self._execution
        if assembly is None:
            return
        assembly.add(chunk)
        if assembly.has_token and execution.first_token_ns is None:
            execution.first_token_ns = self._tracker.tracking.clock.monotonic_ns()

    def _ended(self, _: Any, error: BaseException | None) -> None:
        if isinstance(error, GeneratorExit):
            self.give_up()
        else:
            execution, assembly = self._execution, self._assembly
            if error is None and assembly is not None and not assembly.is_finished:
                execution.metadata = {**execution.metadata, "incomplete": _CUT_SHORT}
            self._finish(None if self._assembly is None else self._assembly.response, error)

    def usage_of(self, fields: dict[str, Any], response: Any) -> Usage | None:  # noqa: ARG002 - for subclasses
        """Return the tokens that a response tells of."""
        return usage_of(fields.get("usage") or fields.get("usage_metadata"), fields.get("service_tier"))

    def _finish(self, response: Any, error: BaseException | None, status: Status | None = None) -> None:
        if not self._is_open:
            return
        self._is_open = False
        execution = self._execution
        outputs = None
        failure: BaseException | str | None = error
        try:
            fields = fields_of(response)
            execution.usage = self.usage_of(fields, response) or execution.usage
            if self._is_own:
                model = fields.get("model") or fields.get("model_version")
                execution.model = model if isinstance(model, str) and model else execution.model
                outputs = self._endpoint.outputs(fields) if fields else None
            elif execution.exchange is not None and fields:
                execution.exchange.outputs = self._endpoint.outputs(fields)
            failure = error or failure_of(fields)
        except Exception as problem:  # noqa: BLE001 - an answer of a new shape costs the outputs, not the end
            warn(f"an answer of {execution.provider} could not be read: {problem!r}.")
        if self._is_own:
            self._tracker.end(execution, outputs, failure, status=status)
        elif failure is not None:
            execution.served = False  # the framework may try again


def _call_of(carrier: Any) -> ClientCall | None:
    """Return the call of a stream, of a stream around it, or of a raw response."""
    carried = getattr(getattr(carrier, "_raw_stream", carrier), "__dict__", {})
    call: ClientCall | None = carried.get(_ATTRIBUTE)
    return call


def open_parse(args: tuple[Any, ...], _: dict[str, Any]) -> OpenCall:
    """Open the parsing of a raw response, which may end a call."""
    call = _call_of(args[0])
    return UNTRACED if call is None else Watch(call.parsed)


def open_close(args: tuple[Any, ...], _: dict[str, Any]) -> OpenCall:
    """Open the closing of a stream or a raw response, which ends a call."""
    call = _call_of(args[0])
    if call is not None:
        call.give_up()  # before it is closed: afterwards nobody can tell whether it had been read
    return UNTRACED


def _items(iterator: Iterator[Any], call: ClientCall) -> Generator[Any, None, None]:  # noqa: ARG001 - for who watches
    yield from iterator


async def _async_items(iterator: AsyncIterator[Any], call: ClientCall) -> AsyncGenerator[Any, None]:  # noqa: ARG001
    async for item in iterator:
        yield item


def _watch_reading(args: tuple[Any, ...], _: dict[str, Any]) -> OpenCall:
    call: ClientCall = args[1]
    return call.read()


_followed = traced(_items, _watch_reading)
_followed_async = traced(_async_items, _watch_reading)


def followed(source: Any, call: ClientCall) -> Any:
    """Return a generator, or an async one, that reads a source and tells a call of it."""
    return (_followed_async if hasattr(source, "__anext__") else _followed)(source, call)
