"""A tool loop on LiteLLM, traced by one decorator. Offline: a provider of its own answers from a script."""

import os
from typing import Any

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else LiteLLM downloads a table of prices

import litellm
from litellm import CustomLLM, ModelResponse

from gradient.sdk import entrypoint, step

MODEL = "scripted/scripted-1"


class ScriptedProvider(CustomLLM):
    """Asks for trains, then recommends one of them."""

    def completion(self, *args: Any, **options: Any) -> ModelResponse:
        messages = options["messages"]
        if messages[-1]["role"] == "tool":
            message: dict[str, Any] = {"role": "assistant", "content": "Take the train to Ljubljana."}
        else:
            call = {"name": "find_trains", "arguments": '{"start": "Vienna"}'}
            message = {"role": "assistant", "content": None, "tool_calls": [{"id": "call_1", "function": call}]}
        usage = {"prompt_tokens": 80, "completion_tokens": 6, "total_tokens": 86}
        return ModelResponse(model="scripted-1", choices=[{"message": message}], usage=usage)


@step("find_trains", kind="tool")
def find_trains(start: str) -> str:
    return f"{start} to Ljubljana, 6 h; {start} to Salzburg, 2.5 h"


@entrypoint(tags=["example"])
def travel(question: str) -> str:
    messages: list[Any] = [{"role": "user", "content": question}]
    asked = litellm.completion(MODEL, messages).choices[0].message
    result = {"role": "tool", "tool_call_id": asked.tool_calls[0].id, "content": find_trains("Vienna")}
    answer = litellm.completion(MODEL, [*messages, asked.model_dump(), result])
    return str(answer.choices[0].message.content)


if __name__ == "__main__":
    litellm.custom_provider_map = [{"provider": "scripted", "custom_handler": ScriptedProvider()}]
    print(travel("Where can I go from Vienna by train?"))
