"""A Pydantic AI agent with a tool, traced by one decorator. Offline: its model is a function."""

from pydantic_ai import Agent
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.usage import RequestUsage

from gradient.sdk import entrypoint


def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
    """Ask for trains first, then answer."""
    is_asked = len(messages) == 1
    told = ToolCallPart("find_trains", {"start": "Vienna"}) if is_asked else TextPart("Take the train to Ljubljana.")
    return ModelResponse([told], usage=RequestUsage(input_tokens=80, output_tokens=12))


planner = Agent(FunctionModel(answer, model_name="scripted-1"), name="planner", instructions="Trains, no planes.")


@planner.tool_plain
def find_trains(start: str) -> list[str]:
    """Find cities that can be reached by a direct train."""
    return [f"{start} to Ljubljana, 6 h", f"{start} to Salzburg, 2.5 h"]


@entrypoint(tags=["example"])
def travel(question: str) -> str:
    return planner.run_sync(question).output


if __name__ == "__main__":
    print(travel("Where can I go from Vienna by train?"))
