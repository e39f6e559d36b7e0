"""What looks like a credential is never written, wherever it stands: bytes on disk are searched, not documents."""

import sys

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from support.scripted import ScriptedModel, graph_of

from gradient.runtime import install_runtime
from gradient.runtime.values.redaction import Redactor
from gradient.sdk import annotate, configure, entrypoint, session, set_metadata, step

LETTERS = "Ab0Cd1Ef2Gh3Ij4Kl5Mn6Op7Qr8St9Uv0Wx1Yz2"
SECRETS = {
    "openai": f"sk-proj-{LETTERS}",
    "anthropic": f"sk-ant-api03-{LETTERS}",
    "stripe": f"sk_live_{LETTERS}",
    "github": f"ghp_{LETTERS}",
    "github fine-grained": f"github_pat_{LETTERS}",
    "gitlab": f"glpat-{LETTERS}",
    "slack": f"xoxb-123456789012-{LETTERS}",
    "aws": "AKIA" + LETTERS[:16].upper(),
    "google": f"AIza{LETTERS}",
    "google oauth": f"ya29.{LETTERS}",
    "hugging face": f"hf_{LETTERS}",
    "langsmith": f"lsv2_pt_{LETTERS}",
    "jwt": f"eyJ{LETTERS}.eyJ{LETTERS * 20}.{LETTERS}",
    "bearer": f"Bearer {LETTERS}",
    "private key": f"-----BEGIN RSA PRIVATE KEY-----\n{LETTERS * 30}\n-----END RSA PRIVATE KEY-----",
    "url": f"postgres://ada:{LETTERS}@db.example.com/shop",
}
SECRET = SECRETS["openai"]
AROUND = [
    "{}",
    "line\n{}",
    "tab\t{}",
    'quoted "{}"',
    "a path\\{}",
    "Größe {} größer",
    "\x08{}",
    "first {0} second {0}",
    "({})",
    "key={}&more=1",
]  # fmt: skip


def core_of(secret):
    """Return the part of a credential that must not be on disk in any form."""
    return (LETTERS[:16].upper() if LETTERS[:16].upper() in secret else LETTERS).encode()


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("around", AROUND)
def test_a_credential_in_a_payload_is_withheld(agent, written, secret, around):
    agent({"plain": around.format(secret)})

    assert core_of(secret) not in written()


@pytest.mark.parametrize("text", ["risk-" + LETTERS, "a task-" + LETTERS, "https://example.com/a:b", "sk-short"])
def test_what_only_resembles_a_credential_is_kept(agent, read_runs, text):
    agent([text])

    assert read_runs()[0]["inputs"] == {"given": [text]}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("before", [0, 1, 15, 80, 99, 100, 101])
def test_a_credential_across_the_cut_is_not_half_kept(agent, written, secret, before):
    configure(max_string_chars=100)
    text = "." * before + " " + secret + " " + "." * 50_000

    agent({"text": text, text: 1, "list": [text] * 3})

    assert core_of(secret) not in written()
    assert core_of(secret)[:16] not in written()


def test_credentials_before_the_cut_do_not_pull_half_of_one_behind_it_in(agent, written):
    configure(max_string_chars=2_000)

    agent(" ".join([SECRETS["jwt"]] * 40))

    assert LETTERS[:16].encode() not in written()


def test_a_credential_where_the_payload_is_full_is_not_half_kept(agent, written):
    for room in range(400, 700, 7):
        configure(max_payload_bytes=room)
        agent(["." * 90] * 3 + [SECRET, SECRET])

    assert LETTERS[:12].encode() not in written()


def test_a_credential_as_a_key_is_withheld(agent, written):
    agent({SECRET: 1, f"x{'y' * 180} {SECRET}": 2, ("pair", SECRET): 3})

    assert LETTERS[:16].encode() not in written()


def test_a_credential_in_an_exception_is_withheld_from_message_and_stack_trace(runtime, read_runs, written):
    def fail():
        raise ValueError("no access with sk-proj-Ab0Cd1Ef2Gh3Ij4Kl5Mn6Op7Qr8St9Uv0Wx1Yz2")

    def node(state):
        fail()

    with pytest.raises(ValueError, match=LETTERS):
        entrypoint(graph_of(node).invoke)({"value": 1})

    assert LETTERS.encode() not in written()
    error = read_runs()[0]["error"]
    assert error["message"] == "no access with sk-[redacted]"
    assert "in fail" in error["stacktrace"]


@pytest.mark.parametrize(
    ("message", "recorded"),
    [
        ("cannot log in: password='hunter2-and-more'", "cannot log in: password='[redacted]'"),
        ('{"api_key": "hunter2-and-more"}', '{"api_key": "[redacted]"}'),
        ("GET /v1?q=a&api_key=hunter2-and-more&n=1", "GET /v1?q=a&api_key=[redacted]&n=1"),
        ("max_tokens=5 next_token=abc", "max_tokens=5 next_token=abc"),
        ("unexpected token: comma", "unexpected token: comma"),
    ],
)
def test_a_secret_named_in_a_message_is_withheld(runtime, read_runs, message, recorded):
    @entrypoint
    def failing():
        raise RuntimeError(message)

    with pytest.raises(RuntimeError):
        failing()

    assert read_runs()[0]["error"]["message"] == recorded


@pytest.mark.parametrize(
    "arguments",
    [[f"--key={SECRET}"], ["--password", LETTERS], [f"--api-key={LETTERS}"], [f"DB_PASSWORD={LETTERS}"], [SECRET]],
)
def test_the_command_line_is_cleaned(monkeypatch, agent, read_runs, written, arguments):
    monkeypatch.setattr(sys, "argv", ["agent.py", *arguments, "--verbose"])

    agent(1)

    assert LETTERS.encode() not in written()
    argv = read_runs()[0]["process"]["argv"]
    assert (argv[0], argv[-1], len(argv)) == ("agent.py", "--verbose", len(arguments) + 2)


def test_credentials_in_names_tags_and_ids_are_withheld(runtime, written):
    @entrypoint(name=f"agent {SECRET}", tags=[SECRET, f"tag {SECRET}"], session_id=f"for {SECRET}", user_id=SECRET)
    def named():
        annotate(f"event {SECRET}", note=SECRET)
        set_metadata(**{SECRET: 1})
        with step(SECRET), step(f"search {SECRET}", kind="tool") as block:
            block.set_usage(input_tokens=1, model=f"model {SECRET}", provider=SECRET)

    with session(SECRET, user_id=SECRET, tags=[SECRET]):
        named()

    assert LETTERS.encode() not in written()


def test_credentials_in_messages_and_thread_ids_are_withheld(runtime, written):
    model = ScriptedModel()

    def think(state):
        return {"value": [*state["value"], model.invoke(state["value"])]}

    said = [HumanMessage(f"my key is {SECRET}"), AIMessage("", additional_kwargs={"note": SECRET})]
    entrypoint(graph_of(think).invoke)({"value": said}, {"configurable": {"thread_id": f"thread {SECRET}"}})

    assert LETTERS.encode() not in written()


@pytest.mark.parametrize("console", ["summary", "nodes", "debug"])
def test_console_lines_are_cleaned(runtime, capsys, console):
    configure(console=console)

    @entrypoint(name=f"agent {SECRET}")
    def failing(given):
        with step(f"search {SECRET}", inputs={"given": given}):
            raise ValueError(f"line\n{SECRET}")

    with pytest.raises(ValueError, match=LETTERS):
        failing({"password": LETTERS, "text": f"line\n{SECRET}"})

    printed = capsys.readouterr().err
    assert "ERROR" in printed
    assert LETTERS not in printed


def test_warnings_are_cleaned(agent, runtime, capsys):
    class Rude:
        def on_request_end(self, request):
            raise ValueError(SECRET)

    runtime.add_listener(Rude())

    agent(1)

    printed = capsys.readouterr().err
    assert "Rude.on_request_end" in printed
    assert LETTERS not in printed


def test_a_credential_is_found_in_text_and_in_its_json_alike():
    redactor = Redactor()

    for secret in SECRETS.values():
        for around in AROUND:
            text = around.format(secret)
            assert redactor.clean_text(text) != text


def test_what_frameworks_record_outside_of_entrypoints_is_cleaned(written):
    install_runtime()

    def node(state):
        return {"value": [SECRET]}

    graph_of(node).invoke({"value": {"cookie": LETTERS}})

    assert LETTERS.encode() not in written()
