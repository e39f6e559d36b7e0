"""What users install: the wheel, built from this checkout, in environments of its own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
AGENT = """
from gradient.sdk import entrypoint, step

@entrypoint
def shop_agent(question):
    with step("planner"):
        return "answer"

print(shop_agent("what?"))
"""


class Environment:
    """A virtual environment; what runs in it sees neither this checkout nor the environment of these tests."""

    def __init__(self, folder):
        self.folder = folder
        self.bin = folder / "venv" / "bin"
        make = [UV, "venv", "--quiet", "--python", sys.executable] if UV else [sys.executable, "-m", "venv"]
        self.run(*make, self.bin.parent)

    def install(self, *requirements):
        self._pip("install", *requirements)

    def uninstall(self, distribution):
        self._pip("uninstall", *([] if UV else ["--yes"]), distribution)

    def python(self, program):
        """Return what a program prints."""
        return self.run(self.bin / "python", "-c", program)

    def traced(self, agent):
        """Run an agent with the installed command; return its own output and the runs that the command lists then."""
        (self.folder / "agent.py").write_text(agent)
        printed = self.run(self.bin / "gradient", "run", "agent.py")
        runs = json.loads(self.run(self.bin / "gradient", "ls", "--json"))["runs"]
        return printed, [(run["entrypoint"], run["status"], run["executions"]) for run in runs]

    def run(self, *command):
        """Return what a command prints; fail with all of it where the command fails."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL"))}
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _pip(self, action, *arguments):
        python = self.bin / "python"
        pip = [UV, "pip", action, "--python", python] if UV else [python, "-m", "pip", action]
        self.run(*pip, *arguments)


def built(kind, source, folder):
    """Build a "wheel" or an "sdist" and return its path; the front end takes hatchling from the index."""
    build = [UV, "build", f"--{kind}", "--out-dir", folder, source]
    if not UV:
        if kind == "sdist":
            pytest.skip("pip cannot build an sdist; uv can, and is not here")
        build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", folder, source]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.glob("gradient_runtime-*.*")
    return path


@pytest.fixture(scope="session")
def index(tmp_path_factory):
    """Skip where no package index can be reached."""
    download = [UV, "pip", "install", "--refresh", "--dry-run", "--target"] if UV else None
    download = download or [sys.executable, "-m", "pip", "download", "--no-deps", "--dest"]
    command = [*download, tmp_path_factory.mktemp("reached"), "hatchling"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"No package index can be reached: {done.stderr.strip()}")


@pytest.fixture(scope="session")
def wheel(index, tmp_path_factory):
    """The wheel of this checkout."""
    return built("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def build(index):
    """The function that builds distributions."""
    return built


@pytest.fixture(scope="session")
def sdist(index, tmp_path_factory):
    """The source distribution of this checkout."""
    return built("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="session")
def agent():
    """A traced program of one node."""
    return AGENT


@pytest.fixture
def environment(index, tmp_path):
    """A new, empty virtual environment."""
    return Environment(tmp_path)
