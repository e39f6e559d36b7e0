"""The OpenAI Agents SDK: runs, agents, tools, handoffs, guardrails and models."""

import asyncio

import pytest

pytest.importorskip("agents.tracing.provider")

from agents import (
    Agent,
    GuardrailFunctionOutput,
    InputGuardrailTripwireTriggered,
    MaxTurnsExceeded,
    Runner,
    custom_span,
    function_tool,
    generation_span,
    input_guardrail,
    trace,
)
from agents.testing import ScriptedModel
from support.openai_agents_models import LLM, calls, model, says
from support.outlines import found, outline, tree

from gradient.sdk import entrypoint, step


@function_tool
async def look_up(word: str) -> str:
    """Look a word up."""
    if word == "none":
        raise ValueError("no such word")
    with step("open book"):
        return word.upper()


def librarian(word="a", **options):
    return Agent(
        "solo",
        instructions="Be brief.",
        model=model(calls("look_up", word=word), says("It is A.")),
        tools=[look_up],
        **options,
    )


async def run(agent):
    return (await Runner.run(agent, "What is a?")).final_output


async def run_streamed(agent):
    result = Runner.run_streamed(agent, "What is a?")
    async for _ in result.stream_events():
        pass
    return result.final_output


async def run_sync(agent):
    def in_thread():
        loop = asyncio.new_event_loop()  # the SDK would leave one of its own open
        asyncio.set_event_loop(loop)
        try:
            return Runner.run_sync(agent, "What is a?").final_output
        finally:
            asyncio.set_event_loop(None)
            loop.close()

    return await asyncio.to_thread(in_thread)


@pytest.mark.parametrize("way", [run, run_streamed, run_sync])
@pytest.mark.parametrize("tells", [True, False])
async def test_a_run_is_a_tree_whichever_method_began_it_and_whether_or_not_its_model_tells(
    runtime, read_runs, way, tells
):
    agent = librarian()
    agent.model = model(calls("look_up", word="a"), says("It is A."), emit_traces=tells)

    @entrypoint
    async def ask():
        return await way(agent)

    assert await ask() == "It is A."

    assert outline(read_runs()[0]) == tree(
        f"""
        request ask
          workflow Agent workflow
            agent solo
              llm {LLM}
              tool look_up
                step open book
              llm {LLM}
        """
    )


async def test_a_run_and_its_agent_tell_what_they_were_asked_and_what_they_answered(runtime, read_runs):
    await run(librarian())

    run_ = read_runs()[0]
    asked = {"messages": [{"role": "user", "parts": [{"type": "text", "content": "What is a?"}]}]}
    parts = [{"type": "text", "content": "It is A."}]
    for name in ("Agent workflow", "solo"):
        told = found(run_, name)
        assert told["inputs"] == asked
        assert [(message["role"], message["parts"]) for message in told["outputs"]["messages"]] == [
            ("assistant", parts)
        ]
    assert found(run_, "solo")["metadata"] == {"tools": ["look_up"], "output_type": "str"}


async def test_a_call_of_a_model_tells_its_messages_tools_tokens_and_answer(runtime, read_runs):
    await run(librarian())

    first, second = (each for each in read_runs()[0]["executions"] if each["kind"] == "llm")
    system = {"role": "system", "parts": [{"type": "text", "content": "Be brief."}]}
    assert first["inputs"]["messages"][0] == system
    assert first["inputs"]["tools"][0]["name"] == "look_up"
    ((call,),) = (message["parts"] for message in first["outputs"]["messages"])
    assert (call["type"], call["name"], call["arguments"]) == ("tool_call", "look_up", {"word": "a"})
    assert first["usage"] is None  # the model counts none
    assert (second["usage"]["input_tokens"], second["usage"]["output_tokens"]) == (9, 2)
    assert second["inputs"]["messages"][-1]["parts"][0]["response"] == "A"


async def test_a_streamed_answer_tells_when_its_first_token_came(runtime, read_runs):
    await run_streamed(librarian())
    await run(librarian())

    streamed, whole = ([each for each in run_["executions"] if each["kind"] == "llm"][-1] for run_ in read_runs())
    assert 0 <= streamed["time_to_first_token_ms"] <= streamed["duration_ms"]
    streamed_parts, whole_parts = (each["outputs"]["messages"][0]["parts"] for each in (streamed, whole))
    assert streamed_parts == whole_parts == [{"type": "text", "content": "It is A."}]
    assert whole["time_to_first_token_ms"] is None


async def test_a_tool_tells_its_arguments_and_result(runtime, read_runs):
    await run(librarian())

    tool = found(read_runs()[0], "look_up")
    assert (tool["inputs"], tool["outputs"]) == ({"word": "a"}, "A")


async def test_a_tool_that_fails_is_the_error_it_raised_and_the_agent_that_copes_is_none(runtime, read_runs):
    assert await run(librarian("none")) == "It is A."

    run_ = read_runs()[0]
    tool = found(run_, "look_up")
    assert (tool["status"], tool["error"]["type"], tool["error"]["message"]) == ("error", "ValueError", "no such word")
    assert "An error occurred" in tool["outputs"]
    assert found(run_, "solo")["status"] == run_["status"] == "completed"


async def test_a_model_that_fails_ends_all_around_it_with_the_very_error(runtime, read_runs):
    failing = model({"error": ValueError("no such model")})

    with pytest.raises(ValueError, match="no such model"):
        await run(Agent("solo", model=failing))

    executions = read_runs()[0]["executions"]
    assert [each["kind"] for each in executions] == ["workflow", "agent", "llm"]
    assert {(each["status"], each["error"]["type"]) for each in executions} == {("error", "ValueError")}


async def test_a_run_inside_an_exception_handler_does_not_take_that_exception_for_its_own(runtime, read_runs):
    try:
        {}["earlier"]
    except KeyError:
        await run(librarian())

    assert {each["status"] for each in read_runs()[0]["executions"]} == {"completed"}


async def test_too_many_turns_are_an_error_of_the_agent_and_of_its_run(runtime, read_runs):
    with pytest.raises(MaxTurnsExceeded):
        await Runner.run(librarian(), "What is a?", max_turns=1)

    run_ = read_runs()[0]
    assert found(run_, "solo")["error"]["type"].endswith("MaxTurnsExceeded")
    assert found(run_, "look_up")["status"] == "completed"


async def test_a_handoff_says_from_whom_to_whom(runtime, read_runs):
    bob = Agent("bob", model=model(says("Hello.")))
    ann = Agent("ann", model=model(calls("transfer_to_bob")), handoffs=[bob])

    assert await run(ann) == "Hello."

    run_ = read_runs()[0]
    assert outline(run_).split("\n")[1:] == [
        "  workflow Agent workflow",
        "    agent ann",
        f"      llm {LLM}",
        "      handoff handoff",
        "    agent bob",
        f"      llm {LLM}",
    ]
    assert (found(run_, "handoff")["inputs"], found(run_, "handoff")["outputs"]) == ({"from": "ann"}, {"to": "bob"})


async def test_an_agent_that_is_a_tool_is_below_that_tool(runtime, read_runs):
    outer = Agent(
        "outer", model=model(calls("ask", input="a?"), says("Fine.")), tools=[librarian().as_tool("ask", "asks")]
    )

    await run(outer)

    assert outline(read_runs()[0]).split("\n")[2:] == [
        "    agent outer",
        f"      llm {LLM}",
        "      tool ask",
        "        agent solo",
        f"          llm {LLM}",
        "          tool look_up",
        "            step open book",
        f"          llm {LLM}",
        f"      llm {LLM}",
    ]
    assert found(read_runs()[0], "outer")["outputs"]["messages"][0]["parts"][0]["content"] == "Fine."


@pytest.mark.parametrize("trips", [False, True])
async def test_a_guardrail_tells_whether_it_was_tripped(runtime, read_runs, trips):
    @input_guardrail
    async def guard(context, agent, given):
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered=trips)

    @entrypoint
    async def ask():
        try:
            await run(Agent("solo", model=model(says("Fine.")), input_guardrails=[guard]))
        except InputGuardrailTripwireTriggered:
            return "tripped"

    assert await ask() == ("tripped" if trips else None)

    run_ = read_runs()[0]
    assert found(run_, "guard")["outputs"] == {"triggered": trips}
    assert found(run_, "solo")["status"] == ("error" if trips else "completed")


async def test_a_trace_of_the_users_own_holds_its_runs_and_names_the_session(runtime, read_runs):
    @entrypoint
    async def ask():
        with step("mine"), trace("both", group_id="thread-1"):
            await run(librarian())
            with custom_span("between", {"a": 1}):
                pass
            await run(Agent("bob", model=model(says("Hello."))))

    await ask()

    run_ = read_runs()[0]
    lines = outline(run_).split("\n")
    assert lines[:4] == ["request ask", "  step mine", "    workflow both", "      agent solo"]
    assert lines[-3:] == ["      step between", "      agent bob", f"        llm {LLM}"]
    assert run_["session_id"] == "thread-1"
    assert found(run_, "between")["inputs"] == {"a": 1}


async def test_a_generation_that_nobody_else_tells_of_is_a_call_of_a_model(runtime, read_runs):
    with trace("mine"), generation_span(model="house-1", input=[{"role": "user", "content": "a?"}]) as span:
        span.span_data.output = [{"role": "assistant", "content": "A"}]
        span.span_data.usage = {"input_tokens": 3, "output_tokens": 1}

    (_, llm) = read_runs()[0]["executions"]
    assert (llm["kind"], llm["model"], llm["usage"]["input_tokens"]) == ("llm", "house-1", 3)
    assert llm["inputs"]["messages"][0]["parts"] == [{"type": "text", "content": "a?"}]
    assert llm["outputs"]["messages"][0]["parts"] == [{"type": "text", "content": "A"}]


async def test_a_model_that_asks_another_one_is_one_call(runtime, read_runs):
    class Careful(ScriptedModel):
        async def get_response(self, *args, **options):
            return await inner.get_response(*args, **options)

    inner = model(says("Fine."))

    await run(Agent("solo", model=Careful([])))

    assert outline(read_runs()[0]).split("\n")[2:] == ["    agent solo", "      llm Careful"]


async def test_a_cancelled_run_is_cancelled_down_to_where_it_was(runtime, read_runs):
    begun = asyncio.Event()

    @function_tool
    async def wait() -> str:
        """Wait for ever."""
        begun.set()
        await asyncio.Event().wait()

    running = asyncio.ensure_future(run(Agent("solo", model=model(calls("wait")), tools=[wait])))
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    run_ = read_runs()[0]
    assert [each["status"] for each in run_["executions"]] == ["cancelled", "cancelled", "completed", "cancelled"]


async def test_requests_at_once_do_not_mix(runtime, read_runs):
    @entrypoint
    async def ask(word):
        return await run(librarian(word))

    await asyncio.gather(*map(ask, "abc"))

    runs = read_runs()
    assert sorted(found(run_, "look_up")["outputs"] for run_ in runs) == ["A", "B", "C"]
    assert len({outline(run_) for run_ in runs}) == 1
