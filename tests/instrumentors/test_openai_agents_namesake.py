"""A package of the user's own named `agents`, like the OpenAI Agents SDK's, is none of our business."""

import os
import subprocess
import sys
from pathlib import Path

import gradient.runtime

ROOT = Path(gradient.runtime.__file__).parents[2]
PROGRAM = """
from gradient.sdk import entrypoint
from agents.models.interface import Model


@entrypoint
def ask():
    return Model().get_answer()


print(ask())
"""


def test_its_models_are_left_alone_without_a_word(tmp_path, home):
    models = tmp_path / "agents" / "models"
    models.mkdir(parents=True)
    (tmp_path / "agents" / "__init__.py").write_text("")
    (models / "__init__.py").write_text("")
    (models / "interface.py").write_text("class Model:\n    def get_answer(self):\n        return 'mine'\n")
    environment = {**os.environ, "GRADIENT_HOME": str(home), "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}

    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "mine\n", "")
