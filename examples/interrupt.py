"""An agent that waits for a human: the first request ends `interrupted`, the second one resumes it.

Both are of one thread. `gradient show` of either tells the link to the other; they may be of different processes.
"""

from typing import Any, TypedDict

from langgraph.checkpoint.memory import MemorySaver
from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt

from gradient.sdk import entrypoint

THREAD = {"configurable": {"thread_id": "booking-17"}}


class Booking(TypedDict, total=False):
    """What is to be booked, and whether somebody said yes."""

    train: str
    approved: bool


def choose(state: Booking) -> Booking:
    return {"train": "Vienna to Ljubljana, Friday 8:00"}


def approve(state: Booking) -> Booking:
    return {"approved": interrupt({"book": state["train"]}) == "yes"}


def build_agent() -> Any:
    graph = StateGraph(Booking)
    graph.add_node(choose)
    graph.add_node(approve)
    graph.add_edge(START, "choose")
    graph.add_edge("choose", "approve")
    return graph.compile(checkpointer=MemorySaver())


agent = build_agent()


@entrypoint
def book(told: Any) -> dict[str, Any]:
    return agent.invoke(told, THREAD)


def main() -> None:
    book({"train": ""})
    print("Waiting for:", agent.get_state(THREAD).tasks[0].interrupts[0].value)
    print("Booked:", book(Command(resume="yes")))


if __name__ == "__main__":
    main()
