"""Agents of frameworks that are listened to through their spans: Strands, Agent Framework, Semantic Kernel."""

import asyncio
from contextlib import contextmanager
from importlib.util import find_spec

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider


class Strands:
    """Tells content in events of spans, always."""

    name, package, tool = "strands", "strands", "look"

    def prepare(self, monkeypatch):
        from strands.telemetry import get_tracer

        get_tracer()  # instruments threads, which is to be undone

    def ask(self, url, question, *, streams=False):  # it always does
        return str(self._agent(url, look)(question)).strip()

    async def asked(self, url, question, function=None):
        return str(await self._agent(url, function or look).invoke_async(question))

    async def asked_to_pay(self, url):
        from strands import ToolContext, tool

        @tool(context=True)
        def pay(to: str, tool_context: ToolContext) -> str:
            """Pay."""
            return tool_context.interrupt("approve")

        return (await self._agent(url, pay).invoke_async("Pay Ann.")).stop_reason == "interrupt"

    def _agent(self, url, function):
        from strands import Agent, tool
        from strands.models.openai import OpenAIModel

        client = {"base_url": url, "api_key": "none", "max_retries": 0}
        model = OpenAIModel(client_args=client, model_id="gpt-4o")
        known = function if hasattr(function, "tool_spec") else tool(function)
        return Agent(model=model, tools=[known], name="helper", callback_handler=None)

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
        return asyncio.run(self.asked(url, question, streams=streams))

    async def asked(self, url, question, function=None, *, streams=False):
        from agent_framework import Agent, tool
        from agent_framework.openai import OpenAIChatCompletionClient
        from openai import AsyncOpenAI

        async with AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:
            model = OpenAIChatCompletionClient(model="gpt-4o", async_client=client)
            agent = Agent(client=model, tools=[tool(function or look)], name="helper")
            if streams:
                return "".join([update.text async for update in agent.run(question, stream=True)])
            return str(await agent.run(question))

    async def asked_to_pay(self, url):
        from agent_framework import Agent, tool
        from agent_framework.openai import OpenAIChatCompletionClient
        from openai import AsyncOpenAI

        @tool(approval_mode="always_require")
        def pay(to: str) -> str:
            """Pay."""

        async with AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:
            model = OpenAIChatCompletionClient(model="gpt-4o", async_client=client)
            return bool((await Agent(client=model, tools=[pay], name="helper").run("Pay Ann.")).user_input_requests)

    def clean_up(self):
        pass


class SemanticKernel:
    """Tells content of agents and tools in attributes, where it is switched on, and that of models in no span."""

    name, package, tool = "semantic-kernel", "semantic_kernel", "words-look"

    def prepare(self, monkeypatch):  # which is read when a module of it is imported first, below
        monkeypatch.setenv("SEMANTICKERNEL_EXPERIMENTAL_GENAI_ENABLE_OTEL_DIAGNOSTICS_SENSITIVE", "true")

    def ask(self, url, question, *, streams=False):
        return asyncio.run(self.asked(url, question, streams=streams))

    async def asked(self, url, question, function=None, *, streams=False):
        from openai import AsyncOpenAI
        from semantic_kernel.agents import ChatCompletionAgent
        from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion
        from semantic_kernel.functions import KernelPlugin, kernel_function

        async with AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:
            service = OpenAIChatCompletion(ai_model_id="gpt-4o", async_client=client)
            words = KernelPlugin(name="words", functions=[kernel_function(function or look)])
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


FRAMEWORKS = (Strands, AgentFramework, SemanticKernel)


@contextmanager
def set_up(framework, monkeypatch):
    """Set a framework up as its user does, with a provider that sends nowhere; skip where it is not installed."""
    if find_spec(framework.package) is None:
        pytest.skip(f"{framework.package} is not installed")
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        trace.set_tracer_provider(TracerProvider())  # OpenTelemetry takes one in a process
    framework.prepare(monkeypatch)
    yield framework
    framework.clean_up()
