"""No secret leaves in what is sent, exported, shown, told to children, or noted beside the journals."""

import builtins
import itertools
import json
import random
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from langchain_core.messages import HumanMessage
from starlette.testclient import TestClient
from support.made_up import MARKS, NAMES, values
from support.made_up_more import BLOCKS, COMMANDS, CREDENTIALS, PLACES, filled
from support.receiver import receiving

from gradient.export.formats import FORMATS
from gradient.export.ship.destination import Destination
from gradient.export.ship.shipper import Shipper
from gradient.export.ship.source import Manner
from gradient.sdk import annotate, configure, entrypoint, session, set_metadata, step
from gradient.store import SqliteStore
from gradient.ui.application import Shown, application

EACH = 60


def texts():
    """Return made-up secrets, in places of all sorts."""
    rng = random.Random("outside")
    made = [filled(pattern, rng) for pattern in (*rng.sample(CREDENTIALS, EACH), *BLOCKS, *rng.sample(COMMANDS, 20))]
    named = itertools.product(PLACES.values(), NAMES)
    made += [place.format(name=name, value=values(rng)) for place, name in rng.sample(list(named), EACH)]
    return [f"It said\n{text}\nand no more." for text in made]


class Refused(Exception):
    """What a client raises, of a cause and with notes."""


def refused(text):
    """Raise what tells a secret in its message, its cause, its context, its groups and its notes, as Python can."""
    group = vars(builtins).get("ExceptionGroup", lambda _, errors: errors[0])
    cause = ConnectionError(f"cannot reach {text}")
    cause.__cause__ = group(text, [ValueError(text)])
    cause.__context__ = KeyError(text)
    error = Refused(text)
    if hasattr(error, "add_note"):
        error.add_note(f"asked with {text}")
    raise error from cause


@entrypoint
def agent(text):
    set_metadata(note=text)
    annotate("said", words=text)
    with step("model", kind="llm", inputs={"messages": [HumanMessage(text)]}) as model:
        model.outputs = {"messages": [{"role": "assistant", "content": text}]}
    with step("tool", kind="tool", inputs={"arguments": json.dumps({"text": text})}, metadata={"more": [text]}):
        refused(text)


@pytest.fixture
def made(runtime, read_runs, monkeypatch, capsys, written):
    """Runs that were told secrets everywhere, and are on disk and in the index; what was printed of them."""
    secrets = texts()
    rng = random.Random("argv")
    monkeypatch.setattr(sys, "argv", [word for line in COMMANDS for word in shlex.split(filled(line, rng))][:200])
    configure(console="debug")
    for text in secrets:
        with pytest.raises(Refused), session("a session", metadata={"told": text}, tags=[text]):
            agent(text)
    runs = read_runs()
    assert len(runs) == len(secrets)
    assert runs[0]["error"]["message"]
    printed = capsys.readouterr()
    return runs, (printed.out + printed.err).encode()


def leaks(everything):
    return {mark: everything[max(0, at - 200) : at + 40] for mark in MARKS if (at := everything.find(mark)) >= 0}


def test_nothing_is_in_any_file_below_the_home_or_printed(made, written):
    _, printed = made

    assert b"ERROR" in printed
    assert leaks(printed) == {}
    assert leaks(written()) == {}


def test_nothing_is_in_what_is_shipped(made, home):
    runs, _ = made
    with receiving() as receiver:
        profiles = frozenset({"langfuse", "langsmith", "mlflow"})
        destination = Destination(url=f"{receiver.url}/v1/traces", timeout_s=60)
        shipper = Shipper(home, destination, Manner(profiles=profiles), tell=lambda _: None)
        shipper.round()
        shipper.close()
        sent = b"".join(body for _, _, body in receiver.requests)

    assert shipper.shipped.spans == 3 * len(runs)
    assert leaks(sent) == {}


def test_nothing_is_in_what_is_exported(made):
    runs, _ = made
    for name, form in FORMATS.items():
        exports = [runs] if form.several else [[run] for run in runs[:40]]

        exported = b"".join(itertools.chain(*map(form.write, exports)))

        assert b"agent" in exported or name == "mermaid"
        assert leaks(exported) == {}, name


def test_nothing_is_in_what_the_page_is_answered(made, home):
    runs, _ = made
    with TestClient(application(Shown(open_store=lambda: SqliteStore(home), home=home)), "http://localhost") as client:
        paths = ["runs?limit=500", "facets", "sessions", "stats", "errors"]
        for run in runs:
            paths.append(f"runs/{run['request_id']}")
            paths += [f"{paths[-1]}/executions/{execution['execution_id']}" for execution in run["executions"]]
        answers = [client.get(f"/api/{path}") for path in paths]

    assert {answer.status_code for answer in answers} == {200}
    assert leaks(b"".join(answer.content for answer in answers)) == {}


def test_nothing_is_told_to_children(runtime):
    program = "import os, sys; print(sys.orig_argv, dict(os.environ))"
    command = [sys.executable, "-c", program]

    @entrypoint(session_id=texts()[0], tags=texts()[:3])
    def starting(text):
        set_metadata(note=text)
        with step("child", inputs={"text": text}), ThreadPoolExecutor() as pool:
            run = pool.submit(subprocess.run, command, capture_output=True, check=True)
            return run.result().stdout + subprocess.run(command, capture_output=True, check=True).stdout

    told = b"".join(map(starting, texts()[:5]))

    assert b"PATH" in told
    assert leaks(told) == {}
