"""A Semantic Kernel agent with a tool, traced through its spans. Offline: its model answers from a script."""

import asyncio
import os
from typing import Any

os.environ["SEMANTICKERNEL_EXPERIMENTAL_GENAI_ENABLE_OTEL_DIAGNOSTICS_SENSITIVE"] = "true"  # read at the import

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from semantic_kernel.agents import ChatCompletionAgent
from semantic_kernel.connectors.ai.chat_completion_client_base import ChatCompletionClientBase
from semantic_kernel.connectors.ai.completion_usage import CompletionUsage
from semantic_kernel.contents import ChatMessageContent, FunctionCallContent, TextContent
from semantic_kernel.functions import KernelPlugin, kernel_function
from semantic_kernel.utils.telemetry.model_diagnostics.decorators import trace_chat_completion

from gradient.sdk import entrypoint

trace.set_tracer_provider(TracerProvider())  # without one, there are no spans

CALL = FunctionCallContent(id="call_1", name="trains-find_trains", arguments='{"start": "Vienna"}')
USAGE = CompletionUsage(prompt_tokens=80, completion_tokens=6)


class ScriptedModel(ChatCompletionClientBase):
    """Gives the next answer of its script at each call."""

    SUPPORTS_FUNCTION_CALLING = True
    answers: list[Any]

    @trace_chat_completion("scripted")
    async def _inner_get_chat_message_contents(self, chat_history: Any, settings: Any) -> list[ChatMessageContent]:
        return [ChatMessageContent(role="assistant", items=[self.answers.pop(0)], metadata={"usage": USAGE})]


@kernel_function
def find_trains(start: str) -> str:
    """Find trains."""
    return f"{start} to Ljubljana, 6 h; {start} to Salzburg, 2.5 h"


@entrypoint(tags=["example"])
async def travel(question: str) -> str:
    answers = [CALL, TextContent(text="Take the train to Ljubljana.")]
    model = ScriptedModel(ai_model_id="scripted-1", answers=answers)
    trains = KernelPlugin(name="trains", functions=[find_trains])
    return str(await ChatCompletionAgent(name="planner", service=model, plugins=[trains]).get_response(question))


if __name__ == "__main__":
    print(asyncio.run(travel("Where can I go from Vienna by train?")))
