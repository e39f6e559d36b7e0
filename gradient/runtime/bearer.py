"""Who may ask or send from other machines: whoever has the token that a server made when it began."""

import hmac
import secrets

LOOPBACK = ("localhost", "127.0.0.1", "::1")
_BEARER = "bearer"


def token_for(host: str) -> str | None:
    """Return a new token for who listens on `host`; None on this machine alone."""
    return None if host in LOOPBACK else secrets.token_urlsafe(24)


def is_same(token: str, given: str) -> bool:
    """Tell whether what was given is the token, in a time that tells nothing of it."""
    return hmac.compare_digest(token.encode(), given.encode())


def is_known(token: str | None, authorization: str) -> bool:
    """Tell whether a header `Authorization: Bearer TOKEN` has the token, where one is wanted."""
    scheme, _, given = authorization.partition(" ")
    return token is None or (scheme.lower() == _BEARER and is_same(token, given.strip()))
