"""What stands under the key of a secret is never written, however the key is spelt and wherever it is."""

import enum
from dataclasses import dataclass
from typing import NamedTuple

import pytest
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from pydantic import BaseModel, SecretStr
from support.scripted import ScriptedModel, graph_of

from gradient.sdk import annotate, entrypoint, session, set_metadata, step

SECRET = "hunter2-and-some-more"
SECRET_KEYS = [
    "password", "Password", "PASSWORD", "passwd", "passwords", "db_password", "DB_PASSWORD", "userPassword",
    "passphrase", "api_key", "apikey", "apiKey", "APIKey", "API_KEY", "X-Api-Key", "openai_api_key", "OPENAI_API_KEY",
    "openaiApiKey", "api keys", "api_keys", "secret", "client_secret", "clientSecret", "clientsecret", "secretKey",
    "aws_secret_access_key", "authorization", "Authorization", "Proxy-Authorization", "cookie", "Set-Cookie", "cookies",
    "credentials", "private_key", "privatekey", "privateKey", "access_token", "accessToken", "accesstoken",
    "ACCESS_TOKEN", "refresh_token", "id_token", "auth_token", "authtoken", "x-auth-token", "session_token",
    "X-CSRF-Token", "github_token", "token", "auth", "bearer", "x-amz-security-token", "access_key", "accesskey",
]  # fmt: skip
PLAIN_KEYS = [
    "input_tokens", "output_tokens", "total_tokens", "max_tokens", "max_new_tokens", "prompt_tokens", "token_count",
    "token_usage", "tokens", "input_token_details", "next_token", "next_page_token", "continuation_token", "eos_token",
    "time_to_first_token", "time_to_first_token_ms", "author", "authors", "authority", "keyboard", "monkey", "key",
    "secretary", "cookiecutter", "passenger", "compass", "tokenizer", "session_id", "thread_id",
]  # fmt: skip


class Spelling(str, enum.Enum):
    """Keys that are no plain strings."""

    API_KEY = "api_key"


@dataclass
class Account:
    name: str
    api_key: str


@dataclass
class SlottedAccount:
    __slots__ = ("api_key", "name")
    name: str
    api_key: str


class Client(BaseModel):
    name: str
    api_key: str
    connection: SecretStr


class Pair(NamedTuple):
    name: str
    password: str


class Connection:
    """Any object of the user's."""

    def __init__(self, name, password):
        self.name = name
        self.password = password


@pytest.mark.parametrize("key", SECRET_KEYS)
def test_the_value_under_a_secret_key_is_withheld(agent, read_runs, written, key):
    agent({"outer": [{key: SECRET, "kept": 1}], "bytes": {key.encode(): SECRET}})

    assert SECRET.encode() not in written()
    (run,) = read_runs()
    assert run["inputs"]["given"]["outer"] == [{key: {"$redacted": "secret"}, "kept": 1}]


@pytest.mark.parametrize("key", PLAIN_KEYS)
def test_the_value_under_a_plain_key_is_kept(agent, read_runs, key):
    agent({key: 7, "password": SECRET})

    assert read_runs()[0]["inputs"]["given"][key] == 7


@pytest.mark.parametrize("value", [SECRET, [SECRET], {"deeper": SECRET}, (1, SECRET), {SECRET}])
def test_whatever_stands_under_a_secret_key_is_withheld_whole(agent, written, value):
    agent({"credentials": value})

    assert SECRET.encode() not in written()


@pytest.mark.parametrize("key", [Spelling.API_KEY, ("user", "password"), b"password"])
def test_a_secret_key_need_not_be_a_plain_string(agent, written, key):
    agent({key: SECRET})

    assert SECRET.encode() not in written()


@pytest.mark.parametrize(
    "value",
    [
        Account("ada", SECRET),
        SlottedAccount("ada", SECRET),
        Client(name="ada", api_key=SECRET, connection=SecretStr(SECRET)),
        Pair("ada", SECRET),
        Connection("ada", SECRET),
        SecretStr(SECRET),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_secret_field_of_an_object_is_withheld(agent, read_runs, written, value):
    agent([value])

    assert SECRET.encode() not in written()
    assert b"redacted" in written() or isinstance(value, SecretStr)


def test_the_other_fields_of_such_an_object_are_kept(agent, read_runs):
    agent([Account("ada", SECRET), Client(name="ada", api_key=SECRET, connection=SecretStr(SECRET))])

    account, client = read_runs()[0]["inputs"]["given"]
    assert account["fields"]["name"] == client["fields"]["name"] == "ada"


def test_metadata_and_events_are_cleaned(runtime, written):
    @entrypoint(metadata={"api_key": SECRET})
    def annotated():
        set_metadata(password=SECRET, region="here")
        annotate("logged in", cookie=SECRET)
        with step("inside", metadata={"auth_token": SECRET}) as block:
            block.set_metadata(secret=SECRET)
            block.event("called", authorization=SECRET)

    with session("a session", metadata={"access_token": SECRET}):
        annotated()

    assert SECRET.encode() not in written()
    assert b"region" in written()


def test_parameters_of_models_and_graphs_are_cleaned(runtime, read_runs, written):
    model = ScriptedModel(params={"api_key": SECRET, "temperature": 0.5})

    def think(state):
        model.invoke([HumanMessage("hello")], default_headers={"Authorization": SECRET})
        return {"value": {"password": SECRET}}

    graph = graph_of(think, checkpointer=InMemorySaver())
    config = {"configurable": {"thread_id": "t1", "api_key": SECRET}, "metadata": {"token": SECRET}}

    entrypoint(graph.invoke)({"value": {"passphrase": SECRET}}, config)

    assert SECRET.encode() not in written()
    (run,) = read_runs()
    (called,) = [execution for execution in run["executions"] if execution["kind"] == "llm"]
    assert called["inputs"]["params"]["temperature"] == 0.5


@pytest.mark.parametrize("key", ["node_modules/cookie-signature", "/js-token/1.0.0", "packages/secret-stack"])
def test_a_path_to_a_package_keeps_what_its_own_keys_tell(agent, written, key):
    agent({key: {"version": "1.0.6", "password": "xQ7zK9vB2m"}, "vault/password": "c0ffee77d1"})

    assert b'"version":"1.0.6"' in written()
    assert b"xQ7zK9vB2m" not in written()
    assert b"c0ffee77d1" not in written()
