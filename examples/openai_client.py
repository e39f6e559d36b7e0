"""A tool loop on OpenAI's client, without a framework: the model asks for a tool, then streams its answer.

No key and no network: `provider` stands for OpenAI. Needs openai.
"""

import json

import httpx
from openai import OpenAI

from gradient.sdk import entrypoint, step

MODEL = "gpt-5.2"
LOOK_UP = {"type": "function", "function": {"name": "find_train", "parameters": {"type": "object", "properties": {}}}}
CALL = {"id": "call_1", "type": "function", "function": {"name": "find_train", "arguments": '{"to": "Ljubljana"}'}}


def provider(request: httpx.Request) -> httpx.Response:
    asked = json.loads(request.content)
    if not asked.get("stream"):
        message = {"role": "assistant", "content": None, "tool_calls": [CALL]}
        choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
        usage = {"prompt_tokens": 61, "completion_tokens": 14, "total_tokens": 75}
        return httpx.Response(200, json={"id": "1", "model": MODEL, "choices": [choice], "usage": usage})
    choices = [{"index": 0, "delta": {"content": word}} for word in ("Take", " the", " train", " to", " Ljubljana.")]
    choices.append({"index": 0, "delta": {}, "finish_reason": "stop"})
    chunks = [{"id": "2", "model": MODEL, "choices": [choice]} for choice in choices]
    usage = {"prompt_tokens": 92, "completion_tokens": 7, "total_tokens": 99}
    chunks.append({"id": "2", "model": MODEL, "choices": [], "usage": usage})
    events = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks)
    return httpx.Response(200, text=events + "data: [DONE]\n\n", headers={"content-type": "text/event-stream"})


client = OpenAI(api_key="none", http_client=httpx.Client(transport=httpx.MockTransport(provider)))


@step("find_train", kind="tool")
def find_train(to: str) -> str:
    return f"10:42 to {to}"


@entrypoint(tags=["example"])
def travel(question: str) -> str:
    messages = [{"role": "user", "content": question}]
    asked = client.chat.completions.create(model=MODEL, messages=messages, tools=[LOOK_UP]).choices[0].message
    call = asked.tool_calls[0]
    found = find_train(**json.loads(call.function.arguments))
    messages += [asked, {"role": "tool", "tool_call_id": call.id, "content": found}]
    options = {"include_usage": True}
    stream = client.chat.completions.create(model=MODEL, messages=messages, stream=True, stream_options=options)
    return "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)


if __name__ == "__main__":
    print(travel("How do I get to Bled?"))
