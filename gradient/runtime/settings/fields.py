"""The settings of the runtime: what there is, what is allowed, what is the default.

Where they come from is the business of `gradient.runtime.settings.sources`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from gradient.redaction.names import is_understood
from gradient.runtime.errors import ConfigError

Console = Literal["off", "summary", "nodes", "debug"]
Content = Literal["full", "short", "none"]
MediaContent = Literal["note", "keep"]
Granularity = Literal["request", "nodes", "all"]

_CHOICES: dict[str, tuple[str, ...]] = {
    "console": ("off", "summary", "nodes", "debug"),
    "console_stream": ("stderr", "stdout"),
    "content": ("full", "short", "none"),
    "granularity": ("request", "nodes", "all"),
    "media": ("note", "keep"),
}
_PROFILES = ("langfuse", "langsmith", "mlflow")
_POSITIVE = (
    *("max_string_chars", "max_payload_bytes", "max_items", "max_depth", "retention_days", "retention_bytes"),
    *("max_medium_bytes", "max_media_bytes"),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a payload is recorded; what is beyond is marked as cut."""

    max_string_chars: int
    max_payload_bytes: int
    max_items: int
    max_depth: int


_SHORT = Limits(max_string_chars=200, max_payload_bytes=2_000, max_items=20, max_depth=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How much the runtime records and prints.

    Attributes:
        enabled: False makes every decorator the identity and installs nothing.
        home: Folder of the journals, or None for the platform's folder for user data.
        project: What runs are grouped by, or None for the name in the nearest pyproject.toml, else the folder's.
        console: How much to print: "off", "summary", "nodes" or "debug".
        console_stream: Where to print: "stderr" or "stdout".
        content: Payloads in full, in short (200 characters a string, 2 KB in all) or not at all.
        granularity: Record requests only; everything but chains ("nodes"); or everything ("all").
        include: Patterns (with `*`) of names or node ids to record; empty for all.
        exclude: Patterns of names or node ids not to record; their children move up to their parent.
        redact_keys: Further keys whose values are withheld.
        redact_patterns: Further regular expressions of values to withhold.
        redact_hook: Called with each payload as plain data; returns what is recorded. If it fails, nothing is.
        instrumentors: Names of the frameworks to instrument, or None for all that are there.
        disabled_instrumentors: Names of frameworks to leave alone.
        root_runs: Whether a framework's run outside any entrypoint is a request of its own.
        sample_rate: Share of completed requests that are listed and exported, 0 to 1; failures always are. The
            journal holds all of them.
        max_string_chars: Longest recorded string.
        max_payload_bytes: Largest recorded payload.
        max_items: Most recorded items of one list or dictionary.
        max_depth: Deepest recorded nesting.
        retention_days: Age in days beyond which journals are removed.
        retention_bytes: Size in bytes beyond which the oldest journals are removed.
        media: Record what images and the like are, how large, and which digest ("note"), or their bytes, too ("keep").
        max_medium_bytes: Largest medium whose bytes are kept.
        max_media_bytes: Most bytes of media that one process keeps.
        prices: File of prices that come before the built-in ones, or None.
        otlp_endpoint: Where spans are sent, a base URL of OTLP/HTTP; "off" for nowhere; None for what
            `OTEL_EXPORTER_OTLP_ENDPOINT` says.
        otlp_profiles: Further tools whose own attributes spans get: "langfuse", "langsmith", "mlflow".
        otlp_in_flight_s: How many seconds a request runs before what is known of it is sent; 0: not before it ended.
        otlp_exit_s: How many seconds the end of the process may wait for what is not sent yet.
        otlp_metrics: Whether metrics are sent, too.
        otlp_live: Whether executions are spans of the program's own OpenTelemetry provider, instead of being sent.
        propagate_to: Patterns (with `*`) of hosts that are told which trace a call belongs to, beside those of a
            private network.

    Raises:
        ConfigError: A value is not one of those allowed.
    """

    enabled: bool = True
    home: Path | None = None
    project: str | None = None
    console: Console = "nodes"
    console_stream: Literal["stderr", "stdout"] = "stderr"
    content: Content = "full"
    granularity: Granularity = "all"
    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    redact_keys: Sequence[str] = ()
    redact_patterns: Sequence[str] = ()
    redact_hook: Callable[[Any], Any] | None = None
    instrumentors: Sequence[str] | None = None
    disabled_instrumentors: Sequence[str] = ()
    root_runs: bool = True
    sample_rate: float = 1.0
    max_string_chars: int = 32_768
    max_payload_bytes: int = 262_144
    max_items: int = 1_000
    max_depth: int = 20
    retention_days: float = 30.0
    retention_bytes: int = 2_000_000_000
    media: MediaContent = "note"
    max_medium_bytes: int = 20_000_000
    max_media_bytes: int = 1_000_000_000
    prices: Path | None = None
    otlp_endpoint: str | None = None
    otlp_profiles: Sequence[str] = ()
    otlp_in_flight_s: float = 0.0
    otlp_exit_s: float = 2.0
    otlp_metrics: bool = True
    otlp_live: bool = False
    propagate_to: Sequence[str] = ()
    limits: Limits = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in allowed:
                raise ConfigError(name, getattr(self, name), "one of " + ", ".join(allowed))
        for name in _POSITIVE:
            if not getattr(self, name) > 0:
                raise ConfigError(name, getattr(self, name), "more than 0")
        if not 0 <= self.sample_rate <= 1:
            raise ConfigError("sample_rate", self.sample_rate, "between 0 and 1")
        if self.redact_hook is not None and not callable(self.redact_hook):
            raise ConfigError("redact_hook", self.redact_hook, "a function")
        _check_export(self)
        _check_keys(self.redact_keys)
        for pattern in self.redact_patterns:
            _check_pattern(pattern)
        limits = Limits(self.max_string_chars, self.max_payload_bytes, self.max_items, self.max_depth)
        object.__setattr__(self, "limits", _SHORT if self.content == "short" else limits)


def _check_export(settings: Settings) -> None:
    for name in ("otlp_in_flight_s", "otlp_exit_s"):
        if not getattr(settings, name) >= 0:
            raise ConfigError(name, getattr(settings, name), "0 or more")
    for profile in settings.otlp_profiles:
        if profile not in _PROFILES:
            raise ConfigError("otlp_profiles", profile, "some of " + ", ".join(_PROFILES))


def _check_keys(keys: Sequence[str]) -> None:
    for key in (keys,) if isinstance(keys, str) else keys:
        if keys is key or not is_understood(key):
            raise ConfigError("redact_keys", key, "a list of names with letters or digits, each no pattern")


def _check_pattern(pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ConfigError("redact_patterns", pattern, f"a regular expression ({error})") from None
