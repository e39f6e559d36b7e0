"""Settings from code: what `configure` changes at once, and how it says what is wrong."""

from pathlib import Path

import pytest

from gradient.runtime import ConfigError, GradientError, UnknownSetting, get_runtime_manager
from gradient.runtime.frameworks import known_names
from gradient.sdk import Settings, configure, entrypoint, step


def test_settings_apply_to_functions_that_are_decorated_already(runtime, read_runs, tmp_path):
    @entrypoint
    def agent(question):
        return question

    configure(content="none")
    agent("secret")

    (run,) = read_runs()
    assert "secret" not in str(run)


def test_later_calls_add_to_earlier_ones(runtime):
    configure(console="summary")
    manager = configure(max_items=7)

    assert (manager.settings.console, manager.settings.max_items) == ("summary", 7)
    assert get_runtime_manager() is manager


def test_what_is_refused_changes_nothing(runtime):
    configure(max_items=7)
    before = get_runtime_manager()

    with pytest.raises(ConfigError):
        configure(max_items=8, console="loud")

    assert get_runtime_manager() is before
    assert configure().settings.max_items == 7


def test_configuring_wins_over_the_environment(runtime, monkeypatch):
    monkeypatch.setenv("GRADIENT_MAX_ITEMS", "5")

    assert configure().settings.max_items == 5
    assert configure(max_items=6).settings.max_items == 6


def test_configuring_keeps_listeners_and_tracker(runtime):
    class Listening:
        def on_request_end(self, request):
            ended.append(request.entrypoint_name)

    ended = []
    runtime.add_listener(Listening())

    manager = configure(max_items=7)
    entrypoint(
        lambda: None,
    )()

    assert ended == ["<lambda>"]
    assert manager.get_tracker() is runtime.get_tracker()


def test_a_request_that_runs_goes_on_with_the_new_settings(runtime, read_runs):
    @entrypoint
    def agent():
        configure(content="none")
        with step("work"):
            return "shown"

    agent()

    (run,) = read_runs()
    assert (run["status"], run["outputs"]) == ("completed", {"$redacted": "content is not recorded"})
    assert [(e["name"], e["status"]) for e in run["executions"]] == [("work", "completed")]


def test_switching_off_from_code_stops_functions_that_are_decorated_already(runtime, read_runs):
    agent = entrypoint(lambda: 1)

    configure(enabled=False)
    assert agent() == 1
    configure(enabled=True)
    assert agent() == 1

    assert len(read_runs()) == 1


def test_another_home_takes_what_comes(runtime, read_runs, tmp_path):
    configure(home=tmp_path / "elsewhere")
    entrypoint(lambda: None)()

    assert read_runs() == []
    assert (tmp_path / "elsewhere" / "journal").is_dir()


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("consol", "console"), ("max_item", "max_items"), ("redact_key", "redact_keys"), ("sample_rte", "sample_rate")],
)
def test_an_unknown_setting_is_answered_with_the_nearest_name(runtime, name, nearest):
    with pytest.raises(UnknownSetting) as raised:
        configure(**{name: 1})

    assert (raised.value.setting, raised.value.nearest) == (name, nearest)
    assert str(raised.value) == f"There is no setting {name!r} (from configure()). Did you mean {nearest!r}?"


def test_an_unknown_setting_that_is_near_to_nothing_names_where_all_are(runtime):
    with pytest.raises(UnknownSetting) as raised:
        configure(xyzzy=1)

    assert raised.value.nearest is None
    assert str(raised.value) == (
        "There is no setting 'xyzzy' (from configure()). `gradient.sdk.Settings` lists all of them."
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"console": "loud"}, "console is 'loud'; it must be one of off, summary, nodes, debug."),
        ({"console_stream": "log"}, "console_stream is 'log'; it must be one of stderr, stdout."),
        ({"content": "some"}, "content is 'some'; it must be one of full, short, none."),
        ({"granularity": "llm"}, "granularity is 'llm'; it must be one of request, nodes, all."),
        ({"enabled": "maybe"}, "enabled is 'maybe'; it must be true or false."),
        ({"max_items": 0}, "max_items is 0; it must be more than 0."),
        ({"max_items": 1.5}, "max_items is 1.5; it must be a whole number."),
        ({"max_depth": "deep"}, "max_depth is 'deep'; it must be a whole number."),
        ({"retention_days": "long"}, "retention_days is 'long'; it must be a number."),
        ({"sample_rate": 2}, "sample_rate is 2.0; it must be between 0 and 1."),
        ({"project": 3}, "project is 3; it must be text."),
        ({"exclude": 3}, "exclude is 3; it must be a list of names."),
        ({"redact_hook": "hide"}, "redact_hook is 'hide'; it must be a function."),
        (
            {"disabled_instrumentors": ["langgraf"]},
            f"disabled_instrumentors is 'langgraf'; it must be some of {', '.join(sorted(known_names()))}.",
        ),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_used_is_answered_with_what_can(runtime, settings, message):
    with pytest.raises(ConfigError) as raised:
        configure(**settings)

    assert str(raised.value) == message
    assert isinstance(raised.value, GradientError)
    assert [raised.value.setting] == list(settings)


def test_a_pattern_that_is_none_is_answered_with_why(runtime):
    with pytest.raises(ConfigError, match=r"redact_patterns is '\('; it must be a regular expression \(missing \)"):
        configure(redact_patterns=["("])


def test_settings_can_be_built_and_are_checked():
    assert Settings().home is None
    assert Settings(home=Path("/tmp")).home == Path("/tmp")
    with pytest.raises(ConfigError):
        Settings(console="loud")
