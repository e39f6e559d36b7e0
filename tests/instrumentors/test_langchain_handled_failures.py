"""A tool's failure that the model is told of, instead of raised, is an error of the tool, and its run completes."""

from importlib.metadata import version

import pytest
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.tools import StructuredTool, ToolException
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.types import Command
from support.outlines import found, outline, tree

from gradient.sdk import entrypoint
from gradient.store import open as open_store

CALL = {"name": "look_up", "args": {"word": "x"}, "id": "call_1", "type": "tool_call"}


def tool_of(function, **options):
    """Return a tool named `look_up`, with both colours."""

    async def look_up(word: str):
        return function(word)

    return StructuredTool.from_function(function, look_up, name="look_up", description="Look a word up.", **options)


def raises(word: str):
    raise ToolException("no such word")


def breaks(word: str):
    raise KeyError("x")


def succeeds(word: str):
    return ToolMessage("found", tool_call_id="call_1")


def answers(word: str):
    return ToolMessage("no such word", tool_call_id="call_1", status="error")


def answers_in_blocks(word: str):
    blocks = [{"type": "text", "text": "no such"}, "word", {"type": "image", "url": "x"}]
    return ToolMessage(blocks, tool_call_id="call_1", status="error")


def commands(word: str):
    return Command(update={"messages": [answers(word)], "count": 1})


def lists(word: str):
    return [ToolMessage("fine", tool_call_id="call_1"), commands(word)]


FAILED = {
    "handle_tool_error": (tool_of(raises, handle_tool_error=True), "no such word"),
    "with a text": (tool_of(raises, handle_tool_error="sorry"), "no such word"),
    "with a function": (tool_of(raises, handle_tool_error=lambda error: f"sorry: {error}"), "no such word"),
    "a message": (tool_of(answers), "no such word"),
    "a message of blocks": (tool_of(answers_in_blocks), "no such\nword"),
    "a command": (tool_of(commands), "no such word"),
    "several": (tool_of(lists), "no such word"),
}


@pytest.fixture(params=["invoke", "ainvoke"])
def call(request):
    """Return a coroutine function that calls a tool, or a node, in one of two colours."""

    async def call(called, *given):
        return called.invoke(*given) if request.param == "invoke" else await called.ainvoke(*given)

    return call


@pytest.mark.parametrize("way", FAILED)
async def test_a_failure_that_the_tool_answers_with_is_its_error(runtime, read_runs, call, way):
    if way == "several" and version("langchain-core") < "1":
        pytest.skip("langchain-core before 1.0 makes one text of several messages")
    failing, message = FAILED[way]

    @entrypoint
    async def agent():
        return await call(failing, CALL)

    answer = await agent()

    (run,) = read_runs()
    assert outline(run) == tree("""
        request agent
          tool look_up [error]
    """)
    told = found(run, "look_up")
    assert told["error"]["message"] == message
    assert told["outputs"] is not None
    assert told["metadata"] == {"tool_call_id": "call_1"}
    if isinstance(answer, ToolMessage):
        assert answer.status == "error"


async def test_a_tool_is_not_said_to_be_for_a_call_whose_answer_its_command_hands_on(runtime, read_runs, call):
    def hand_on(word: str):
        return Command(update={"messages": [ToolMessage("earlier", tool_call_id="call_0"), succeeds(word)]})

    await call(tool_of(hand_on), CALL)

    told = found(read_runs()[0], "look_up")["metadata"]
    assert told == ({} if version("langchain-core") < "1" else {"tool_call_id": "call_1"})


async def test_what_a_tool_caught_is_told_with_its_type_and_place(runtime, read_runs, call):
    failing = tool_of(raises, handle_tool_error="sorry")

    assert await call(failing, {"word": "x"}) == "sorry"

    told = found(read_runs()[0], "look_up")
    assert told["error"]["type"].endswith("ToolException")
    assert "in raises" in told["error"]["stacktrace"]
    assert told["outputs"] == "sorry"


async def test_arguments_that_the_tool_refuses_are_its_error(runtime, read_runs, call):
    failing = tool_of(raises, handle_validation_error="give a word")

    assert await call(failing, {"word": {"no": "text"}}) == "give a word"

    told = found(read_runs()[0], "look_up")
    assert (told["status"], told["outputs"]) == ("error", "give a word")
    assert told["error"]["type"].endswith("ValidationError")


async def test_a_tool_that_answers_a_message_completes(runtime, read_runs, call):
    assert (await call(tool_of(succeeds), CALL)).content == "found"

    told = found(read_runs()[0], "look_up")
    assert (told["status"], told["error"]) == ("completed", None)


async def test_a_handler_that_fails_itself_ends_the_tool_with_its_own_error(runtime, read_runs, call):
    failing = tool_of(raises, handle_tool_error=lambda error: error.args[7])

    with pytest.raises(IndexError):
        await call(failing, {"word": "x"})

    assert found(read_runs()[0], "look_up")["error"]["type"] == "IndexError"


def agent_of(*tools, calls):
    ask = {"messages": [AIMessage("", tool_calls=calls)]}
    node = ToolNode(list(tools), handle_tool_errors=True)
    graph = StateGraph(MessagesState).add_node("tools", node).add_edge(START, "tools").compile()
    return entrypoint(name="agent")(lambda: graph.invoke(ask)["messages"])


def test_of_the_calls_of_a_model_each_is_there_whether_or_not_there_is_such_a_tool(runtime, read_runs):
    calls = [{**CALL, "id": "call_1"}, {**CALL, "name": "look_under", "id": "call_2"}]

    *_, broke, missing = agent_of(tool_of(breaks), calls=calls)()

    assert (broke.status, missing.status) == ("error", "error")
    (run,) = read_runs()
    assert outline(run, by_name=True) == tree("""
        request agent
          graph LangGraph
            node tools
              tool look_under [error]
              tool look_up [error]
    """)
    told = found(run, "look_under")
    assert told["inputs"] == {"word": "x"}
    assert told["metadata"] == {"tool_call_id": "call_2"}
    assert told["error"]["message"] == missing.content


def test_a_handled_failure_is_among_the_errors_and_the_run_among_those_that_completed(runtime, read_runs):
    agent_of(tool_of(answers), calls=[CALL])()

    read_runs()
    with open_store(runtime.settings.home) as store:
        (listed,) = store.list("status:completed errors:1").runs
        (group,) = store.errors("")
    assert listed.status == "completed"
    assert (group.message, group.count) == ("no such word", 1)


def test_without_langchains_instrumentor_tools_fail_unseen(runtime, read_runs):
    runtime.uninstall_instrumentation()

    answer = tool_of(raises, handle_tool_error=True).invoke({"word": "x"})

    assert answer == "no such word"
    assert read_runs() == []


def test_a_failure_of_another_call_that_is_handed_on_is_not_the_tools_own(runtime, read_runs):
    def hands_on(word: str):
        other = ToolMessage("no such word", tool_call_id="call_0", status="error")
        return Command(update={"messages": [other, succeeds(word)]})

    @entrypoint
    def agent():
        tool_of(hands_on).invoke(CALL)

    agent()

    assert found(read_runs()[0], "look_up")["status"] == "completed"
