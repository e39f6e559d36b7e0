"""Each request to a provider is an llm, also the less common ones; each tool that a client's runner calls is a tool."""

import asyncio
import logging
import warnings

import pytest
from support.outlines import found, outline
from support.wire import Wire

from gradient.sdk import entrypoint

PROMPTS = {"role": "user", "parts": [{"type": "text", "content": "By "}]}
USAGE = {"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6}
TEXT = {"id": "c1", "object": "text_completion", "created": 1, "model": "llama-1"}
TOOL_USE = {"type": "tool_use", "id": "t1", "name": "find", "input": {"to": "Graz"}}
MESSAGE = {"id": "m1", "type": "message", "role": "assistant", "model": "claude-opus-4-5", "stop_sequence": None}
CLAUDE_USAGE = {"input_tokens": 9, "output_tokens": 2}
ASKED = {"model": "claude-opus-4-5", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}


def choice(text, reason="stop"):
    return {"index": 0, "text": text, "finish_reason": reason, "logprobs": None}


WHOLE = {**TEXT, "choices": [choice("train")], "usage": USAGE}
CHUNKS = [
    {**TEXT, "choices": [choice("tr", None)]},
    {**TEXT, "choices": [choice("ain")]},
    {**TEXT, "choices": [], "usage": USAGE},
    "data: [DONE]\n\n",
]


@pytest.fixture
def openai():
    return pytest.importorskip("openai")


@pytest.mark.parametrize("answer", [WHOLE, CHUNKS], ids=["whole", "streamed"])
def test_a_text_completion_tells_prompt_text_and_tokens(openai, runtime, read_runs, answer):
    is_stream = answer is CHUNKS
    with Wire(answer) as wire, openai.OpenAI(base_url=wire.url, api_key="none") as client:
        told = client.completions.create(model="llama-1", prompt="By ", stream=is_stream)
        list(told if is_stream else ())

    call = found(read_runs()[0], "llama-1")
    assert call["inputs"]["messages"] == [PROMPTS]
    (message,) = call["outputs"]["messages"]
    assert message["parts"] == [{"type": "text", "content": "train"}]
    assert message["response_metadata"]["finish_reason"] == "stop"
    assert (call["usage"]["input_tokens"], call["usage"]["output_tokens"]) == (5, 1)


def test_compaction_is_a_call_of_a_model(openai, runtime, read_runs):
    usage = {"input_tokens": 100, "output_tokens": 7, "total_tokens": 107}
    answer = {"id": "r1", "object": "response.compaction", "created_at": 1, "output": [], "usage": usage}
    with Wire(answer) as wire, openai.OpenAI(base_url=wire.url, api_key="none") as client:
        if not hasattr(client.responses, "compact"):
            pytest.skip("this release of openai does not compact")
        client.responses.compact(model="gpt-5.2", input="hi")

    call = found(read_runs()[0], "gpt-5.2")
    assert (call["kind"], call["usage"]["input_tokens"]) == ("llm", 100)


class Runner(Wire):
    """A model that wants a tool once."""

    def __init__(self):
        super().__init__(None)

    @property
    def _answer(self):
        is_first = len(self.asked) == 1
        content, reason = ([TOOL_USE], "tool_use") if is_first else ([{"type": "text", "text": "fine"}], "end_turn")
        return {**MESSAGE, "content": content, "stop_reason": reason, "usage": CLAUDE_USAGE}

    @_answer.setter
    def _answer(self, _):
        pass


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("is_async", [False, True])
def test_tools_that_anthropics_runner_calls_are_tools(runtime, read_runs, fails, is_async, caplog):
    anthropic = pytest.importorskip("anthropic")
    if not hasattr(anthropic, "beta_tool"):
        pytest.skip("this release of anthropic has no tool runner")
    caplog.set_level(logging.CRITICAL)

    def find(to: str) -> str:
        """Find a train."""
        if fails:
            raise LookupError("no trains to " + to)
        return "at noon"

    async def afind(to: str) -> str:
        """Find a train."""
        return find(to)

    async def arun(url):
        async with anthropic.AsyncAnthropic(base_url=url, api_key="none") as client:
            tools = [anthropic.beta_async_tool(afind, name="find")]
            await client.beta.messages.tool_runner(**ASKED, tools=tools).until_done()

    def run(url):
        with anthropic.Anthropic(base_url=url, api_key="none") as client:
            client.beta.messages.tool_runner(**ASKED, tools=[anthropic.beta_tool(find)]).until_done()

    @entrypoint
    def agent(url):
        asyncio.run(arun(url)) if is_async else run(url)

    with Runner() as wire, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package's own
        agent(wire.url)

    (made,) = read_runs()
    assert outline(made).split("\n")[1:] == [
        "  llm claude-opus-4-5",
        f"  tool find{' [error]' if fails else ''}",
        "  llm claude-opus-4-5",
    ]
    tool = found(made, "find")
    assert (tool["error"] or {}).get("type") == ("LookupError" if fails else None)
    assert tool["inputs"] == {"to": "Graz"}
    assert tool["outputs"] == (None if fails else "at noon")


def test_litellms_messages_are_calls_of_a_model(runtime, read_runs):
    litellm = pytest.importorskip("litellm")
    content = [{"type": "text", "text": "fine"}]
    answer = {**MESSAGE, "content": content, "stop_reason": "end_turn", "usage": CLAUDE_USAGE}

    with Wire(answer) as wire, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package's own
        where = {"api_base": wire.url, "api_key": "none"}
        asked = {**ASKED, "model": "anthropic/claude-opus-4-5", **where}
        asyncio.run(litellm.anthropic.messages.acreate(**asked))

    (call,) = read_runs()[0]["executions"]
    assert (call["kind"], call["framework"], call["usage"]["input_tokens"]) == ("llm", "litellm", 9)
