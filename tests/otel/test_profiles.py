"""Further tools find what they read under names of their own."""

import json

import pytest
from support.receiver import attributes

from gradient.sdk import entrypoint, session, step


@pytest.fixture
def sent(runtime, receiver, shipper_to):
    """Return a function that gives the attributes of an agent's spans with a profile, by name."""

    @entrypoint(tags=["beta"], metadata={"version": 3})
    def agent(question):
        with step("ask", kind="llm", inputs="hello") as call:
            call.outputs = "hi"
            call.set_usage(input_tokens=9, output_tokens=4, cost_usd=0.5, model="gpt-4o")
        with step("plain"):
            pass
        with step("search", kind="tool"):
            raise LookupError("nothing there")

    def send(*profiles):
        with pytest.raises(LookupError), session("chat-17", user_id="ada"):
            agent("why")
        shipper_to(receiver.server_port, profiles=profiles).round()
        return {span.name: attributes(span) for span in receiver.spans}

    return send


def test_langfuse_finds_types_usage_cost_and_the_trace(sent):
    told = sent("langfuse")

    root, ask, search = told["invoke_workflow agent"], told["chat gpt-4o"], told["execute_tool search"]
    types = [one["langfuse.observation.type"] for one in (root, ask, told["plain"], search)]
    assert types == ["chain", "generation", "span", "tool"]
    assert root["langfuse.trace.input"] == '{"question":"why"}'
    assert root["langfuse.trace.tags"] == ["beta"]
    assert root["langfuse.observation.metadata.version"] == "3"
    assert json.loads(ask["langfuse.observation.usage_details"]) == {"input": 9, "output": 4}
    assert json.loads(ask["langfuse.observation.cost_details"]) == {"total": 0.5}
    assert search["langfuse.observation.level"] == "ERROR"
    assert search["langfuse.observation.status_message"] == "nothing there"
    assert ask["session.id"] == "chat-17"


def test_langsmith_finds_kinds_prompt_completion_and_the_thread(sent, runtime):
    told = sent("langsmith")

    ask = told["chat gpt-4o"]
    assert (ask["langsmith.span.kind"], ask["gen_ai.prompt"], ask["gen_ai.completion"]) == ("llm", "hello", "hi")
    assert ask["gen_ai.usage.total_tokens"] == 13
    assert ask["langsmith.metadata.session_id"] == "chat-17"
    assert ask["langsmith.trace.session_name"] == runtime.recorder.project
    assert told["plain"]["langsmith.span.kind"] == "chain"
    assert told["invoke_workflow agent"]["langsmith.metadata.version"] == "3"


def test_mlflow_finds_types_that_it_would_not_guess(sent):
    told = sent("mlflow")

    assert {name: one["mlflow.spanType"] for name, one in told.items()} == {
        "invoke_workflow agent": "WORKFLOW",
        "chat gpt-4o": "CHAT_MODEL",
        "plain": "TASK",
        "execute_tool search": "TOOL",
    }


def test_without_a_profile_there_is_nothing_of_other_tools(sent):
    told = sent()

    prefixes = {name.partition(".")[0] for one in told.values() for name in one}
    assert prefixes <= {"gen_ai", "gradient", "session", "user", "error"}
