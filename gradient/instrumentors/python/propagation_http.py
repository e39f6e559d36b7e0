"""Tell services that are called over HTTP which trace a call belongs to, hop by hop.

    httpx, httpx2   Client._send_single_request    one hop, after redirects and authentication
    requests        BaseAdapter.send               one hop, in each class that defines it
    aiohttp         ClientRequest.__init__         one hop; the object is aiohttp's own

What the user holds is never changed: a request that is sent again tells of the trace it is then sent from, and one that
is redirected tells each host what that host may know. What is sent is a twin; what comes of it knows the user's own.
"""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

from gradient.instrumentors.seams import Call
from gradient.runtime.context import running_scope
from gradient.runtime.listening.listeners import warn
from gradient.runtime.remote import PARENT, headers_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradient.instrumentors.plumbing.patching import Patches

_HEADERS = "headers"
_attributes: Callable[[Any], dict[str, Any]] = vars


class Hops:
    """Wraps the methods that send one hop, or prepare it.

    Args:
        patches: Say whether wrappers shall do anything.
        may_tell: Says whether a trace may be told to the host of an address.
    """

    def __init__(self, patches: Patches, may_tell: Callable[[str], bool]) -> None:
        self._patches = patches
        self._may_tell = may_tell

    def sending(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Return a method that takes a request, and sends a twin of it that tells of the trace."""

        @functools.wraps(original)
        def send(*args: Any, **kwargs: Any) -> Any:
            twin = self._twin(args, kwargs)
            if twin is None:
                return original(*args, **kwargs)
            with twin:
                return twin.answered(original(*twin.args, **twin.kwargs))

        @functools.wraps(original)
        async def send_async(*args: Any, **kwargs: Any) -> Any:
            twin = self._twin(args, kwargs)
            if twin is None:
                return await original(*args, **kwargs)
            with twin:
                return twin.answered(await original(*twin.args, **twin.kwargs))

        return send_async if inspect.iscoroutinefunction(original) else send

    def preparing(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Return a constructor `(method, url, *, headers)` whose object tells of the trace."""

        @functools.wraps(original)
        def prepare(*args: Any, **kwargs: Any) -> Any:
            return original(*args, **self._with_headers(args, kwargs))

        return prepare

    def _twin(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Twin | None:
        if not self._patches.active or running_scope() is None:
            return None
        try:
            request = Call(args[0], args[1:], kwargs).argument("request")
            if PARENT in request.headers or not self._may_tell(str(request.url)):
                return None
            return Twin(request, headers_for(), args, kwargs)
        except Exception as error:  # noqa: BLE001 - the call goes on without
            warn(f"a trace could not be passed on: {error!r}.")
            return None

    def _with_headers(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        if not self._patches.active or running_scope() is None:
            return kwargs
        try:
            if not self._may_tell(str(Call(args[0], args[1:], kwargs).argument("url", 1))):
                return kwargs
            from multidict import CIMultiDict

            headers: Any = CIMultiDict(kwargs.get(_HEADERS) or {})
            if PARENT not in headers:
                headers.update(headers_for())
        except Exception as error:  # noqa: BLE001 - as above
            warn(f"a trace could not be passed on: {error!r}.")
            return kwargs
        return {**kwargs, _HEADERS: headers}


class Twin:
    """A request that is sent in the place of the user's, with more headers.

    Attributes:
        args: The arguments to send it with; `kwargs` likewise.
    """

    def __init__(self, own: Any, told: dict[str, str], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._own = own
        self._told = told
        kind: type[Any] = type(own)  # pyright: ignore[reportUnknownVariableType] - either library's
        sent = object.__new__(kind)  # a copy would leave the body behind
        _attributes(sent).update(_attributes(own))
        sent.headers = own.headers.copy()
        sent.headers.update(told)
        self._sent = sent
        self.args = tuple(sent if value is own else value for value in args)
        self.kwargs = {name: sent if value is own else value for name, value in kwargs.items()}

    def __enter__(self) -> None:
        """It is about to be sent."""

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        """Leave no trace of the twin."""
        self._hand_over()
        if error is not None:
            self._give_back(error)

    def answered(self, response: Any) -> Any:
        """Let a response name the request that the user knows."""
        self._give_back(response)
        return response

    def _give_back(self, carrier: Any) -> None:
        named = getattr(carrier, "__dict__", {})
        for name in ("request", "_request"):
            if named.get(name) is self._sent:
                setattr(carrier, name, self._own)

    def _hand_over(self) -> None:
        """Do to the user's request what the user's own transport has done to the twin: read its body, add headers."""
        own, sent = self._own, self._sent
        _attributes(own).update({name: value for name, value in _attributes(sent).items() if name != _HEADERS})
        for name in [name for name in own.headers if name not in sent.headers]:
            del own.headers[name]
        for name, value in sent.headers.items():
            if name.lower() not in self._told and own.headers.get(name) != value:
                own.headers[name] = value
