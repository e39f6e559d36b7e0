"""What commands about the installation print, to the letter but for machine and day: on a terminal and in a pipe.

A change that is meant: `WRITE_GOLDEN=1 pytest tests/cli/test_cli_golden_installation.py`, then read the difference.
"""

import os
import re
from pathlib import Path

import pytest

from gradient.runtime.frameworks import FRAMEWORKS

GOLDEN = Path(__file__).with_name("golden")
SHOWN = {
    "doctor": (["doctor"], {}),
    "doctor-problems": (["doctor"], {"GRADIENT_CONSOL": "off", "GRADIENT_ENABLED": "no"}),
    "instrumentors": (["instrumentors"], {}),
    "config-show": (["config", "show"], {"GRADIENT_EXCLUDE": "llm_*,tool_*"}),
    "config-schema": (["config", "schema"], {}),
    "demo": (["demo", "--error"], {}),
}
FRAMEWORKS_BUT_PYTHON = "|".join(framework.name for framework in FRAMEWORKS if framework.module)
DIFFERS = (
    (r"\x1b", "␛"),
    (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "ID"),
    (r"^((?:␛\[2m)?(?:gradient|python|platform) ).*$", r"\1..."),
    (r"[\d.]+ .B free", "ROOM free"),
    (rf"^(␛\[1m)?({FRAMEWORKS_BUT_PYTHON})\b.*\n((␛\[\d+m)?  .*\n)*\n?", ""),  # what is installed of these differs
    (r"(?s)\n(␛\[2m)?(OTHER TRACER|No other tracer).*", ""),
    (r" {2,}", "  "),  # tables are as wide as the folders in them
    (r" +$", ""),
)


def readable(text, commands):
    """Return what was printed, without what differs from machine to machine and from day to day."""
    text = text.replace("\r\n", "\n").replace(str(commands.folder.parent), "FOLDER")
    for pattern, stand_in in DIFFERS:
        text = re.sub(pattern, stand_in, text, flags=re.MULTILINE)
    return text


@pytest.mark.parametrize("where", ["pipe", "terminal"])
@pytest.mark.parametrize("name", SHOWN)
def test_commands_print_what_they_printed_before(commands, name, where):
    arguments, environment = SHOWN[name]
    environment = {"GRADIENT_INSTRUMENTORS": "threads", **environment}

    if where == "pipe":
        printed = commands.gradient(*arguments, **environment).stdout
    else:
        printed = commands.on_a_terminal(*arguments, columns=300, **environment).out
    printed = readable(printed, commands)

    golden = GOLDEN / f"{name}.{where}.txt"
    if os.environ.get("WRITE_GOLDEN"):
        golden.write_text(printed, "utf-8")
    assert printed == golden.read_text("utf-8")
