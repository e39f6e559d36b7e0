"""Real agents of frameworks that are listened to through their spans: Strands, Agent Framework, Semantic Kernel."""

import asyncio
from importlib.util import find_spec

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from support.outlines import found, outline, tree
from support.providers import call_tool, fail, say
from support.providers.fixture import provider  # noqa: F401 - a fixture

from gradient.sdk import configure, entrypoint

# Semantic Kernel is older than the pydantic that is installed with it.


class Strands:
    """Tells content in events of spans, always."""

    name, package, tool = "strands", "strands", "look"

    def prepare(self, monkeypatch):
        from strands.telemetry import get_tracer

        get_tracer()  # instruments threads, which is to be undone

    def ask(self, url, question, *, streams=False):  # it always does
        from strands import Agent, tool
        from strands.models.openai import OpenAIModel

        client = {"base_url": url, "api_key": "none", "max_retries": 0}
        model = OpenAIModel(client_args=client, model_id="gpt-4o")
        agent = Agent(model=model, tools=[tool(look)], name="helper", callback_handler=None)
        return str(agent(question)).strip()

    def clean_up(self):
        from opentelemetry.instrumentation.threading import ThreadingInstrumentor

        ThreadingInstrumentor().uninstrument()


class AgentFramework:
    """Tells content in attributes, where it is switched on."""

    name, package, tool = "agent-framework", "agent_framework", "look"

    def prepare(self, monkeypatch):
        from agent_framework.observability import enable_sensitive_telemetry

        enable_sensitive_telemetry()

    def ask(self, url, question, *, streams=False):
        return asyncio.run(self._asked(url, question, streams))

    async def _asked(self, url, question, streams):
        from agent_framework import Agent, tool
        from agent_framework.openai import OpenAIChatCompletionClient
        from openai import AsyncOpenAI

        async with AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:
            model = OpenAIChatCompletionClient(model="gpt-4o", async_client=client)
            agent = Agent(client=model, tools=[tool(look)], name="helper")
            if streams:
                return "".join([update.text async for update in agent.run(question, stream=True)])
            return str(await agent.run(question))

    def clean_up(self):
        pass


class SemanticKernel:
    """Tells content of agents and tools in attributes, where it is switched on, and that of models in no span."""

    name, package, tool = "semantic-kernel", "semantic_kernel", "words-look"

    def prepare(self, monkeypatch):  # which is read when a module of it is imported first, below
        monkeypatch.setenv("SEMANTICKERNEL_EXPERIMENTAL_GENAI_ENABLE_OTEL_DIAGNOSTICS_SENSITIVE", "true")

    def ask(self, url, question, *, streams=False):
        return asyncio.run(self._asked(url, question, streams))

    async def _asked(self, url, question, streams):
        from openai import AsyncOpenAI
        from semantic_kernel.agents import ChatCompletionAgent
        from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion
        from semantic_kernel.functions import KernelPlugin, kernel_function

        async with AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:
            service = OpenAIChatCompletion(ai_model_id="gpt-4o", async_client=client)
            words = KernelPlugin(name="words", functions=[kernel_function(look)])
            agent = ChatCompletionAgent(service=service, plugins=[words], name="helper")
            if streams:
                return "".join([str(chunk.message) async for chunk in agent.invoke_stream(question)])
            return str(await agent.get_response(question))

    def clean_up(self):
        pass


def look(word: str) -> str:
    """Look a word up."""
    if word == "b":
        raise LookupError("no such word")
    return f"{word} is a letter"


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
    """A framework as its user sets it up, with a provider that sends nowhere; skipped where it is not installed."""
    framework = request.param()
    if find_spec(framework.package) is None:
        pytest.skip(f"{framework.package} is not installed")
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        trace.set_tracer_provider(TracerProvider())  # OpenTelemetry takes one in a process
    framework.prepare(monkeypatch)
    yield framework
    framework.clean_up()


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
