"""Who may ask: nobody but this machine's own browser, and no page but ours.

A page of somebody else that is open in the same browser can send requests to this machine. Three things keep it out:
the Host it would have to give (a name that it made point here is not ours), its Origin, and where we listen to others
than this machine, a token that only the address we printed has.
"""

from collections.abc import Sequence
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gradient.runtime.bearer import is_known, is_same

TRACES = "/v1/traces"
"""The one address that things are sent to: by programs, with the token in a header where there is one."""

_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_SAME_SITES = ("", "same-origin", "none")
_NO_BEARER = "Send Authorization: Bearer TOKEN, with the token that ends the address `gradient ui` printed.\n"


class Access:
    """Lets in who may ask, and says to browsers what our page may do.

    Args:
        application: What answers those who may.
        hosts: Names by which we may be called, without port; None for any, where there is a token.
        token: What must be known to be let in; None on this machine alone.
    """

    def __init__(self, application: ASGIApp, hosts: Sequence[str] | None, token: str | None) -> None:
        self._application = application
        self._hosts = hosts
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse to."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        refusal = self._refusal(scope)
        application = self._application if refusal is None else refusal
        await application(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self._hosts is not None and _without_port(host) not in self._hosts:
            return PlainTextResponse(f"This server is not called {_without_port(host)!r}.\n", 403)
        origin = headers.get("origin")
        if (origin is not None and origin.partition("://")[2] != host) or not _is_same_site(scope, headers):
            return PlainTextResponse("Other pages may not ask here.\n", 403)
        if scope["method"] == "POST" and scope["path"] == TRACES:
            return self._sender_refusal(headers)
        if scope["method"] not in ("GET", "HEAD"):
            return PlainTextResponse("Here one can only read.\n", 405)
        return None if self._token is None else self._token_refusal(scope, headers, self._token)

    def _sender_refusal(self, headers: Headers) -> Response | None:
        """Let in a program that has the token in a header: it has no cookies, and follows no redirections."""
        known = is_known(self._token, headers.get("authorization", ""))
        return None if known else PlainTextResponse(_NO_BEARER, 401)

    def _token_refusal(self, scope: Scope, headers: Headers, token: str) -> Response | None:
        """Let in who has the token as a cookie; who has it in the address gets the cookie, and a clean address."""
        name = _cookie_name(scope)
        if is_same(token, _cookie(headers, name)):
            return None
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        if not is_same(token, asked.pop("token", [""])[0]):
            return PlainTextResponse("Open the whole address that `gradient ui` printed: it ends with a token.\n", 401)
        rest = urlencode(asked, doseq=True)
        response = RedirectResponse(f"{scope['path']}?{rest}" if rest else scope["path"], 303)
        response.set_cookie(name, token, httponly=True, samesite="strict")
        return response


def _cookie_name(scope: Scope) -> str:
    """Return a name that no other server of this host has: browsers send cookies to every port of it."""
    _, port = scope.get("server") or ("", 0)
    return f"gradient_token_{port}"


def _cookie(headers: Headers, name: str) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return "" if found is None else found.value


def _is_same_site(scope: Scope, headers: Headers) -> bool:
    """Tell whether a request comes from our page; a link from elsewhere may open the page, and no more."""
    return headers.get("sec-fetch-site", "") in _SAME_SITES or scope["path"] == "/"


def _without_port(host: str) -> str:
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() and not host.endswith("]") else host
    return name.strip("[]").lower()


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sending
