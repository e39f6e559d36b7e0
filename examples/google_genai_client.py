"""A tool loop on Google's client, without a framework: the model asks for a tool, then streams its answer.

No key and no network: `provider` stands for Gemini. Needs google-genai.
"""

import json

import httpx
from google import genai
from google.genai import types

from gradient.sdk import entrypoint, step

MODEL = "gemini-2.5-flash"
FIND_TRAIN = types.FunctionDeclaration(name="find_train", description="Finds the next train.")
CALL = {"functionCall": {"id": "call_1", "name": "find_train", "args": {"to": "Ljubljana"}}}
WORDS = ("Take", " the", " train", " to", " Ljubljana.")


def saying(part, asked, said):
    content = {"role": "model", "parts": [part]}
    usage = {"promptTokenCount": asked, "candidatesTokenCount": said}
    return {"candidates": [{"content": content}], "usageMetadata": usage, "modelVersion": MODEL}


def provider(request: httpx.Request) -> httpx.Response:
    if "stream" not in request.url.path:
        return httpx.Response(200, json=saying(CALL, 61, 14))
    chunks = [saying({"text": word}, 92, 7) for word in WORDS]
    chunks[-1]["candidates"][0]["finishReason"] = "STOP"
    text = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks)
    return httpx.Response(200, text=text, headers={"content-type": "text/event-stream"})


offline = httpx.Client(transport=httpx.MockTransport(provider))
client = genai.Client(api_key="none", http_options=types.HttpOptions(httpx_client=offline))


@step("find_train", kind="tool")
def find_train(to: str) -> str:
    return f"10:42 to {to}"


@entrypoint(tags=["example"])
def travel(question: str) -> str:
    config = types.GenerateContentConfig(tools=[types.Tool(function_declarations=[FIND_TRAIN])])
    contents = [types.UserContent(question)]
    answer = client.models.generate_content(model=MODEL, contents=contents, config=config)
    (call,) = answer.function_calls
    result = types.Part.from_function_response(name=call.name, response={"result": find_train(**call.args)})
    contents += [answer.candidates[0].content, types.UserContent([result])]
    chunks = client.models.generate_content_stream(model=MODEL, contents=contents, config=config)
    return "".join(chunk.text or "" for chunk in chunks)


if __name__ == "__main__":
    print(travel("How do I get to Bled?"))
