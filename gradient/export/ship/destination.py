"""Where spans go: one OTLP/HTTP endpoint, told by a setting or by OpenTelemetry's own variables."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

Outcome = Literal["taken", "later", "refused", "bad", "large"]
Signal = Literal["traces", "metrics"]

OFF = "off"
_PREFIX = "OTEL_EXPORTER_OTLP_"
_TIMEOUT_S = 10.0
_TAKEN = range(200, 300)
# Not understood: in smaller pieces all but one may pass.
_BAD = frozenset({400, 415, 422})
_LARGE = 413
_BUSY = frozenset({408, 429, 500, 502, 503, 504})
_MOST_TOLD = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one request.

    Attributes:
        outcome: "taken"; "later": nobody answered, or asked to come again; "refused": a key or an address is wrong, and
            only people can mend that; "bad": what was sent cannot be taken; "large": because it is too much at once.
        reason: What to tell people.
        retry_after_s: How long the receiver asked to wait, or None.
        body: What it said.
    """

    outcome: Outcome
    reason: str = ""
    retry_after_s: float | None = None
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """An OTLP/HTTP endpoint of one signal.

    Attributes:
        url: With its path.
        headers: Sent with each request; may hold keys, so they are never shown.
        timeout_s: How long to wait for an answer.
        compression: "gzip", "deflate" or "none".
        verify: Whether to check the certificate, or the file of those to trust.
        certificate: File of our own certificate and of its key, or None.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    timeout_s: float = _TIMEOUT_S
    compression: str = "none"
    verify: bool | str = True
    certificate: tuple[str, str | None] | None = None

    def post(self, body: bytes, session: Any) -> Answer:
        """Send one request; never raises for what the network does.

        Args:
            body: A serialised `Export...ServiceRequest`.
            session: A `requests.Session`.
        """
        from requests import RequestException

        headers = {"Content-Type": "application/x-protobuf", "User-Agent": "gradient-runtime", **self.headers}
        if self.compression != "none":
            headers["Content-Encoding"] = self.compression
        try:
            said = session.post(
                self.url,
                data=_compressed(body, self.compression),
                headers=headers,
                timeout=self.timeout_s,
                verify=self.verify,
                cert=self.certificate,
                allow_redirects=False,
            )
        except RequestException as error:
            return Answer("later", f"{self.url} cannot be reached ({type(error).__name__})")
        except (ValueError, UnicodeError) as error:  # a URL or header that is none
            return Answer("refused", f"{self.url} cannot be used ({error})")
        return self._answer(said)

    def _answer(self, said: Any) -> Answer:
        code: int = said.status_code
        if code in _TAKEN:
            return Answer("taken", body=said.content)
        reason = f"{self.url} answered {code} {said.reason or ''}".strip()
        if code in _BUSY:
            return Answer("later", reason, _seconds(said.headers.get("Retry-After")))
        outcome: Outcome = "large" if code == _LARGE else "bad" if code in _BAD else "refused"
        return Answer(outcome, reason, body=said.content[:_MOST_TOLD])


def destination_from(
    environment: Mapping[str, str], endpoint: str | None = None, signal: Signal = "traces"
) -> Destination | None:
    """Return where a signal goes, or None where nobody said.

    Args:
        environment: OpenTelemetry's variables, `OTEL_EXPORTER_OTLP_*`; those of the signal win over the general ones.
        endpoint: A base URL that wins over those of the variables; "off" for nowhere.
        signal: Which.
    """

    def said(name: str) -> str | None:
        return environment.get(f"{_PREFIX}{signal.upper()}_{name}") or environment.get(_PREFIX + name)

    own, base = environment.get(f"{_PREFIX}{signal.upper()}_ENDPOINT"), environment.get(f"{_PREFIX}ENDPOINT")
    disabled = environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    if endpoint is None and (disabled or environment.get(f"OTEL_{signal.upper()}_EXPORTER", "").strip() == "none"):
        return None
    if endpoint == OFF or not (endpoint or own or base):
        return None
    url = _with_path(endpoint, signal) if endpoint else own or _with_path(base or "", signal)
    client = said("CLIENT_CERTIFICATE")
    return Destination(
        url=url,
        headers=pairs(said("HEADERS") or ""),
        timeout_s=_seconds(said("TIMEOUT")) or _TIMEOUT_S,
        compression=_known_compression(said("COMPRESSION")),
        verify=said("CERTIFICATE") or True,
        certificate=(client, said("CLIENT_KEY")) if client else None,
    )


def pairs(text: str) -> dict[str, str]:
    """Return what `key=value,key=value` says, as OpenTelemetry's variables have it; what is no pair is left out."""
    found = (part.partition("=") for part in text.split(",") if "=" in part)
    return {unquote(name).strip(): unquote(value).strip() for name, _, value in found if name.strip()}


def _with_path(base: str, signal: Signal) -> str:
    base = base.rstrip("/")
    return base if base.endswith(f"/v1/{signal}") else f"{base}/v1/{signal}"


def _known_compression(name: str | None) -> str:
    name = (name or "none").strip().lower()
    return name if name in ("gzip", "deflate") else "none"


def _compressed(body: bytes, compression: str) -> bytes:
    if compression == "gzip":
        return gzip.compress(body, compresslevel=1)
    return zlib.compress(body, 1) if compression == "deflate" else body


def _seconds(text: str | None) -> float | None:
    """Return a number of seconds; None for a date or nonsense, whoever waits has a time of their own."""
    try:
        seconds = float(text or "")
    except ValueError:
        return None
    return seconds if 0 < seconds < float("inf") else None
