"""No setting goes undocumented."""

import inspect
from dataclasses import fields
from pathlib import Path

import pytest

from gradient.sdk import Settings

DOCUMENT = Path(__file__).parents[2] / "docs" / "configuration.md"
NAMES = [setting.name for setting in fields(Settings) if setting.init]


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_documented_under_its_name_and_its_variable(name):
    text = DOCUMENT.read_text("utf-8")

    assert f"`{name}`" in text
    assert name == "redact_hook" or f"GRADIENT_{name.upper()}" in text


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_told_of_in_the_docstring(name):
    assert f"\n    {name}: " in inspect.cleandoc(Settings.__doc__)
