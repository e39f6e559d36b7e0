"""The settings that hold for a command, and their values as text, JSON and TOML have them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from gradient.cli.messages import warn
from gradient.runtime.settings.sources import Loaded, load_settings

_SEQUENCES: tuple[type[Any], ...] = (list, tuple)


def settings_for(home: Path | None, on_error: Callable[[str], None] = warn) -> Loaded:
    """Return the settings and where each comes from; one that cannot be used is told and left out.

    Args:
        home: What `--home` says, or None for the setting.
        on_error: Told of each setting that cannot be used.
    """
    loaded = load_settings(on_error=on_error)
    if home is None:
        return loaded
    return Loaded(replace(loaded.settings, home=home.absolute()), {**loaded.origins, "home": "--home"})


def as_json_value(value: Any) -> Any:
    """Return a setting's value as JSON and TOML can hold it; None stays None."""
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, _SEQUENCES):
        return list(value)
    return f"{value.__module__}.{value.__qualname__}" if callable(value) else value


def as_text(name: str, value: Any) -> str:
    """Return a setting's value as its environment variable would hold it; empty for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, _SEQUENCES):
        return ("\n" if name == "redact_patterns" else ",").join(map(str, value))
    return str(as_json_value(value))
