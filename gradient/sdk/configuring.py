"""Set settings from code."""

from __future__ import annotations

from typing import Any

from gradient.runtime.listening.listeners import warn
from gradient.runtime.manager import RuntimeManager, installed_manager, set_runtime_manager
from gradient.runtime.settings.sources import load_settings

_given: dict[str, Any] = {}


def configure(**settings: Any) -> RuntimeManager:
    """Set settings, which win over files and environment; later calls add to earlier ones.

    The process's manager goes on with the new settings; requests that run, listeners and registered instrumentors stay.

    Args:
        settings: By name, see `gradient.runtime.Settings`.

    Returns:
        The process's manager.

    Raises:
        UnknownSetting: There is no setting of that name.
        ConfigError: A value cannot be used. (One in a file or variable is told of and ignored.)
    """
    wanted = {**_given, **settings}
    loaded = load_settings(wanted, on_error=warn).settings
    manager = installed_manager()
    if manager is None:
        manager = RuntimeManager(settings=loaded)
        set_runtime_manager(manager)
    else:
        manager.reconfigure(loaded)
    _given.update(settings)
    return manager


def forget_configuration() -> None:
    """Forget what `configure` was given; a manager that exists keeps its settings. For tests."""
    _given.clear()
