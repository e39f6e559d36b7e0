"""`gradient config` tells settings with their origins, and changes the user's own file and nothing else."""

import json
import re

import pytest
import tomlkit

from gradient.sdk import Settings

DEFAULTS = """\
SETTING                 VALUE  FROM
enabled                 true   default
home                    HOME   GRADIENT_HOME
project                 none   default
console                 off    GRADIENT_CONSOLE
console_stream          stderr default
content                 full   default
granularity             all    default
include                 none   default
"""


@pytest.fixture
def own_file(commands):
    """The user's file of settings; it does not exist yet."""
    return commands.folder.parent / "config" / "gradient" / "config.toml"


def written(own_file):
    return tomlkit.parse(own_file.read_text("utf-8")).unwrap()


def test_every_setting_is_listed_with_its_value_and_its_origin(commands):
    done = commands.gradient("config", "show")

    rows = [line.split() for line in done.stdout.replace(str(commands.home), "HOME").splitlines()]
    assert (done.returncode, done.stderr) == (0, "")
    assert rows[:9] == [line.split() for line in DEFAULTS.splitlines()]
    assert ["max_items", "1000", "default"] in rows


def test_on_a_terminal_what_is_not_a_default_stands_out(commands):
    shown = commands.on_a_terminal("config", "show", GRADIENT_MAX_ITEMS="7")

    (own,) = [line for line in shown.out.splitlines() if "max_items" in line]
    (default,) = [line for line in shown.out.splitlines() if "max_depth" in line]
    assert re.fullmatch(r"\x1b\[1mmax_items +\x1b\[0m7 +GRADIENT_MAX_ITEMS", own)
    assert re.fullmatch(r"max_depth +20 +\x1b\[2mdefault\x1b\[0m", default)


def test_json_has_values_of_their_own_types(commands, own_file):
    commands.gradient("config", "set", "exclude", "llm_*,tool_*")

    document = commands.json("config", "show")
    by_name = {row["name"]: row for row in document["settings"]}

    assert document["schema"] == "gradient.config/1"
    assert by_name["exclude"] == {"name": "exclude", "value": ["llm_*", "tool_*"], "origin": str(own_file)}
    assert (by_name["max_items"]["value"], by_name["project"]["value"]) == (1000, None)


def test_the_home_that_is_given_comes_from_its_option(commands, tmp_path):
    row = json.loads(commands.gradient("--home", tmp_path, "config", "get", "home", "--json").stdout)

    assert row == {"schema": "gradient.config/1", "name": "home", "value": str(tmp_path), "origin": "--home"}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("console", "summary", "summary"),
        ("enabled", "no", False),
        ("max_items", "7", 7),
        ("sample_rate", "0.25", 0.25),
        ("exclude", "llm_*,tool_*", ["llm_*", "tool_*"]),
        ("redact_patterns", r"\d{3,4}", [r"\d{3,4}"]),
        ("project", "shop", "shop"),
    ],
)
def test_what_is_set_is_written_as_its_type_and_holds_from_then_on(commands, own_file, name, text, value):
    done = commands.gradient("config", "set", name, text)
    del commands.environment["GRADIENT_CONSOLE"]

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith(f"{name} is set in {own_file}.\n")
    assert written(own_file) == {name: value}
    got = commands.gradient("config", "get", name).stdout
    assert commands.gradient("config", "set", name, got.rstrip("\n")).returncode == 0
    assert written(own_file) == {name: value}


def test_what_else_stands_in_the_file_stays(commands, own_file):
    own_file.parent.mkdir(parents=True)
    own_file.write_text("# mine\nmax_items = 3  # few\n\nmax_depth = 4\n")

    commands.gradient("config", "set", "max_items", "5")
    commands.gradient("config", "set", "max_depth", "--default")

    assert own_file.read_text() == "# mine\nmax_items = 5  # few\n\n"


def test_a_relative_home_is_written_as_the_folder_it_is_now(commands, own_file):
    commands.gradient("config", "set", "home", "traces")

    assert written(own_file) == {"home": str(commands.folder / "traces")}


def test_where_something_stronger_wins_it_says_so(commands):
    done = commands.gradient("config", "set", "console", "debug")

    assert done.stderr.endswith("gradient: here, GRADIENT_CONSOLE wins over it.\n")


def test_taking_out_what_is_not_there_is_told(commands, own_file):
    done = commands.gradient("config", "set", "max_items", "--default")

    assert (done.returncode, done.stderr) == (0, f"max_items was not in {own_file}.\n")
    assert not own_file.exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["set", "max_item", "3"], "There is no setting 'max_item' (from the command line). Did you mean 'max_items'?"),
        (["set", "max_items", "many"], "max_items is 'many'; it must be a whole number."),
        (["set", "max_items", "0"], "it must be more than 0"),
        (["set", "console", "loud"], "one of off, summary, nodes, debug"),
        (["set", "redact_hook", "my.hook"], "it must be a function"),
        (["set", "instrumentors", "langgraff"], "it must be some of"),
        (["set", "max_items"], "Give a value, or --default"),
        (["set", "max_items", "3", "--default"], "Give a value, or --default"),
        (["set", "max_item", "--default"], "Did you mean 'max_items'?"),
        (["get", "max_item"], "Did you mean 'max_items'?"),
    ],
)
def test_what_loading_would_not_take_is_wrong_usage_and_changes_nothing(commands, own_file, arguments, told):
    done = commands.gradient("config", *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert not own_file.exists()


def test_a_file_that_is_no_toml_is_told_and_stays(commands, own_file):
    own_file.parent.mkdir(parents=True)
    own_file.write_text("max_items = = 3\n")

    done = commands.gradient("config", "set", "max_items", "5")

    assert done.returncode == 1
    assert f"{own_file} is no valid TOML" in done.stderr
    assert own_file.read_text() == "max_items = = 3\n"


def test_a_file_that_cannot_be_written_is_told(commands, own_file):
    own_file.parent.parent.mkdir(parents=True)
    own_file.parent.write_text("a file where a folder should be")

    done = commands.gradient("config", "set", "max_items", "5")

    assert done.returncode == 1
    assert f"{own_file}: Not a directory." in done.stderr


def test_the_path_is_that_of_the_users_own_file(commands, own_file):
    assert commands.gradient("config", "path").stdout == f"{own_file}\n"


def test_the_schema_describes_every_setting_that_a_file_can_hold(commands):
    schema = json.loads(commands.gradient("config", "schema").stdout)

    defaults = {name: setting.get("default") for name, setting in schema["properties"].items()}
    assert set(defaults) == {name for name in Settings.__dataclass_fields__ if name not in {"limits", "redact_hook"}}
    assert schema["additionalProperties"] is False
    assert schema["properties"]["console"]["enum"] == ["off", "summary", "nodes", "debug"]
    assert all(setting["description"] for setting in schema["properties"].values())
    assert {name: value for name, value in defaults.items() if value is not None} == {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in ((name, getattr(Settings(), name)) for name in defaults)
        if value is not None
    }


def test_the_variable_that_names_the_pager_is_no_setting(commands):
    assert commands.gradient("config", "show", GRADIENT_PAGER="cat").stderr == ""
