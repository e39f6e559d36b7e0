"""Every message that is sent has the shape that OpenTelemetry's conventions give for it."""

import json

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from support.receiver import attributes

from gradient.sdk import configure, entrypoint

CONTENT = ("gen_ai.input.messages", "gen_ai.output.messages")
# The fields of each type of part, and which of them must be there.
PARTS = {
    "text": ({"content"}, {"content"}),
    "reasoning": ({"content"}, {"content"}),
    "tool_call": ({"id", "name", "arguments"}, {"name"}),
    "tool_call_response": ({"id", "response"}, {"response"}),
    "blob": ({"mime_type", "modality", "content"}, {"modality", "content"}),
    "file": ({"mime_type", "modality", "file_id"}, {"modality", "file_id"}),
    "uri": ({"mime_type", "modality", "uri"}, {"modality", "uri"}),
}
TEXTS = {"content", "name", "mime_type", "modality", "file_id", "uri"}
PICTURE = "data:image/png;base64,iVBORw0KGgo="


def faults(text):
    """Return what of a JSON text is not as the conventions have messages."""
    said = json.loads(text)
    if text != json.dumps(said, separators=(",", ":"), ensure_ascii=False):
        yield "it is not compact"
    if not isinstance(said, list):
        yield "it is no array"
        return
    for message in said:
        if not isinstance(message.get("role"), str) or set(message) - {"role", "parts", "name"}:
            yield f"{message} has other fields than role, parts and name"
        for part in message["parts"]:
            yield from _faults_of(part)


def _faults_of(part):
    kind = part.get("type")
    if not isinstance(kind, str):
        yield f"{part} has no type"
    elif kind in PARTS:
        allowed, needed = PARTS[kind]
        told = set(part) - {"type"}
        if told - allowed or needed - told:
            yield f"{part} has {sorted(told)}, and not {sorted(allowed)}"
        if any(not isinstance(part[name], str) for name in TEXTS & told):
            yield f"{part} has something else where text should be"


CONVERSATION = [
    SystemMessage("Be brief."),
    HumanMessage("What is in the picture?", name="ada"),
    HumanMessage([{"type": "text", "text": "This one"}, {"type": "image_url", "image_url": {"url": PICTURE}}]),
    HumanMessage([{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]),
    AIMessage("", tool_calls=[{"id": "7", "name": "look", "args": {"at": ["picture", 1]}}]),
    ToolMessage("A lamp.", tool_call_id="7"),
    ToolMessage([{"type": "text", "text": "two"}], tool_call_id="8"),
    AIMessage([{"type": "text", "text": "A lamp."}]),
    AIMessage([{"type": "reasoning", "reasoning": "I see it"}, {"type": "text", "text": "A lamp. 💡"}]),
]


class Says:
    """A model that answers with a message of its choice."""

    def __new__(cls, answer):
        from langchain_core.language_models import GenericFakeChatModel

        return GenericFakeChatModel(messages=iter([answer]))


@pytest.mark.parametrize("answer", [message for message in CONVERSATION if isinstance(message, AIMessage)])
def test_what_a_model_was_told_and_said_is_valid(runtime, receiver, shipper, answer):
    @entrypoint
    def agent():
        Says(answer).invoke(CONVERSATION)

    agent()
    shipper.round()

    told = [attributes(span)[name] for span in receiver.spans for name in CONTENT if name in attributes(span)]
    assert len(told) == 2
    assert [fault for text in told for fault in faults(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        '{"role":"user"}',
        '[{"role":"user","parts":[],"id":"7"}]',
        '[{"role":"user", "parts":[]}]',
        '[{"role":"user","parts":[{"content":"x"}]}]',
        '[{"role":"user","parts":[{"type":"text","text":"x"}]}]',
        '[{"role":"user","parts":[{"type":"text","content":7}]}]',
        '[{"role":"user","parts":[{"type":"tool_call","id":"7"}]}]',
    ],
)
def test_the_validator_finds_what_is_wrong(text):
    assert list(faults(text)) != []


def test_text_that_was_cut_stays_text(runtime, receiver, shipper):
    configure(max_string_chars=10)

    entrypoint(
        lambda: Says(AIMessage("an answer that is far too long")).invoke([HumanMessage("why " * 100)]) and None
    )()
    shipper.round()

    told = [attributes(span)[name] for span in receiver.spans for name in CONTENT if name in attributes(span)]
    assert len(told) == 2
    assert [fault for text in told for fault in faults(text)] == []
