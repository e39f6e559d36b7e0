"""Where settings come from, weakest first, and what each came from.

defaults < user's config file < [tool.gradient] of the nearest pyproject.toml < GRADIENT_* < configure(...)
"""

import math
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import platformdirs

from gradient.runtime import frameworks
from gradient.runtime.errors import ConfigError, UnknownSetting
from gradient.runtime.settings.fields import Settings

if sys.version_info >= (3, 11):
    import tomllib
else:  # pragma: no cover - the same library under its former name
    import tomli as tomllib

_PREFIX = "GRADIENT_"
# Variables of the command line alone; what is secret is no setting, because settings are printed.
_NO_SETTINGS = ("GRADIENT_PAGER", "GRADIENT_LISTEN_TOKEN", "GRADIENT_LISTEN_TOKEN_FILE")
_TABLE: type[Any] = dict
_LISTS: tuple[type[Any], ...] = (list, tuple)
_TRUE = ("1", "true", "yes", "on")
_FALSE = ("0", "false", "no", "off")
_KINDS: dict[str, Any] = {setting.name: setting.type for setting in fields(Settings) if setting.init}


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings, and for each the place its value came from ("default", a file, a variable or "configure()")."""

    settings: Settings
    origins: Mapping[str, str]


def load_settings(
    overrides: Mapping[str, Any] | None = None,
    *,
    environment: Mapping[str, str] = os.environ,
    folder: Path | None = None,
    on_error: Callable[[str], None] | None = None,
) -> Loaded:
    """Read the settings from everywhere.

    Args:
        overrides: What `configure` was given.
        environment: The variables to read `GRADIENT_*` from.
        folder: Where the search for a pyproject.toml starts; None for the working directory.
        on_error: Told of each setting in a file or variable that cannot be used, which is then left out; None: raise.

    Raises:
        UnknownSetting: A file, variable or argument names no setting.
        ConfigError: A value cannot be used.
    """
    layers = [
        _from_file(user_config_file(), (), on_error),
        _from_file(nearest_pyproject(folder), ("tool", "gradient"), on_error),
        *_from_environment(environment),
        ("configure()", overrides or {}),
    ]
    values: dict[str, Any] = {}
    origins = dict.fromkeys(_KINDS, "default")
    for origin, layer in layers:
        for name, value in layer.items():
            try:
                values[name] = _checked(name, value, origin)
            except ConfigError as error:
                if on_error is None or layer is overrides:
                    raise
                on_error(f"{error} It is ignored.")
            else:
                origins[name] = origin
    return Loaded(Settings(**values), origins)


def user_config_file() -> Path:
    """Return where the user's own file of settings is, or would be."""
    return platformdirs.user_config_path("gradient") / "config.toml"


def nearest_pyproject(folder: Path | None = None) -> Path | None:
    """Return the pyproject.toml of `folder` or of its nearest parent that has one."""
    try:
        start = (folder or Path.cwd()).absolute()
    except OSError:  # the working directory was removed
        return None
    return next((path for at in (start, *start.parents) if (path := at / "pyproject.toml").is_file()), None)


def default_project(folder: Path | None = None) -> str:
    """Return the name in the nearest pyproject.toml, else that of the folder."""
    path = nearest_pyproject(folder)
    try:
        name = _table(path, ("project",)).get("name") if path else None
    except ConfigError:  # no valid TOML; whoever reads settings from it says so
        name = None
    try:
        return str(name or (folder or Path.cwd()).name or "default")
    except OSError:
        return "default"


def default_home() -> Path:
    """Return the platform's folder for our data."""
    return Path(platformdirs.user_data_path("gradient"))


def _from_file(
    path: Path | None, table: tuple[str, ...], on_error: Callable[[str], None] | None
) -> tuple[str, Mapping[str, Any]]:
    if path is None:
        return "", {}
    try:
        return str(path), _table(path, table)
    except ConfigError as error:
        if on_error is None:
            raise
        on_error(f"{error} It is ignored.")
        return str(path), {}


def _table(path: Path, names: tuple[str, ...]) -> Mapping[str, Any]:
    try:
        found: Any = tomllib.loads(path.read_text("utf-8"))
    except OSError:
        return {}
    except ValueError as error:
        raise ConfigError(str(path), "", f"valid TOML ({error})") from None
    for name in names:
        found = found.get(name) if isinstance(found, _TABLE) else None
    table: Mapping[str, Any] = found if isinstance(found, _TABLE) else {}
    return table


def _from_environment(environment: Mapping[str, str]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return one layer for each `GRADIENT_*` variable, so that each is named in errors."""
    return [
        (variable, {variable[len(_PREFIX) :].lower(): value})
        for variable, value in environment.items()
        if variable.startswith(_PREFIX) and variable not in _NO_SETTINGS
    ]


def _checked(name: str, value: Any, origin: str) -> Any:
    """Return a value as its setting wants it, or raise what is wrong with it."""
    if name not in _KINDS:
        raise UnknownSetting(name, origin, _KINDS)
    kind = _KINDS[name]
    converted = _CONVERTERS[kind](name, value) if kind in _CONVERTERS else value
    frameworks.check_names(Settings(**{name: converted}))
    return converted


def _path(name: str, value: Any) -> Path | None:
    if value is None or isinstance(value, Path):
        return value
    return Path(str(_text(name, value))).expanduser()


def _text(name: str, value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise ConfigError(name, value, "text")


def _names_or_none(name: str, value: Any) -> tuple[str, ...] | None:
    return None if value is None else _names(name, value)


def _names(name: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        # Regular expressions have commas of their own.
        parts = value.split("\n" if name == "redact_patterns" else ",")
        return tuple(part.strip() for part in parts if part.strip())
    if isinstance(value, _LISTS) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise ConfigError(name, value, "a list of names")


def _flag(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise ConfigError(name, value, "true or false")


def _whole_number(name: str, value: Any) -> int:
    number = _number(name, value, "a whole number")
    if not number.is_integer():
        raise ConfigError(name, value, "a whole number")
    return value if isinstance(value, int) else int(number)


def _number(name: str, value: Any, wanted: str = "a number") -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if math.isnan(number):
        raise ConfigError(name, value, wanted)
    return number


# What text and TOML give, made into the type of the setting; the others are checked by `Settings`.
_CONVERTERS: dict[Any, Callable[[str, Any], Any]] = {
    bool: _flag,
    int: _whole_number,
    float: _number,
    str | None: _text,
    Path | None: _path,
    Sequence[str]: _names,
    Sequence[str] | None: _names_or_none,
}
