"""The settings as a JSON Schema, for editors and checks of `config.toml`.

taplo lint --schema file://$PWD/gradient.schema.json ~/.config/gradient/config.toml
"""

import inspect
import re
from collections.abc import Sequence
from dataclasses import Field, fields
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from gradient.cli.settings.values import as_json_value
from gradient.runtime.settings.fields import Settings

_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_TYPES: dict[Any, dict[str, Any]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer", "exclusiveMinimum": 0},
    float: {"type": "number"},
    str | None: _TEXT,
    Path | None: _TEXT,
    Sequence[str]: {"anyOf": [_TEXTS, _TEXT]},
    Sequence[str] | None: {"anyOf": [_TEXTS, _TEXT]},
}
_RANGES: dict[str, dict[str, float]] = {
    "sample_rate": {"minimum": 0, "maximum": 1},
    "retention_days": {"exclusiveMinimum": 0},
}
_ATTRIBUTE = re.compile(r"^    (\w+): (.*(?:\n {8}.*)*)", re.MULTILINE)


def settings_schema() -> dict[str, Any]:
    """Return the schema of `config.toml` and of `[tool.gradient]`; what only code can give is not in it."""
    told = dict(_ATTRIBUTE.findall(inspect.getdoc(Settings) or ""))
    settable = [setting for setting in fields(Settings) if setting.init and _type_of(setting) is not None]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of Gradient",
        "type": "object",
        "additionalProperties": False,
        "properties": {setting.name: _property(setting, told.get(setting.name, "")) for setting in settable},
    }


def _property(setting: "Field[Any]", told: str) -> dict[str, Any]:
    described = {**(_type_of(setting) or {}), **_RANGES.get(setting.name, {}), "description": " ".join(told.split())}
    default = as_json_value(setting.default)
    return described if default is None else {**described, "default": default}


def _type_of(setting: "Field[Any]") -> dict[str, Any] | None:
    if get_origin(setting.type) is Literal:
        return {"enum": list(get_args(setting.type))}
    return _TYPES.get(setting.type)
