"""Images and sound of OpenAI's client: each request is one call of a model, and its caller gets what it would get."""

import base64
import json

import pytest

openai = pytest.importorskip("openai")

import httpx  # noqa: E402 - comes with the client

PICTURE = base64.b64encode(bytes(range(256)) * 40).decode()
TOKENS = {"input_tokens": 50, "output_tokens": 4000, "total_tokens": 4050}
IMAGES = {"created": 1, "data": [{"b64_json": PICTURE}], "output_format": "png", "usage": TOKENS}
HEARD = {"text": "to Salzburg", "usage": {"type": "tokens", **TOKENS}}
SOUND = b"ID3" + bytes(2000)
LINES = {
    "/v1/images/generations": {"type": "image_generation.completed", "b64_json": PICTURE, "usage": TOKENS},
    "/v1/audio/transcriptions": {"type": "transcript.text.done", **HEARD},
}


def answer(request):
    path = request.url.path
    if path.endswith("/speech"):
        return httpx.Response(200, content=SOUND, headers={"content-type": "audio/mpeg"})
    if b'"stream":true' in request.content or b'name="stream"' in request.content:
        told = f"data: {json.dumps(LINES[path])}\n\n".encode()
        return httpx.Response(200, content=told, headers={"content-type": "text/event-stream"})
    return httpx.Response(200, json=IMAGES if "/images/" in path else HEARD)


@pytest.fixture
def client(runtime):
    with httpx.Client(transport=httpx.MockTransport(answer)) as offline:
        yield openai.OpenAI(api_key="none", http_client=offline)


@pytest.fixture
async def aclient(runtime):
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as offline:
        yield openai.AsyncOpenAI(api_key="none", http_client=offline)


def drawn(client):
    return client.images.generate(model="gpt-image-1", prompt="a train")


def edited(client):
    return client.images.edit(model="gpt-image-1", prompt="a train", image=b"\x89PNG")


def heard(client):
    return client.audio.transcriptions.create(model="gpt-4o-transcribe", file=("a.wav", b"RIFF"))


def translated(client):
    return client.audio.translations.create(model="whisper-1", file=("a.wav", b"RIFF"))


def spoken(client):
    return client.audio.speech.create(model="gpt-4o-mini-tts", voice="alloy", input="a train")


def only_call(read_runs):
    (run,) = read_runs()
    (call,) = run["executions"]
    return call


@pytest.mark.parametrize("ask", [drawn, edited, heard, translated, spoken])
def test_each_request_is_one_completed_call_of_a_model(client, read_runs, ask):
    ask(client)

    call = only_call(read_runs)
    assert (call["kind"], call["status"]) == ("llm", "completed")
    assert PICTURE[:64] not in json.dumps(call)
    told = None if call["usage"] is None else (call["usage"]["input_tokens"], call["usage"]["output_tokens"])
    assert told == (None if ask is spoken else (50, 4000))


@pytest.mark.parametrize("ask", [drawn, edited, heard, spoken])
async def test_an_awaited_request_is_one_completed_call_of_a_model(aclient, read_runs, ask):
    await ask(aclient)

    call = only_call(read_runs)
    assert (call["kind"], call["status"]) == ("llm", "completed")


def test_words_that_were_given_or_heard_can_be_read(client, read_runs):
    spoken(client)
    heard(client)

    calls = {call["name"]: call for run in read_runs() for call in run["executions"]}
    said, understood = calls["gpt-4o-mini-tts"], calls["gpt-4o-transcribe"]
    assert said["inputs"]["messages"][0]["parts"] == [{"type": "text", "content": "a train"}]
    assert understood["outputs"]["messages"][0]["parts"] == [{"type": "text", "content": "to Salzburg"}]


def test_speech_that_is_read_as_it_comes_is_completed_and_whole(client, read_runs):
    asked = {"model": "gpt-4o-mini-tts", "voice": "alloy", "input": "a train"}
    with client.audio.speech.with_streaming_response.create(**asked) as response:
        received = b"".join(response.iter_bytes())

    assert received == SOUND
    call = only_call(read_runs)
    assert (call["status"], call["metadata"]) == ("completed", {})


def test_a_streamed_image_or_transcript_tells_its_tokens(client, read_runs):
    list(client.images.generate(model="gpt-image-1", prompt="a train", stream=True))
    list(client.audio.transcriptions.create(model="gpt-4o-transcribe", file=("a.wav", b"RIFF"), stream=True))

    calls = [run["executions"][0] for run in read_runs()]
    assert [(call["status"], call["usage"]["output_tokens"], call["metadata"]) for call in calls] == [
        ("completed", 4000, {})
    ] * 2


def test_a_refused_image_is_a_failed_call(runtime, provider, read_runs):
    with (
        openai.OpenAI(base_url=provider.openai_url, api_key="none", max_retries=0) as client,
        pytest.raises(openai.NotFoundError),
    ):
        drawn(client)

    assert only_call(read_runs)["status"] == "error"
