"""What users add to what is withheld, and what happens when that fails."""

import pytest
from support.scripted import graph_of

from gradient.sdk import configure, entrypoint, set_metadata, step

WITHHELD = {"$redacted": "redaction failed"}


def given_of(run):
    return run["inputs"]["given"]


@pytest.mark.parametrize("key", ["patient name", "patientName", "PATIENT_NAME", "patient-name", "patientname"])
def test_keys_that_users_add_are_withheld_in_every_spelling(agent, read_runs, written, key):
    configure(redact_keys=["patient name", "iban"])

    agent({key: "Ada Lovelace", "IBAN": "DE00 1234", "name": "kept"})

    assert b"Ada Lovelace" not in written()
    assert b"DE00 1234" not in written()
    assert given_of(read_runs()[0])["name"] == "kept"


@pytest.mark.parametrize("text", ["AB1234567", "before\nAB1234567", 'quoted "AB1234567"', "Grüße AB1234567"])
def test_patterns_that_users_add_are_withheld_in_any_text(agent, written, text):
    configure(redact_patterns=[r"(?m)(?:^|(?<=\W))[A-Z]{2}\d{7}\b"])

    @entrypoint(metadata={"passport": text}, tags=[text])
    def failing():
        raise ValueError(text)

    agent([text, {text: 1}])
    with pytest.raises(ValueError, match="AB1234567"):
        failing()

    assert b"AB1234567" not in written()


def test_patterns_do_not_run_over_the_json_of_a_payload(agent, read_runs):
    configure(redact_patterns=[r"given", r"[{}]"])

    agent({"plain": 1})

    assert read_runs()[0]["inputs"] == {"[redacted]": {"plain": 1}}


def test_a_hook_decides_what_is_recorded(agent, read_runs):
    configure(redact_hook=lambda payload: {"only": sorted(payload)} if isinstance(payload, dict) else payload)

    agent({"a": 1})

    assert read_runs()[0]["inputs"] == {"only": ["given"]}


def test_a_hook_is_given_plain_data_that_is_not_the_users_own(agent):
    shown = []

    def hook(payload):
        shown.append(payload)
        payload.clear() if isinstance(payload, dict) else None
        return payload

    configure(redact_hook=hook)
    state = {"password": "hunter2", "kept": {1, 2}}

    assert agent(state) is state

    assert state == {"password": "hunter2", "kept": {1, 2}}
    assert shown != []


def test_a_hook_sees_every_payload(read_runs):
    configure(redact_hook=lambda payload: {"hooked": True})

    def node(state):
        set_metadata(a=1)
        with step("inside", inputs=1) as block:
            block.outputs = 2
            block.event("said", words="some")
        return {"value": 1}

    entrypoint(graph_of(node).invoke)({"value": 0})

    (run,) = read_runs()
    payloads = [run["inputs"], run["outputs"]]
    for execution in run["executions"]:
        payloads += [execution["inputs"], execution["outputs"], *(e["attributes"] for e in execution["events"])]
    assert [payload for payload in payloads if payload != {"hooked": True}] == []


@pytest.mark.parametrize(
    "hook",
    [lambda payload: 1 / 0, lambda payload: object(), lambda payload: payload.missing, lambda: None],
    ids=["raises", "returns no plain data", "raises at once", "takes no argument"],
)
def test_a_hook_that_fails_withholds_the_payload(agent, read_runs, written, hook):
    configure(redact_hook=hook)

    assert agent("something private") == "something private"

    assert b"something private" not in written()
    (run,) = read_runs()
    assert (run["inputs"], run["outputs"], run["status"]) == (WITHHELD, WITHHELD, "completed")


def test_a_redactor_that_fails_withholds_the_value(agent, monkeypatch, runtime, read_runs, written):
    def fail(*_):
        raise RuntimeError

    monkeypatch.setattr(runtime.tracking.capture.redactor, "clean_text", fail)
    monkeypatch.setattr(runtime.tracking.capture.redactor, "holds_secret", fail)
    monkeypatch.setattr(runtime.tracking.capture, "_suspects", fail)

    @entrypoint(tags=["a private tag"])
    def failing(given):
        raise ValueError(given)

    with pytest.raises(ValueError, match="something private"):
        failing("something private")

    assert b"private" not in written()
    (run,) = read_runs()
    assert run["inputs"] == WITHHELD
    assert run["error"]["message"] == "[redaction failed]"


def test_no_content_is_written_where_none_is_wanted(written, read_runs):
    configure(content="none")

    def node(state):
        set_metadata(note="something private")
        return {"value": "something private"}

    result = entrypoint(graph_of(node).invoke)({"value": "something private"})

    assert result == {"value": "something private"}
    assert b"something private" not in written()
    (run,) = read_runs()
    assert run["inputs"] == {"$redacted": "content is not recorded"}
    assert [execution["name"] for execution in run["executions"]] == ["LangGraph", "node"]


def test_inputs_and_outputs_of_one_entrypoint_can_be_left_out(runtime, written):
    @entrypoint(capture_inputs=False, capture_outputs=False)
    def quiet(given):
        return given

    quiet("something private")

    assert b"something private" not in written()


def test_only_the_owner_can_read_what_is_written(agent, home, written):
    agent("something")
    written()

    modes = {path: path.stat().st_mode & 0o777 for path in [home, *home.rglob("*")]}

    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}
