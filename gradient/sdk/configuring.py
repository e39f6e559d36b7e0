"""Set settings from code."""

from __future__ import annotations

from typing import Any

from gradient.runtime.listeners import warn
from gradient.runtime.manager import RuntimeManager, installed_manager, set_runtime_manager
from gradient.runtime.sources import load_settings

_given: dict[str, Any] = {}


def configure(**settings: Any) -> RuntimeManager:
    """Set settings, which win over files and environment; later calls add to earlier ones.

    The process's manager is replaced by one with the new settings; listeners that were added by the user and
    instrumentors that were registered go over to it. Requests that run end with the old one.

    Args:
        settings: By name, see `gradient.runtime.Settings`.

    Returns:
        The manager with the new settings.

    Raises:
        UnknownSetting: There is no setting of that name.
        ConfigError: A value cannot be used. (One in a file or variable is told of and ignored.)
    """
    wanted = {**_given, **settings}
    loaded = load_settings(wanted, on_error=warn).settings
    former = installed_manager()
    manager = former.successor(loaded) if former is not None else RuntimeManager(settings=loaded)
    set_runtime_manager(manager)
    _given.update(settings)
    return manager


def forget_configuration() -> None:
    """Forget what `configure` was given; a manager that exists keeps its settings. For tests."""
    _given.clear()
