"""Whatever the tests install is pinned: nothing that somebody releases tomorrow changes what they find."""

import re
from runpy import run_path

import pytest
import tomli as tomllib
from documents import ROOT
from packaging.markers import Marker
from packaging.requirements import Requirement

PINS = ROOT / "pins"
_SCRIPT = run_path(str(ROOT / "scripts" / "pins"))
_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
_PIN = re.compile(r"[a-z0-9-]+==[\w.+!]+( ; [\w<>=!.*' ()]+)?")


def _asked_of(group):
    for asked in _PROJECT["dependency-groups"][group]:
        yield from [asked] if isinstance(asked, str) else _asked_of(asked["include-group"])


def _missing(file, asked, python="3.11"):
    """Return which requirements of a Python no pin of a file satisfies."""
    of_this = {"python_full_version": f"{python}.1", "python_version": python}
    versions = _SCRIPT["versions"](PINS / file)

    def is_pinned(one):
        pinned = versions.get(re.sub(r"[-_.]+", "-", one.name).lower())
        return pinned and any(one.specifier.contains(version) for version in pinned.split("/"))

    wanted = [one for one in map(Requirement, asked) if one.marker is None or one.marker.evaluate(of_this)]
    return [str(one) for one in wanted if not is_pinned(one)]


def test_every_environment_has_its_pins_and_every_file_belongs_to_one():
    """`scripts/pins` writes them."""
    assert sorted(path.relative_to(PINS).as_posix() for path in PINS.rglob("*.*")) == sorted(_SCRIPT["files"]())


@pytest.mark.parametrize("file", _SCRIPT["files"]())
def test_a_pin_is_a_name_and_a_version_and_no_address(file):
    lines = (PINS / file).read_text("utf-8").splitlines()

    assert lines
    assert [line for line in lines if not _PIN.fullmatch(line)] == []


@pytest.mark.parametrize("line", _SCRIPT["lines"]())
def test_the_pins_of_a_line_are_what_it_asks_for(line):
    python, _, *asked = line.split()
    wanted = [*asked, *_PROJECT["project"]["dependencies"], *_asked_of("test")]

    assert _missing(_SCRIPT["file_of"](line), wanted, python) == []


def test_lines_that_ask_for_different_things_have_different_pins():
    asked = {(line.split()[0], *line.split()[2:]) for line in _SCRIPT["lines"]() if line.split()[2:]}

    assert len({_SCRIPT["file_of"](f"{python} all {' '.join(rest)}") for python, *rest in asked}) == len(asked)


@pytest.mark.parametrize("group", _SCRIPT["GROUPS"])
def test_the_pins_of_a_group_are_what_pyproject_asks_for(group):
    assert _missing(f"{group}.txt", [*_PROJECT["project"]["dependencies"], *_asked_of(group)]) == []


def test_a_dependency_that_is_not_pinned_is_found():
    assert _missing("dev.txt", ["not-there", "click<8", "click"]) == ["not-there", "click<8"]


@pytest.mark.parametrize("python", ["3.10", "3.11", "3.12", "3.13"])
@pytest.mark.parametrize("file", ["demo.txt", "dev.txt", "bench.txt", "build.txt"])
def test_a_python_installs_one_version_of_each(file, python):
    of_this = {"python_full_version": f"{python}.1", "python_version": python}
    pins = [line.partition(" ; ") for line in (PINS / file).read_text("utf-8").splitlines()]
    names = [pin.partition("==")[0] for pin, _, marker in pins if not marker or Marker(marker).evaluate(of_this)]

    assert [name for name in names if names.count(name) > 1] == []
