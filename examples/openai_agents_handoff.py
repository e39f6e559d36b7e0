"""Two OpenAI agents, traced by one decorator. Offline: their models answer from a script.

planner     asks a tool for trains, then hands over
writer      gives the answer
"""

from agents import Agent, Runner, function_tool, set_trace_processors
from agents.testing import ModelStep, ScriptedModel, assistant_message, function_call
from agents.usage import Usage

from gradient.sdk import entrypoint

set_trace_processors([])  # nothing goes to OpenAI; we listen all the same


@function_tool
def find_trains(start: str) -> list[str]:
    """Find cities that can be reached by a direct train."""
    return [f"{start} to Ljubljana, 6 h", f"{start} to Salzburg, 2.5 h"]


def answer(*items) -> ModelStep:
    return ModelStep(items, Usage(requests=1, input_tokens=80, output_tokens=12, total_tokens=92))


def planner() -> Agent:
    writer = Agent("writer", model=ScriptedModel([answer(assistant_message("Take the train to Ljubljana."))]))
    script = [
        answer(function_call("find_trains", {"start": "Vienna"}, call_id="call_1")),
        answer(function_call("transfer_to_writer", {}, call_id="call_2")),
    ]
    return Agent("planner", model=ScriptedModel(script), tools=[find_trains], handoffs=[writer])


@entrypoint(tags=["example"])
def travel(question: str) -> str:
    return Runner.run_sync(planner(), question).final_output


if __name__ == "__main__":
    print(travel("Where can I go from Vienna by train?"))
