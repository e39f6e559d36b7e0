"""A store that is opened without saying where is the one that the settings name, as for the commands."""

import pytest

import gradient.store


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A working directory, and nothing that says where runs are recorded."""
    monkeypatch.delenv("GRADIENT_HOME", raising=False)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def recorded(process):
    process().request(1)


def test_the_home_of_the_projects_settings_is_opened(recorded, home, elsewhere):
    (elsewhere / "pyproject.toml").write_text(f'[tool.gradient]\nhome = "{home}"\n')

    with gradient.store.open() as store:
        assert store.home == home
        assert store.count() == 1


def test_the_home_of_the_users_own_settings_is_opened(recorded, home, elsewhere, tmp_path):
    file = tmp_path / "XDG_CONFIG_HOME" / "gradient" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(f'home = "{home}"\n')

    with gradient.store.open() as store:
        assert store.count() == 1


def test_a_variable_counts_more_than_a_file(recorded, home, elsewhere, monkeypatch):
    (elsewhere / "pyproject.toml").write_text('[tool.gradient]\nhome = "/nowhere"\n')
    monkeypatch.setenv("GRADIENT_HOME", str(home))

    with gradient.store.open() as store:
        assert store.home == home


def test_the_platforms_folder_is_opened_where_nothing_is_set(elsewhere, tmp_path):
    with gradient.store.open() as store:
        assert store.home == tmp_path / "XDG_DATA_HOME" / "gradient"


def test_who_names_a_home_is_not_held_up_by_settings_that_are_wrong(recorded, home, elsewhere):
    (elsewhere / "pyproject.toml").write_text("[tool.gradient]\nhomme = 1\n")

    with gradient.store.open(str(home)) as store:
        assert store.count() == 1
