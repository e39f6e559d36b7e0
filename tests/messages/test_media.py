"""Images and the like are told by type, size and digest, wherever they stand; their base64 is written nowhere."""

import base64
import hashlib
import json
import random
from textwrap import fill
from types import SimpleNamespace

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from gradient.instrumentors.autogen.messages import describe_image
from gradient.instrumentors.gemini_messages import gemini_content, gemini_messages
from gradient.instrumentors.llamaindex.messages import describe_message
from gradient.instrumentors.mcp.instrumentor import describe_result
from gradient.instrumentors.messages import anthropic_message, chat_message, response_item
from gradient.instrumentors.pydantic_ai.messages import describe_prompt, request_message
from gradient.runtime.values.media import Media
from gradient.sdk import entrypoint

HEADS = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff\xe0",
    "application/pdf": b"%PDF-1.7",
    "audio/wav": b"RIFF\x00\x00\x00\x00WAVE",
    "video/mp4": b"\x00\x00\x00\x18ftypmp42",
    "image/webp": b"RIFF\x00\x00\x00\x00WEBP",
}


def content_of(kind, size, seed):
    return HEADS[kind] + random.Random(seed).randbytes(size)


def data_url(kind, encoded):
    return f"data:{kind};base64,{encoded}"


def picture(content):
    """Return what has the fields of Pillow's images that matter here."""
    return SimpleNamespace(size=(1, 1), mode="RGB", tobytes=lambda: content)


def binary(kind, content):
    """Return what has the fields of Pydantic AI's binary content."""
    return SimpleNamespace(kind="binary", media_type=kind, data=content)


# Each place takes a type, base64 and bytes, and gives what an agent is given.
PLACES = {
    "LangChain's block": lambda kind, text, _: [HumanMessage([{"type": "image", "base64": text, "mime_type": kind}])],
    "OpenAI's block": lambda kind, text, _: [
        HumanMessage([{"type": "image_url", "image_url": {"url": data_url(kind, text)}}])
    ],
    "OpenAI's file": lambda kind, text, _: [
        HumanMessage([{"type": "file", "file": {"filename": "a", "file_data": data_url(kind, text)}}])
    ],
    "OpenAI's audio": lambda _, text, __: [
        HumanMessage([{"type": "input_audio", "input_audio": {"data": text, "format": "wav"}}])
    ],
    "Anthropic's block": lambda kind, text, _: [
        HumanMessage([{"type": "image", "source": {"type": "base64", "media_type": kind, "data": text}}])
    ],
    "Google's block": lambda kind, text, _: [HumanMessage([{"type": "media", "mime_type": kind, "data": text}])],
    "a tool's result": lambda kind, text, _: [
        ToolMessage([{"type": "image", "base64": text, "mime_type": kind}], tool_call_id="t")
    ],
    "a tool's result as JSON": lambda kind, text, _: [
        ToolMessage(json.dumps({"type": kind, "shot": text, "note": "a page"}), tool_call_id="t")
    ],
    "a hosted tool's": lambda _, text, __: [AIMessage([{"type": "image_generation_call", "result": text, "id": "i"}])],
    "speech": lambda _, text, __: [
        AIMessage("", additional_kwargs={"audio": {"data": text, "id": "a", "transcript": "hi"}})
    ],
    "generated images": lambda _, text, __: {"data": [{"b64_json": text}]},
    "state": lambda kind, text, _: {"picture": data_url(kind, text), "step": 3},
    "state, in a field of its own": lambda kind, text, _: {"shot": {"data": text, "mime_type": kind}},
    "a list": lambda _, text, __: ["before", text, "after"],
    "Markdown": lambda kind, text, _: f"Look: ![shot]({data_url(kind, text)}) and tell me what it is.",
    "base64 in lines": lambda _, text, __: {"image_base64": fill(text, 76)},
    "OpenAI's speech": lambda _, text, __: chat_message({"audio": {"data": text, "id": "a", "transcript": "hi"}}),
    "OpenAI's generated image": lambda kind, text, _: chat_message(
        {"images": [{"type": "image_url", "image_url": {"url": data_url(kind, text)}}]}
    ),
    "OpenAI's screenshot": lambda kind, text, _: response_item(
        {"type": "computer_call_output", "call_id": "c", "output": {"image_url": data_url(kind, text)}}
    ),
    "Anthropic's fetched file": lambda kind, text, _: anthropic_message(
        {"content": [{"type": "web_fetch_tool_result", "content": {"source": {"data": text, "media_type": kind}}}]}
    ),
    "Gemini's part": lambda kind, _, content: gemini_content(
        {"parts": [{"inline_data": {"mime_type": kind, "data": content}}]}
    ),
    "Gemini's tool result": lambda kind, _, content: gemini_content(
        {"parts": [{"function_response": {"parts": [{"inline_data": {"mime_type": kind, "data": content}}]}}]}
    ),
    "Gemini's picture": lambda _, __, content: gemini_messages(["look", picture(content)])[0].fields,
    "MCP's content": lambda kind, text, _: describe_result({"content": [{"data": text, "mimeType": kind}]}),
    "MCP's resource": lambda kind, text, _: describe_result(
        {"content": [{"type": "resource", "resource": {"uri": "a:b", "blob": text, "mimeType": kind}}]}
    ),
    "Pydantic AI's prompt": lambda kind, _, content: describe_prompt(["look", binary(kind, content)]),
    "Pydantic AI's tool result": lambda kind, _, content: request_message(
        SimpleNamespace(part_kind="tool-return", tool_call_id="t", content=[binary(kind, content)])
    ),
    "LlamaIndex's block": lambda kind, text, _: describe_message(
        {"role": "user", "blocks": [{"block_type": "image", "image": text.encode(), "image_mimetype": kind}]}
    ),
    "LlamaIndex's tool result": lambda kind, text, _: describe_message(
        {"role": "tool", "blocks": [{"block_type": "video", "video": text.encode(), "video_mimetype": kind}]}
    ),
    "AutoGen's image": lambda _, __, content: describe_image(SimpleNamespace(image=picture(content))),
    "bytes": lambda _, __, content: {"picture": content},
    "a bytearray": lambda _, __, content: [bytearray(content)],
    "a memoryview": lambda _, __, content: [memoryview(content)],
}

UNKNOWN_TYPE = {"OpenAI's audio"}


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize("place", PLACES)
def test_no_base64_is_written_and_type_size_and_digest_are(runtime, read_runs, home, place, kind):
    content = content_of(kind, 5_001, place)
    text = base64.b64encode(content).decode()

    @entrypoint
    def agent(given):
        return given

    agent(PLACES[place](kind, text, content))

    (run,) = read_runs()
    written = b"".join(path.read_bytes() for path in home.rglob("*.seg"))
    assert not [at for at in range(0, len(text) - 40, 40) if text[at : at + 40].encode() in written]
    assert hashlib.sha256(content).hexdigest() in json.dumps(run["inputs"])
    assert f"{len(content)}" in json.dumps(run["outputs"])
    assert kind in json.dumps(run["inputs"]) or place in UNKNOWN_TYPE


def test_an_equal_image_has_an_equal_digest_however_it_is_told():
    content = content_of("image/png", 900, 1)
    text = base64.b64encode(content).decode()
    media = Media()

    told = [media.of_text(data_url("image/png", text)), media.of_bytes(content), media.of_field("base64", text, [])]

    assert told == [
        {"$media": {"type": "image/png", "bytes": 908, "digest": f"sha256:{hashlib.sha256(content).hexdigest()}"}}
    ] * len(told)


def test_base64_without_its_end_is_told_as_far_as_it_goes():
    text = base64.b64encode(content_of("image/png", 900, 1)).decode()[:-3]
    media = Media()

    told = [
        media.of_text(f"data:image/png;base64,{text}"),
        media.of_text(text),
        media.of_field("data", text, [("mime_type", "image/png")]),
    ]

    assert [note["$media"]["type"] for note in told] == ["image/png"] * 3


@pytest.mark.parametrize("is_first", [True, False])
def test_a_field_that_says_it_is_base64_changes_nothing_for_equal_text_elsewhere(runtime, read_runs, is_first):
    text = "x" * 8_000

    @entrypoint
    def agent(given):
        return None

    fields = [("base64", text), ("said", text)]
    agent([HumanMessage("q", additional_kwargs=dict(fields if is_first else fields[::-1]))])

    recorded = read_runs()[0]["inputs"]["given"][0]["additional_kwargs"]
    assert (recorded["said"], set(recorded["base64"])) == (text, {"$media"})


ORDINARY = {
    "prose": "It was the best of times, it was the worst of times. " * 60,
    "one letter": "x" * 100_000,
    "a rule": "=" * 4_000 + "-" * 4_000,
    "hexadecimal": hashlib.sha256(b"a").hexdigest() * 60,
    "Chinese": "看見一隻貓坐在窗邊" * 400,
    "digests": " ".join(base64.b64encode(hashlib.sha256(bytes([n])).digest()).decode() for n in range(90)),
    "a path": "/srv/projects/agent/src/module_name/" * 60,
    "numbers": "1234567890" * 300,
    "minified": "function(a,b){return a.map(c=>c.x+b)};" * 200,
    "a data URL of text": "data:text/plain,hello%20world" + "%20again" * 100,
}


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_text_is_written_as_it_is(runtime, read_runs, name):
    @entrypoint
    def agent(given, message):
        return None

    text = ORDINARY[name][:30_000]
    agent({"text": text, "data": text}, [HumanMessage(text)])

    inputs = read_runs()[0]["inputs"]
    assert inputs["given"] == {"text": text, "data": text}
    assert inputs["message"][0]["parts"][0]["content"] == text


@pytest.mark.parametrize("piece", ["A", "data:", "data:a/b;c=d", ";base64,", "Ab1/" * 127 + " ", "-", "data:;base64,A"])
def test_a_text_of_a_megabyte_is_searched_once(piece):
    text = (piece * 1_000_000)[:1_000_000]
    steps = []

    class Counted(str):
        __slots__ = ()

        def __getitem__(self, at):
            steps.append(at)
            return str.__getitem__(self, at)

    assert len(Media().without(Counted(text))) <= len(text)
    assert len(steps) < 5_000


def test_a_medium_as_large_as_all_that_is_remembered_drives_out_nothing(runtime):
    @entrypoint(name="agent")
    def agent(given):
        pass

    agent([HumanMessage("hello")])
    table = runtime.recorder.conversations.table
    agent(bytes(32 * 1024 * 1024))
    agent([HumanMessage("hello")])

    assert runtime.recorder.conversations.table is table
