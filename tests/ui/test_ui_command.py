"""`gradient ui` as a command."""

import json
import signal
import socket
import subprocess
import urllib.request

import pytest
from support.patience import PATIENCE_S


def ended(begun, *words, before=""):
    """Run the command where it is expected to fail; return its exit code and what it complained of."""
    program = [
        "-c",
        f"{before}\nimport sys; from gradient.cli import main; sys.exit(main())",
        "ui",
        "--no-open",
        *words,
    ]
    process = begun.begin(*program, stderr=subprocess.PIPE)
    _, complaint = process.communicate(timeout=PATIENCE_S)
    return process.returncode, complaint


def test_it_prints_its_address_answers_there_and_ends_with_ctrl_c(begun):
    address = begun.serve()

    with urllib.request.urlopen(f"{address}api/place") as answer:
        place = json.load(answer)

    assert place == {"home": str(begun.home), "project": "shop"}
    assert begun.stop() == 0


def test_ctrl_c_is_taken_as_soon_as_the_address_is_printed(begun):
    others = "import signal; signal.signal(signal.SIGINT, lambda *_: None); from gradient.cli import main"
    process = begun.begin("-c", f"{others}; main(['-q', 'ui', '--no-open', '--port', '0'])")
    process.stdout.readline()

    process.send_signal(signal.SIGINT)

    process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0


def test_it_tells_which_extra_is_missing(begun):
    code, complaint = ended(begun, before="import sys; sys.modules['starlette'] = None")

    assert (code, "pip install 'gradient-runtime[ui]'" in complaint) == (5, True)


def test_a_port_that_was_named_and_is_taken_is_not_replaced(begun):
    with socket.create_server(("127.0.0.1", 0)) as other:
        code, complaint = ended(begun, "--port", str(other.getsockname()[1]))

    assert (code, "--port" in complaint) == (1, True)


def test_a_host_that_is_not_ours_is_told(begun):
    code, complaint = ended(begun, "--host", "203.0.113.9", "--port", "0")

    assert (code, "203.0.113.9" in complaint) == (1, True)


def test_a_run_that_there_is_not_cannot_be_opened(begun):
    assert ended(begun, "--run", "ffff")[0] == 3


def test_for_others_the_address_has_a_token_that_is_new_each_time(begun):
    first = begun.serve("--host", "0.0.0.0")
    begun.stop()
    second = begun.serve("--host", "0.0.0.0")

    assert "?token=" in first
    assert first.partition("token=")[2] != second.partition("token=")[2]


@pytest.mark.parametrize("run", ["@last"])
def test_the_address_of_a_run_leads_to_it(begun, run):
    request_id = begun.gradient("demo").strip()

    assert begun.serve("--run", run).endswith(f"/#/run/{request_id}")
