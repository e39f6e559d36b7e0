"""Pydantic AI: runs of agents, their models and tools, in all the ways an agent can be run."""

import asyncio
from contextlib import aclosing

import pytest

pytest.importorskip("pydantic_ai")

from pydantic_ai import Agent, ApprovalRequired, DeferredToolRequests, ModelRetry, RunContext
from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.fallback import FallbackModel
from pydantic_ai.models.function import FunctionModel
from pydantic_ai.usage import RequestUsage
from support.outlines import found, outline, tree

from gradient.sdk import entrypoint, step

ANSWERED = """
    request ask
      agent librarian
        llm scripted
        tool look_up
          step shelf
        llm scripted
    """


def answers(*script):
    """Return a model that gives the next answer of its script at each request: a text, or calls of tools."""
    left = list(script)

    def answer(messages, info):
        told = left.pop(0)
        parts = [TextPart(told)] if isinstance(told, str) else list(told)
        return ModelResponse(parts, usage=RequestUsage(input_tokens=9, output_tokens=2))

    async def stream(messages, info):
        told = left.pop(0)
        if isinstance(told, str):
            for word in told.split():
                yield word
        else:
            from pydantic_ai.models.function import DeltaToolCall

            yield {
                place: DeltaToolCall(call.tool_name, call.args_as_json_str(), tool_call_id=call.tool_call_id)
                for place, call in enumerate(told)
            }

    return FunctionModel(answer, stream_function=stream, model_name="scripted")


def call(name, call_id="call_1", **arguments):
    return ToolCallPart(name, arguments, call_id)


def librarian(*script):
    agent = Agent(
        answers(*script or ([call("look_up", word="a")], "It is A.")), name="librarian", instructions="Be kind."
    )

    @agent.tool_plain
    def look_up(word: str) -> str:
        """Look a word up."""
        if word == "none":
            raise LookupError("no such word")
        if word == "short":
            raise ModelRetry("a longer word, please")
        with step("shelf"):
            return word.upper()

    return agent


async def run(agent):
    return (await agent.run("What is a?")).output


async def run_stream(agent):
    async with agent.run_stream("What is a?") as result:
        return [text async for text in result.stream_text(debounce_by=None)][-1]


async def iterate(agent):
    async with agent.iter("What is a?") as running:
        async for _ in running:
            pass
    return running.result.output


async def run_events(agent):
    events = agent.run_stream_events("What is a?")
    async with events if hasattr(events, "__aenter__") else aclosing(events) as events:  # a generator before 2.0
        async for event in events:
            last = event
    return last.result.output


def ran(agent, prompt):
    return asyncio.run(agent.run(prompt))


@pytest.fixture
def loop():
    """The event loop for `run_sync`, which leaves one behind where there is none."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield loop
    asyncio.set_event_loop(None)
    loop.close()


@pytest.mark.parametrize("way", [run, run_stream, iterate, run_events])
async def test_an_agent_is_one_run_whichever_way_it_is_run(runtime, read_runs, way):
    @entrypoint
    async def ask():
        return await way(librarian())

    assert (await ask()).replace(" ", "") == "ItisA."

    assert outline(read_runs()[0]) == tree(ANSWERED)


def test_a_synchronous_run_is_the_same(runtime, read_runs, loop):
    @entrypoint
    def ask():
        return librarian().run_sync("What is a?").output

    assert ask() == "It is A."
    assert outline(read_runs()[0]) == tree(ANSWERED)


def test_messages_tools_tokens_and_results_are_recorded(runtime, read_runs):
    ran(librarian(), "What is a?")

    agent, first, tool, _, last = read_runs()[0]["executions"]
    assert agent["inputs"] == {"messages": [{"role": "user", "parts": [{"type": "text", "content": "What is a?"}]}]}
    assert agent["outputs"] == "It is A."
    asked = {"type": "tool_call", "id": "call_1", "name": "look_up", "arguments": {"word": "a"}}
    assert first["outputs"]["messages"][0]["parts"] == [asked]
    assert [each["name"] for each in first["inputs"]["tools"]] == ["look_up"]
    assert (first["model"], first["provider"]) == ("scripted", "function")
    assert (first["usage"]["input_tokens"], first["usage"]["output_tokens"]) == (9, 2)
    assert (tool["inputs"], tool["outputs"]) == ({"word": "a"}, "A")
    assert tool["metadata"] == {"tool_call_id": "call_1"}
    assert [(message["role"], message["parts"]) for message in last["inputs"]["messages"]] == [
        ("system", [{"type": "text", "content": "Be kind."}]),
        ("user", [{"type": "text", "content": "What is a?"}]),
        ("assistant", [asked]),
        ("tool", [{"type": "tool_call_response", "id": "call_1", "response": "A"}]),
    ]


async def test_a_streamed_answer_is_kept_with_the_time_of_its_first_token(runtime, read_runs):
    await run_stream(librarian("one two"))

    model = found(read_runs()[0], "scripted")
    assert model["outputs"]["messages"][0]["parts"] == [{"type": "text", "content": "onetwo"}]
    assert model["time_to_first_token_ms"] is not None


async def test_a_stream_that_is_left_early_is_abandoned_and_keeps_what_had_come(runtime, read_runs):
    @entrypoint
    async def ask():
        async with librarian("one two three").run_stream("Count.") as result:
            async for _ in result.stream_text(delta=True, debounce_by=None):
                break

    await ask()

    run = read_runs()[0]
    assert outline(run).startswith("request ask\n  agent librarian [abandoned]\n    llm scripted")
    assert found(run, "scripted")["outputs"]["messages"][0]["parts"][0]["content"].startswith("one")


async def test_what_the_consumer_of_a_stream_does_is_not_the_agents(runtime, read_runs):
    @entrypoint
    async def ask():
        async with librarian("one two").run_stream("Count.") as result:
            async for _ in result.stream_text(delta=True, debounce_by=None):
                with step("shown"):
                    pass

    await ask()

    lines = outline(read_runs()[0]).split("\n")
    assert lines[1:3] == ["  agent librarian", "    llm scripted"]
    assert set(lines[3:]) == {"  step shown"}


def test_a_tool_that_raises_is_an_error_and_so_is_the_run(runtime, read_runs):
    with pytest.raises(LookupError, match="no such word"):
        ran(librarian([call("look_up", word="none")]), "What?")

    run = read_runs()[0]
    assert outline(run).split("\n")[1:] == [
        "  agent librarian [error]",
        "    llm scripted",
        "    tool look_up [error]",
    ]
    assert found(run, "look_up")["error"]["message"] == "no such word"


def test_a_tool_that_asks_to_be_called_again_is_an_error_that_the_run_handles(runtime, read_runs):
    ran(librarian([call("look_up", word="short")], [call("look_up", "call_2", word="a")], "fine"), "What?")

    lines = outline(read_runs()[0]).split("\n")
    assert lines[1:5] == ["  agent librarian", "    llm scripted", "    tool look_up [error]", "    llm scripted"]


def test_a_model_that_raises_is_an_error(runtime, read_runs):
    def answer(messages, info):
        raise RuntimeError("overloaded")

    with pytest.raises(RuntimeError, match="overloaded"):
        ran(Agent(FunctionModel(answer, model_name="broken"), name="solo"), "What?")

    assert outline(read_runs()[0]).split("\n")[1:] == ["  agent solo [error]", "    llm broken [error]"]


def test_each_model_that_a_fallback_tries_is_a_request(runtime, read_runs):
    from pydantic_ai.exceptions import ModelHTTPError

    def answer(messages, info):
        raise ModelHTTPError(503, "broken")

    models = FallbackModel(FunctionModel(answer, model_name="broken"), answers("fine"))

    assert ran(Agent(models, name="solo"), "What?").output == "fine"

    lines = ["  agent solo", "    llm broken [error]", "    llm scripted"]
    assert outline(read_runs()[0]).split("\n")[1:] == lines


async def test_a_cancelled_run_is_cancelled(runtime, read_runs):
    begun = asyncio.Event()

    async def answer(messages, info):
        begun.set()
        await asyncio.Event().wait()

    running = asyncio.ensure_future(Agent(FunctionModel(answer, model_name="slow"), name="solo").run("Wait."))
    await begun.wait()

    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    assert outline(read_runs()[0]).split("\n")[1:] == ["  agent solo [cancelled]", "    llm slow [cancelled]"]


def test_an_agent_that_a_tool_runs_is_the_tools(runtime, read_runs):
    outer = Agent(answers([call("ask_librarian")], "done"), name="outer")

    @outer.tool
    async def ask_librarian(context: RunContext) -> str:
        return await run(librarian("It is A."))

    ran(outer, "What?")

    assert outline(read_runs()[0]).split("\n")[1:] == [
        "  agent outer",
        "    llm scripted",
        "    tool ask_librarian",
        "      agent librarian",
        "        llm scripted",
        "    llm scripted",
    ]


def test_a_tool_that_waits_for_approval_interrupts_the_run(runtime, read_runs):
    agent = Agent(answers([call("pay")]), name="solo", output_type=[str, DeferredToolRequests])

    @agent.tool_plain
    def pay() -> str:
        raise ApprovalRequired

    @entrypoint
    def ask():
        ran(agent, "Pay.")

    ask()

    assert outline(read_runs()[0]).split("\n") == [
        "request ask [interrupted]",
        "  agent solo [interrupted]",
        "    llm scripted",
        "    tool pay [interrupted]",
    ]


def test_a_tool_that_is_not_to_be_called_before_it_is_approved_has_no_execution(runtime, read_runs):
    agent = Agent(answers([call("pay")]), name="solo", output_type=[str, DeferredToolRequests])

    @agent.tool_plain(requires_approval=True)
    def pay() -> str:
        raise AssertionError("nobody approved")

    @entrypoint
    async def ask():
        async with agent.run_stream("Pay.") as result:
            return type(await result.get_output()).__name__

    assert asyncio.run(ask()) == "DeferredToolRequests"

    assert outline(read_runs()[0]).split("\n") == [
        "request ask [interrupted]",
        "  agent solo [interrupted]",
        "    llm scripted",
    ]


def test_parallel_tools_are_siblings(runtime, read_runs):
    ran(librarian([call("look_up", word="a"), call("look_up", "call_2", word="b")], "fine"), "What?")

    lines = outline(read_runs()[0]).split("\n")
    assert lines[1:3] == ["  agent librarian", "    llm scripted"]
    assert sorted(lines[3:7]) == ["      step shelf"] * 2 + ["    tool look_up"] * 2
