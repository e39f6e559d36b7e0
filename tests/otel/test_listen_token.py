"""Who listens beyond this machine wants a token, and a token that a person told is printed nowhere."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from gradient.ingest import Ingest, listening
from gradient.runtime.bearer import token_for, told_token
from gradient.runtime.settings.fields import Settings

ROOT = Path(__file__).parents[2]
TOKEN = "told-by-a-person-17"


def status_of(url, token=None):
    """Return what the server says to an empty request."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(f"{url}/v1/traces", b"{}", headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1", "::ffff:127.0.0.1", "0:0:0:0:0:0:0:1"])
def test_an_address_of_this_machine_alone_needs_no_token(host):
    assert token_for(host) is None


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "", "192.168.1.7", "box", "localhost.example.com", "127.0.0.1.nip.example", "fe80::1"]
)
def test_every_other_host_needs_one(host):
    assert token_for(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_token_is_wanted_on_addresses_of_both_kinds(home, host):
    ingest = Ingest(home, Settings(home=home))
    try:
        with listening(ingest, 0, host, TOKEN) as url:
            statuses = [status_of(url), status_of(url, TOKEN[:-1]), status_of(url, TOKEN + "x"), status_of(url, TOKEN)]
    except OSError:
        pytest.skip(f"{host} is none of this machine's")
    finally:
        ingest.close()

    assert statuses == [401, 401, 401, 200]


def test_a_token_is_told_by_a_variable_or_a_file(tmp_path):
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")

    assert told_token({}) is None
    assert told_token({"GRADIENT_LISTEN_TOKEN": TOKEN}) == TOKEN
    assert told_token({"GRADIENT_LISTEN_TOKEN_FILE": str(file)}) == TOKEN


@pytest.mark.parametrize(
    "environment",
    [
        {"GRADIENT_LISTEN_TOKEN": ""},
        {"GRADIENT_LISTEN_TOKEN": "short"},
        {"GRADIENT_LISTEN_TOKEN": "é" * 20},
        {"GRADIENT_LISTEN_TOKEN_FILE": "/nowhere/at/all"},
    ],
)
def test_a_token_that_protects_nothing_is_refused(environment):
    with pytest.raises(ValueError, match="GRADIENT_LISTEN_TOKEN"):
        told_token(environment)


def test_the_command_wants_the_told_token_and_prints_it_nowhere(home, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "GRADIENT_HOME": str(home), "GRADIENT_LISTEN_TOKEN": TOKEN}
    command = [sys.executable, "-m", "gradient.cli"]
    program = [*command, "ship", "--listen", "0"]
    with subprocess.Popen(program, env=environment, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as listener:
        try:
            first = listener.stderr.readline()
            url = first.split()[2].removesuffix("/v1/traces;")
            statuses = status_of(url), status_of(url, TOKEN)
        finally:
            listener.terminate()
        rest = listener.stderr.read()
    settings = subprocess.run(
        [*command, "config", "list"], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert statuses == (401, 200)
    assert TOKEN not in first + rest + settings.stdout + settings.stderr
