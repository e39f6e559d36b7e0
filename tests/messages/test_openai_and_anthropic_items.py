"""Whatever a model of OpenAI's or Anthropic's answers is recorded with what it holds.

The answers are made from the types that the installed clients have for them, so a later client brings its own cases.
"""

import base64
import datetime as dt
import json
import random
import types
import typing

import pytest

from gradient.sdk import entrypoint

openai = pytest.importorskip("openai")
anthropic = pytest.importorskip("anthropic")
pydantic = pytest.importorskip("pydantic")
responses = pytest.importorskip("openai.types.responses")
chat = pytest.importorskip("openai.types.chat")
httpx = getattr(openai._base_client, "httpx2", None) or openai._base_client.httpx  # it depends on the client

SEEDS = range(4)
PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n" + random.Random(1).randbytes(3_000)).decode()
DATA_URL = f"data:image/png;base64,{PICTURE}"
# What readers are told in other words, or what is nobody's business: ids of items, what only the provider can read.
UNTOLD = {"id", "type", "role", "status", "phase", "signature", "encrypted_content"}
GIVEN = {"image_url": DATA_URL, "file_data": DATA_URL, "domain_secrets": None, "authorization": None}
# By the type of what holds it. How probable each token was is not recorded.
MEDIA_OF = {
    "image_generation_call": {"result": PICTURE},
    "image": {"url": DATA_URL},
    "base64": {"data": PICTURE},
    "output_text": {"logprobs": [{}]},
    "input_audio": {"input_audio": {"data": PICTURE, "format": "wav"}},
}


class Maker:
    """Makes documents of a pydantic model, and remembers each text that it puts in."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.words = []

    def document(self, model):
        fields = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
        kinds = typing.get_args(fields.get("type"))
        known = next((media for kind, media in MEDIA_OF.items() if kind in kinds), {})
        given = {**GIVEN, **known}
        return {
            name: given[name] if name in given else self.value(annotation, name) for name, annotation in fields.items()
        }

    def value(self, annotation, name):
        origin, within = typing.get_origin(annotation), typing.get_args(annotation)
        if origin is typing.Literal:
            return self.random.choice(within)
        if origin in (typing.Annotated, typing.Union, types.UnionType):
            kinds = [each for each in within if each is not type(None)]
            return self.value(kinds[0] if origin is typing.Annotated else self.random.choice(kinds), name)
        if origin is list:
            return [self.value(within[0], name) for _ in range(2)]
        if origin is dict:
            return {self.word(name): self.value(within[1], name)}
        if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
            return self.document(annotation)
        plain = {int: 3, float: 0.5, bool: True, dt.datetime: "2026-01-02T03:04:05Z"}
        return plain[annotation] if annotation in plain else self.word(name)

    def word(self, name):
        word = f"{name}-{self.random.getrandbits(40):x}"
        if name not in UNTOLD:
            self.words.append(word)
        return word


def members(union):
    """Return the models of a union, its unions within included."""
    if isinstance(union, type):
        return [union]
    within = typing.get_args(union)
    if typing.get_origin(union) is typing.Annotated:
        return members(within[0])
    return [model for each in within for model in members(each)]


ANSWERS = []
TRANSPORT = httpx.MockTransport(lambda _: httpx.Response(200, json=ANSWERS.pop()))
CLIENT = {"api_key": "k", "http_client": httpx.Client(transport=TRANSPORT)}


def answer_of_responses(items, given="draw"):
    told = {"id": "r", "object": "response", "created_at": 1, "model": "m", "status": "completed", "output": items}
    ANSWERS.append(told)
    openai.OpenAI(**CLIENT).responses.create(model="m", input=given)


def input_of_responses(items):
    answer_of_responses([], given=items)


def answer_of_chat(items):
    choices = [{"index": 0, "finish_reason": "stop", "message": item} for item in items]
    told = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": choices}
    ANSWERS.append(told)
    openai.OpenAI(**CLIENT).chat.completions.create(model="m", messages=[])


def answer_of_anthropic(items):
    usage = {"input_tokens": 1, "output_tokens": 1}
    told = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": items, "usage": usage}
    ANSWERS.append(told)
    anthropic.Anthropic(**CLIENT).beta.messages.create(model="m", max_tokens=5, messages=[])


CASES = [
    *((answer_of_responses, model) for model in members(responses.ResponseOutputItem)),
    *((input_of_responses, model) for model in members(responses.ResponseInputItem)),
    (answer_of_chat, chat.ChatCompletionMessage),
    *((answer_of_anthropic, model) for model in members(anthropic.types.beta.BetaContentBlock)),
]


@pytest.mark.parametrize(("ask", "model"), CASES, ids=lambda value: value.__name__)
def test_every_item_that_a_client_knows_is_recorded_with_what_it_holds(runtime, read_runs, ask, model):
    makers = [Maker(seed) for seed in SEEDS]
    items = [maker.document(model) for maker in makers]

    @entrypoint
    def agent():
        ask(items)

    agent()

    (call,) = read_runs()[0]["executions"]
    told = json.dumps([call["inputs"], call["outputs"]])
    assert [word for maker in makers for word in maker.words if word not in told] == []
    assert "$type" not in told
    assert PICTURE[100:140] not in told
