"""Real agents of frameworks that are listened to through their spans: Strands, Agent Framework, Semantic Kernel."""

import pytest
from support.bridged_agents import AgentFramework, SemanticKernel, Strands, set_up
from support.outlines import found, outline, tree
from support.providers import call_tool, fail, say
from support.providers.fixture import provider  # noqa: F401 - a fixture

from gradient.sdk import configure, entrypoint

# Semantic Kernel is older than the pydantic that is installed with it.


TREES = {
    Strands: """
        request answer
          agent helper
            step execute_event_loop_cycle
              llm gpt-4o
              tool look
            step execute_event_loop_cycle
              llm gpt-4o
    """,
    AgentFramework: """
        request answer
          agent helper
            llm gpt-4o
            tool look
            llm gpt-4o
    """,
    SemanticKernel: """
        request answer
          agent helper
            step AutoFunctionInvocationLoop
              llm gpt-4o
              tool words-look
              llm gpt-4o
    """,
}


@pytest.fixture(params=TREES, ids=lambda kind: kind.name)
def framework(request, monkeypatch):
    """A framework as its user sets it up."""
    with set_up(request.param(), monkeypatch) as framework:
        yield framework


@pytest.fixture
def answer(framework, runtime, provider):  # noqa: F811 - the fixture
    """An entrypoint that asks an agent with one tool."""

    @entrypoint
    def answer(question, *, streams=False):
        return framework.ask(provider.openai_url, question, streams=streams)

    return answer


def calls(run):
    return [execution for execution in run["executions"] if execution["kind"] == "llm"]


def text(message):
    return "".join(part.get("content", "") for part in message["parts"])


@pytest.fixture
def answered(framework, answer, provider, read_runs):  # noqa: F811 - the fixture
    """The run of a question that took one call of the tool."""
    provider.script(call_tool(framework.tool, word="a"), say("fine"))

    assert answer("What is a?") == "fine"

    (run,) = read_runs()
    return run


def test_a_run_is_the_whole_tree_with_each_call_of_a_model_once(framework, answered):
    assert outline(answered) == tree(TREES[type(framework)])
    assert {execution["framework"] for execution in answered["executions"]} == {framework.name}


def test_a_call_of_a_model_tells_model_tokens_and_cost(answered):
    for call in calls(answered):
        assert (call["model"], call["provider"], call["node_id"]) == ("gpt-4o", "openai", "llm_gpt-4o")
        assert (call["usage"]["input_tokens"], call["usage"]["output_tokens"]) == (9, 2)
        assert call["usage"]["cost_usd"] > 0
    assert answered["usage"]["input_tokens"] == 18


def test_a_call_of_a_model_tells_what_it_was_asked_and_what_it_answered(framework, answered):
    first, second = calls(answered)

    assert text(first["inputs"]["messages"][-1]) == "What is a?"
    (request,) = first["outputs"]["messages"][0]["parts"]
    assert (request["type"], request["name"]) == ("tool_call", framework.tool)
    assert second["inputs"]["messages"][-1]["parts"][0]["type"] == "tool_call_response"
    assert text(second["outputs"]["messages"][0]) == "fine"


def test_agents_and_tools_tell_what_they_were_given_and_what_they_gave(framework, answered):
    agent, tool = found(answered, "helper"), found(answered, framework.tool)

    assert "What is a?" in str(agent["inputs"])
    assert "fine" in str(agent["outputs"])
    assert tool["inputs"] == {"word": "a"}
    assert "a is a letter" in str(tool["outputs"])


def test_a_stream_is_the_same_tree_and_tells_the_time_to_its_first_token(framework, answer, provider, read_runs):  # noqa: F811
    provider.script(call_tool(framework.tool, word="a"), say("fine"))

    assert answer("What is a?", streams=True) == "fine"

    (run,) = read_runs()
    assert outline(run) == tree(TREES[type(framework)])
    assert all(call["time_to_first_token_ms"] is not None for call in calls(run))


def test_a_tool_that_fails_is_an_error_and_its_agent_is_none(framework, answer, provider, read_runs):  # noqa: F811
    provider.script(call_tool(framework.tool, word="b"), say("unknown"))

    assert answer("What is b?") == "unknown"

    (run,) = read_runs()
    tool = found(run, framework.tool)
    assert (run["status"], found(run, "helper")["status"]) == ("completed", "completed")
    assert (tool["status"], tool["error"]["type"], tool["error"]["message"]) == ("error", "LookupError", "no such word")


def test_a_model_that_fails_fails_whatever_waits_for_it(answer, provider, read_runs):  # noqa: F811 - the fixture
    provider.script(fail(400, "too long"))

    with pytest.raises(Exception, match=r"too long|failed to complete"):
        answer("What is a?")

    (run,) = read_runs()
    (call,) = calls(run)
    assert {execution["status"] for execution in run["executions"]} == {run["status"]} == {"error"}
    assert call["error"]["type"].endswith(("BadRequestError", "ChatClientException", "ServiceResponseException"))
    assert "too long" in call["error"]["message"]


def test_without_the_bridge_the_clients_calls_are_still_recorded(framework, answer, provider, read_runs):  # noqa: F811
    configure(disabled_instrumentors=["opentelemetry"])
    provider.script(say("fine"))

    answer("What is a?")

    (run,) = read_runs()
    assert outline(run) == tree("""
        request answer
          llm gpt-4o
    """)
