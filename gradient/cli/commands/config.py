"""`gradient config`: which settings hold, where each comes from, and how to change the user's own."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from gradient.cli.drawing import formats
from gradient.cli.drawing.page import Cell, table
from gradient.cli.drawing.pager import paged
from gradient.cli.messages import tell, warn
from gradient.cli.options import JsonOutput, json_option, print_json
from gradient.cli.settings.values import as_json_value, as_text, settings_for
from gradient.runtime.errors import ConfigError, UnknownSetting
from gradient.runtime.settings.fields import Settings
from gradient.runtime.settings.sources import Loaded, load_settings, user_config_file

_SCHEMA = "gradient.config/1"
_NAMES = [setting.name for setting in fields(Settings) if setting.init]


@click.group("config")
def command() -> None:
    """Show and change settings.

    Later wins: defaults, your own file, [tool.gradient] of the nearest pyproject.toml, GRADIENT_*, code.
    """


@command.command("show")
@json_option(_SCHEMA, rows="settings")
@click.pass_obj
def show(home: Path | None, as_json: JsonOutput | None) -> None:
    """List every setting, its value and where that comes from."""
    loaded = settings_for(home)
    if as_json:
        as_json.print({"schema": _SCHEMA, "settings": setting_rows(loaded)})
        return
    headings = [Cell(word, "dim") for word in ("SETTING", "VALUE", "FROM")]
    with paged() as page:
        page.print(table([headings, *map(_row, setting_rows(loaded))], width=page.width, shrink=1), cut=True)


def _row(setting: dict[str, Any]) -> list[Cell]:
    text = formats.one_line(as_text(setting["name"], setting["value"]))
    own = setting["origin"] != "default"
    return [
        Cell(setting["name"], "bold" if own else ""),
        Cell(text or "none", "" if text else "dim"),
        Cell(setting["origin"], "" if own else "dim"),
    ]


def setting_rows(loaded: Loaded) -> list[dict[str, Any]]:
    """Return each setting with its value and its origin, as plain data."""
    return [
        {"name": name, "value": as_json_value(getattr(loaded.settings, name)), "origin": loaded.origins[name]}
        for name in _NAMES
    ]


def _complete_names(_ctx: click.Context, _argument: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in _NAMES if name.startswith(incomplete)]


_name_argument = click.argument("name", shell_complete=_complete_names)


@command.command("get")
@_name_argument
@json_option(_SCHEMA)
@click.pass_obj
def get(home: Path | None, name: str, as_json: JsonOutput | None) -> None:
    """Print one setting, as GRADIENT_* would have it.

    What is not set prints an empty line.
    """
    if name not in _NAMES:
        raise _refusal(UnknownSetting(name, "the command line", _NAMES))
    loaded = settings_for(home)
    if as_json:
        as_json.print({"schema": _SCHEMA, **next(row for row in setting_rows(loaded) if row["name"] == name)})
    else:
        click.echo(as_text(name, getattr(loaded.settings, name)))


@command.command("set")
@_name_argument
@click.argument("value", required=False)
@click.option("--default", "to_default", is_flag=True, help="Take it out of your file again.")
def set_(name: str, value: str | None, to_default: bool) -> None:
    """Write a setting to your own file, or take it out.

    VALUE is checked by the rules of loading. Lists are separated by commas; put -- before a value that begins with -.
    """
    if (value is None) != to_default:
        raise click.UsageError("Give a value, or --default, which takes the setting out of your file.")
    from gradient.cli.settings.file import remove_setting, write_setting

    path = user_config_file()
    if value is None:
        if name not in _NAMES:
            raise _refusal(UnknownSetting(name, "the command line", _NAMES))
        removed = remove_setting(path, name)
        tell(f"{name} is no longer in {path}." if removed else f"{name} was not in {path}.")
    else:
        write_setting(path, name, _checked(name, value))
        tell(f"{name} is set in {path}.")
    origin = load_settings(on_error=warn).origins[name]
    if origin not in ("default", str(path)):
        warn(f"here, {origin} wins over it.")


@command.command("path")
def path_() -> None:
    """Print where your own file of settings is, or would be."""
    click.echo(user_config_file())


@command.command("schema")
def schema() -> None:
    """Print a JSON Schema of the settings, for editors and checks."""
    from gradient.cli.settings.schema import settings_schema

    print_json(settings_schema())


def _checked(name: str, value: str) -> Any:
    """Return a value as loading would make it.

    Raises:
        UsageError: Loading would not take it.
    """
    try:
        checked = getattr(load_settings({name: value}, environment={}, on_error=lambda _: None).settings, name)
    except ConfigError as error:
        raise _refusal(error) from None
    # In a file, a relative path would mean another folder for each program.
    return checked.absolute() if isinstance(checked, Path) else checked


def _refusal(error: ConfigError) -> click.UsageError:
    return click.UsageError(str(error).replace("(from configure())", "(from the command line)"))
