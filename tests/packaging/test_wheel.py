"""The wheel holds our packages and nothing else, and works where nothing else of ours is."""

import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # Builds and installs.

ROOT = Path(__file__).parents[2]
FRAMEWORKS = ["langchain-core>=0.3", "langgraph>=0.2.57"]
IMPORTED = """
import sys
before = set(sys.modules)
import gradient.sdk
assert "site-packages" in gradient.sdk.__file__
print(*{name.partition(".")[0] for name in set(sys.modules) - before})
"""


def files_of(wheel):
    """Return the names in a wheel, without those of its `.dist-info`."""
    names = zipfile.ZipFile(wheel).namelist()
    return {name for name in names if not name.partition("/")[0].endswith(".dist-info")}


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(wheel):
    kept = {path.relative_to(ROOT).as_posix() for path in (ROOT / "gradient").rglob("*") if path.is_file()}

    assert files_of(wheel) == {name for name in kept if "__pycache__" not in name}


def test_the_wheel_leaves_the_top_of_the_namespace_to_others(wheel):
    assert {name for name in files_of(wheel) if name.count("/") < 2} == set()


def test_every_package_is_marked_as_typed(wheel):
    files = files_of(wheel)
    packages = {name.split("/")[1] for name in files}

    assert packages == {name.split("/")[1] for name in files if name.endswith("/py.typed")}


def test_the_source_distribution_holds_what_its_makefile_runs(sdist):
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert {"Makefile", "scripts/install", "examples/demo.py", "tests/conftest.py", ".ci/run", ".ci/matrix"} <= names


def test_the_source_distribution_builds_the_same_wheel(sdist, wheel, build, tmp_path):
    assert files_of(build("wheel", sdist, tmp_path)) == files_of(wheel)


def test_the_command_traces_a_script_and_lists_its_run(wheel, environment, agent):
    environment.install(wheel)

    assert environment.traced(agent) == ("answer\n", [("shop_agent", "completed", 1)])


def test_importing_the_sdk_loads_no_framework(wheel, environment):
    environment.install(wheel, *FRAMEWORKS)
    environment.python("import langchain_core, langgraph.graph")  # They are here, and would load.

    imported = environment.python(IMPORTED).split()

    assert {"gradient", "msgspec"} <= set(imported)
    assert not {"langchain_core", "langgraph", "langsmith", "pydantic", "httpx"} & set(imported)
