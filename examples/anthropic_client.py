"""A tool loop on Anthropic's client, without a framework: the model asks for a tool, then streams its answer.

No key and no network: `provider` stands for Anthropic. Needs anthropic.
"""

import json

import httpx2
from anthropic import Anthropic

from gradient.sdk import entrypoint, step

MODEL = "claude-opus-4-5"
LOOK_UP = {"name": "find_train", "input_schema": {"type": "object", "properties": {}}}
CALL = {"type": "tool_use", "id": "call_1", "name": "find_train", "input": {"to": "Ljubljana"}}
WORDS = ("Take", " the", " train", " to", " Ljubljana.")


def provider(request: httpx2.Request) -> httpx2.Response:
    message = {"id": "1", "type": "message", "role": "assistant", "model": MODEL, "content": [CALL]}
    message |= {"stop_reason": "tool_use", "usage": {"input_tokens": 61, "output_tokens": 14}}
    if not json.loads(request.content).get("stream"):
        return httpx2.Response(200, json=message)
    begun = message | {"content": [], "stop_reason": None, "usage": {"input_tokens": 92, "output_tokens": 1}}
    events = [
        {"type": "message_start", "message": begun},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word}} for word in WORDS),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 7}},
        {"type": "message_stop"},
    ]
    text = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
    return httpx2.Response(200, text=text, headers={"content-type": "text/event-stream"})


client = Anthropic(api_key="none", http_client=httpx2.Client(transport=httpx2.MockTransport(provider)))


@step("find_train", kind="tool")
def find_train(to: str) -> str:
    return f"10:42 to {to}"


@entrypoint(tags=["example"])
def travel(question: str) -> str:
    asked = {"model": MODEL, "max_tokens": 100, "tools": [LOOK_UP]}
    messages = [{"role": "user", "content": question}]
    answer = client.messages.create(**asked, messages=messages)
    call = answer.content[0]
    result = {"type": "tool_result", "tool_use_id": call.id, "content": find_train(**call.input)}
    messages += [{"role": "assistant", "content": answer.content}, {"role": "user", "content": [result]}]
    with client.messages.stream(**asked, messages=messages) as stream:
        return stream.get_final_text()


if __name__ == "__main__":
    print(travel("How do I get to Bled?"))
