"""Where settings come from, which of two wins, and what becomes of those that cannot be used."""

from dataclasses import fields
from pathlib import Path

import pytest

from gradient.runtime import get_runtime_manager
from gradient.runtime.errors import ConfigError, UnknownSetting
from gradient.runtime.settings.sources import load_settings
from gradient.sdk import Settings, configure, entrypoint

FROM_TEXT = {
    "enabled": ("no", False),
    "home": ("~/traces", Path.home() / "traces"),
    "project": ("shop", "shop"),
    "console": ("debug", "debug"),
    "console_stream": ("stdout", "stdout"),
    "content": ("short", "short"),
    "granularity": ("nodes", "nodes"),
    "include": ("plan*, node_act", ("plan*", "node_act")),
    "exclude": ("noise", ("noise",)),
    "redact_keys": ("iban,patient name", ("iban", "patient name")),
    "redact_patterns": (r"\d{16}", (r"\d{16}",)),
    "instrumentors": ("langgraph", ("langgraph",)),
    "disabled_instrumentors": ("threads,langchain", ("threads", "langchain")),
    "root_runs": ("off", False),
    "sample_rate": ("0.25", 0.25),
    "max_string_chars": ("10", 10),
    "max_payload_bytes": ("1000", 1000),
    "max_items": ("7", 7),
    "max_depth": ("3", 3),
    "retention_days": ("0.5", 0.5),
    "retention_bytes": ("1000000", 1_000_000),
    "media": ("keep", "keep"),
    "max_medium_bytes": ("1000", 1_000),
    "max_media_bytes": ("9000", 9_000),
    "prices": ("/somewhere/prices.json", Path("/somewhere/prices.json")),
    "otlp_endpoint": ("http://localhost:4318", "http://localhost:4318"),
    "otlp_profiles": ("langfuse,mlflow", ("langfuse", "mlflow")),
    "otlp_in_flight_s": ("30", 30.0),
    "otlp_exit_s": ("0", 0.0),
    "otlp_metrics": ("off", False),
    "otlp_live": ("on", True),
    "propagate_to": ("*.example.com", ("*.example.com",)),
}


@pytest.fixture
def project_folder(tmp_path):
    """A folder below one with a pyproject.toml; returns the folder and a function that writes the file."""
    folder = tmp_path / "project" / "src"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def write_pyproject(project_folder):
    return (project_folder.parent / "pyproject.toml").write_text


@pytest.fixture
def write_user_config(tmp_path):
    path = tmp_path / "config" / "gradient" / "config.toml"
    path.parent.mkdir(parents=True)
    return path.write_text


@pytest.mark.parametrize("name", FROM_TEXT)
def test_every_setting_is_read_from_the_environment_as_its_own_type(name):
    text, value = FROM_TEXT[name]

    loaded = load_settings(environment={f"GRADIENT_{name.upper()}": text})

    assert getattr(loaded.settings, name) == value
    assert loaded.origins[name] == f"GRADIENT_{name.upper()}"


def test_the_table_above_holds_every_setting_that_text_can_give():
    settings = {setting.name for setting in fields(Settings) if setting.init}

    assert settings - set(FROM_TEXT) == {"redact_hook"}


def test_each_place_wins_over_the_one_before(project_folder, write_user_config, write_pyproject):
    def item_limit(overrides=None, **environment):
        loaded = load_settings(overrides, environment=environment, folder=project_folder)
        return loaded.settings.max_items, loaded.origins["max_items"].rpartition("/")[2]

    told = [item_limit()]
    write_user_config("max_items = 1")
    told.append(item_limit())
    write_pyproject("[tool.gradient]\nmax_items = 2")
    told.append(item_limit())
    told.append(item_limit(GRADIENT_MAX_ITEMS="3"))
    told.append(item_limit({"max_items": 4}, GRADIENT_MAX_ITEMS="3"))

    assert told == [
        (1000, "default"),
        (1, "config.toml"),
        (2, "pyproject.toml"),
        (3, "GRADIENT_MAX_ITEMS"),
        (4, "configure()"),
    ]


def test_settings_of_different_places_add_up(project_folder, write_user_config, write_pyproject):
    write_user_config('console = "off"')
    write_pyproject("[tool.gradient]\nroot_runs = false")

    settings = load_settings(environment={"GRADIENT_MAX_DEPTH": "5"}, folder=project_folder).settings

    assert (settings.console, settings.root_runs, settings.max_depth) == ("off", False, 5)


@pytest.mark.parametrize(
    "wrong",
    [
        ("GRADIENT_CONSOLE", "loud", "one of off, summary, nodes, debug"),
        ("GRADIENT_MAX_ITEMS", "many", "a whole number"),
        ("GRADIENT_MAX_ITEMS", "0", "more than 0"),
        ("GRADIENT_ENABLED", "perhaps", "true or false"),
        ("GRADIENT_REDACT_PATTERNS", "(", "a regular expression"),
        ("GRADIENT_REDACT_HOOK", "my_module.hook", "a function"),
        ("GRADIENT_INSTRUMENTORS", "langgraff", "some of"),
        ("GRADIENT_DISABLED_INSTRUMENTORS", "langgraff", "some of"),
        ("GRADIENT_CONSOL", "off", "'console'"),
    ],
)
def test_a_variable_that_cannot_be_used_is_told_and_ignored(monkeypatch, capsys, read_runs, wrong):
    variable, text, says = wrong
    monkeypatch.setenv(variable, text)
    if variable != "GRADIENT_CONSOLE":
        monkeypatch.setenv("GRADIENT_CONSOLE", "off")
    monkeypatch.setenv("GRADIENT_PROJECT", "still-read")

    @entrypoint
    def agent():
        return "an answer"

    agent()

    warnings = [line for line in capsys.readouterr().err.splitlines() if "Warning" in line]
    assert len(warnings) == 1
    assert says in warnings[0]
    assert warnings[0].endswith("It is ignored.")
    assert [run["project"] for run in read_runs()] == ["still-read"]


def test_a_broken_pyproject_is_told_and_ignored(monkeypatch, capsys, project_folder, write_pyproject, read_runs):
    write_pyproject("[tool.gradient\nmax_items = 1")
    monkeypatch.chdir(project_folder)

    entrypoint(len)("four")

    assert "must be valid TOML" in capsys.readouterr().err
    assert len(read_runs()) == 1


def test_a_file_whose_table_is_no_table_gives_no_settings(project_folder, write_pyproject):
    write_pyproject("tool = 3")

    assert load_settings(environment={}, folder=project_folder).settings == Settings()


@pytest.mark.parametrize(
    "wrong",
    [
        {"console": "loud"},
        {"max_items": 0},
        {"max_items": "many"},
        {"sample_rate": 1.5},
        {"enabled": "perhaps"},
        {"redact_patterns": ["("]},
        {"redact_hook": "my_module.hook"},
        {"instrumentors": ["langgraff"]},
        {"project": 3},
        {"home": 3},
        {"exclude": [1]},
    ],
)
def test_a_value_that_configure_cannot_use_raises_and_changes_nothing(runtime, wrong):
    with pytest.raises(ConfigError) as caught:
        configure(**wrong)

    assert caught.value.setting in wrong
    assert get_runtime_manager() is runtime
    assert all(instrumentor.is_installed() for instrumentor in runtime._instrumentors)


def test_an_unknown_setting_is_told_with_the_nearest_name(runtime):
    with pytest.raises(UnknownSetting, match="Did you mean 'max_items'") as caught:
        configure(max_item=3)

    assert caught.value.nearest == "max_items"


def test_configure_works_beside_a_variable_that_cannot_be_used(monkeypatch, capsys):
    monkeypatch.setenv("GRADIENT_MAX_ITEMS", "many")

    settings = configure(max_depth=3).settings

    assert (settings.max_depth, settings.max_items) == (3, 1000)
    assert "GRADIENT" not in capsys.readouterr().out


def test_later_calls_of_configure_add_to_earlier_ones():
    configure(max_depth=3, max_items=4)

    settings = configure(max_items=5).settings

    assert (settings.max_depth, settings.max_items) == (3, 5)


def test_the_project_is_the_name_in_pyproject_or_else_the_folder(monkeypatch, project_folder, write_pyproject):
    monkeypatch.chdir(project_folder)
    unnamed = configure().recorder.project
    write_pyproject('[project]\nname = "shop"')

    named = configure().recorder.project

    assert (unnamed, named) == ("src", "shop")
