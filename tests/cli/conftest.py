"""The command as users run it: another process, with a home and a folder of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support import machine
from support.patience import PATIENCE_S
from support.terminal import on_a_terminal

import gradient.store

ROOT = Path(gradient.store.__file__).parents[2]

AGENT = """
from gradient.sdk import annotate, entrypoint, session, step

@entrypoint
def shop_agent(question):
    with step("graph", kind="graph"):
        with step("planner"):
            with step("gpt", kind="llm") as call:
                call.set_usage(input_tokens=1204, output_tokens=311, cost_usd=0.0041, model="gpt-4o")
        try:
            with step("search", kind="tool", inputs={"q": question}):
                raise ConnectionError("line is\\ndead")
        except ConnectionError:
            annotate("gave up")
        with step("writer"):
            if question == "bad":
                raise ValueError("no stock")
    return "answer"
"""


class Commands:
    """Runs `gradient` and scripts, with the same environment."""

    def __init__(self, folder, home):
        self.folder = folder
        self.home = home
        self.environment = {
            **machine.variables(),
            "PYTHONPATH": str(ROOT),
            "PYTHONIOENCODING": "utf-8",
            "GRADIENT_HOME": str(home),
            "GRADIENT_CONSOLE": "off",
            "HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder.parent / "config"),
        }

    def python(self, *arguments, **environment):
        return subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=self.folder,
            env={**self.environment, **environment},
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=PATIENCE_S,
        )

    def gradient(self, *arguments, **environment):
        return self.python("-m", "gradient.cli", *arguments, **environment)

    def on_a_terminal(self, *arguments, columns=100, keyboard=False, keys="", **environment):
        """Run the command with its stdout on a terminal; with `keyboard`, somebody sits there."""
        return on_a_terminal(
            ["-m", "gradient.cli", *arguments],
            folder=self.folder,
            environment={**self.environment, **environment},
            columns=columns,
            keyboard=keyboard,
            keys=keys,
        )

    def json(self, *arguments):
        done = self.gradient(*arguments, "--json")
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout)

    def script(self, name, source):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, "utf-8")
        return path

    def agent(self, *questions):
        """Let the shop's agent answer, each question in a run."""
        calls = "".join(f"\ntry: shop_agent({question!r})\nexcept ValueError: pass\n" for question in questions)
        done = self.python(self.script("agent.py", AGENT + calls))
        assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def commands(tmp_path):
    folder = tmp_path / "shop"
    folder.mkdir()
    return Commands(folder, tmp_path / "home")
