"""Who may ask or send from other machines: whoever has the token, new at each start or told by who started us."""

import hmac
import secrets
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path

LOOPBACK = ("localhost", "127.0.0.1", "::1")
TOKEN_VARIABLE = "GRADIENT_LISTEN_TOKEN"  # noqa: S105 - its name
FILE_VARIABLE = "GRADIENT_LISTEN_TOKEN_FILE"
_BEARER = "bearer"
_FEWEST_CHARS = 16


def token_for(host: str) -> str | None:
    """Return a new token for who listens on `host`; None on this machine alone."""
    return None if _is_this_machine(host) else secrets.token_urlsafe(24)


def told_token(environment: Mapping[str, str]) -> str | None:
    """Return the token that variables hold or name a file of, and that is never printed; None where none does.

    Raises:
        ValueError: It cannot be read, or is so short that it could be guessed.
    """
    token, file = environment.get(TOKEN_VARIABLE), environment.get(FILE_VARIABLE)
    if token is None and file is not None:
        try:
            token = Path(file).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"{FILE_VARIABLE} names a file that cannot be read: {error}") from None
    if token is None:
        return None
    if len(token.strip()) < _FEWEST_CHARS or not token.strip().isascii():
        name = TOKEN_VARIABLE if TOKEN_VARIABLE in environment else FILE_VARIABLE
        raise ValueError(f"The token of {name} needs {_FEWEST_CHARS} characters or more, of ASCII")
    return token.strip()


def _is_this_machine(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return host in LOOPBACK
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def is_same(token: str, given: str) -> bool:
    """Tell whether what was given is the token, in a time that tells nothing of it."""
    return hmac.compare_digest(token.encode(), given.encode())


def is_known(token: str | None, authorization: str) -> bool:
    """Tell whether a header `Authorization: Bearer TOKEN` has the token, where one is wanted."""
    scheme, _, given = authorization.partition(" ")
    return token is None or (scheme.lower() == _BEARER and is_same(token, given.strip()))
