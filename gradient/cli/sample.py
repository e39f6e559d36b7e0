"""A made-up travel agent, for `gradient demo`: what a run looks like, without a key, a network or a framework.

    planner ── model            asks for two tools
    research ┬ find_trains      at the same time
             ├ find_weather
             └ find_hotels      only where it shall fail: the first try does, the second does not
    read_pages ── ...           only where many executions are wanted
    writer ── model             answers, or fails

Its time runs twenty times as fast as it says.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from gradient.runtime.clock import Clock
from gradient.runtime.context import RequestContext
from gradient.runtime.listening.listeners import Listener
from gradient.runtime.manager import RuntimeManager, set_runtime_manager
from gradient.runtime.settings.fields import Settings
from gradient.sdk import annotate, entrypoint, step

EXECUTIONS, EXECUTIONS_WITH_ERROR = 7, 9
_FASTER = 20
_BATCH = 50
_QUESTION = "Where can I go from Vienna by train for a weekend in May?"
_ANSWER = "Ljubljana: six hours by a direct train, 19 degrees, and a room by the river for 95 euros."


@dataclass(slots=True)
class Recorded(Listener):
    """What became of the run.

    Attributes:
        request_id: Its id, once it began.
        dropped: How much of it could not be kept.
    """

    request_id: str = ""
    dropped: int = 0

    def on_request_start(self, request: RequestContext) -> None:
        self.request_id = request.request_id

    def on_request_end(self, request: RequestContext) -> None:
        self.dropped = request.dropped


def record_sample(settings: Settings, *, error: bool, pages: int, tell: Callable[[str, int, int], None]) -> Recorded:
    """Run the agent once and record it.

    Args:
        settings: Where to, and how; what would leave anything out is not heeded.
        error: Whether it shall fail.
        pages: How many executions it shall have beside its usual ones.
        tell: Told what is done, how many of these there are, and of how many.
    """
    whole = replace(
        settings,
        enabled=True,
        console="off",
        content="full",
        granularity="all",
        include=(),
        exclude=(),
        sample_rate=1.0,
    )
    manager = RuntimeManager(settings=whole, clock=_fast_clock(), instrumentors=())
    recorded = Recorded()
    manager.add_listener(recorded)
    former = set_runtime_manager(manager)
    try:
        asyncio.run(_agent(error=error, pages=pages, tell=tell))
    except TimeoutError:
        pass
    finally:
        manager.shutdown()
        set_runtime_manager(former)
    return recorded


def _fast_clock() -> Clock:
    begun_ns = time.perf_counter_ns()
    return Clock(lambda: begun_ns + (time.perf_counter_ns() - begun_ns) * _FASTER)


async def _agent(*, error: bool, pages: int, tell: Callable[[str, int, int], None]) -> None:
    @entrypoint(tags=["demo"], session_id="weekend", metadata={"language": "en"})
    async def plan_weekend(question: str) -> str:
        with step("planner", kind="node", inputs={"question": question}) as planner:
            planner.outputs = await _model("gpt-4o-mini", [_said("user", question)], _TOOL_CALLS, 2_412, 46, 0.00039)
        with step("research", kind="node") as research:
            wanted = [_tool("find_trains", 0.9, start="Vienna", max_hours=6), _tool("find_weather", 0.6, month="May")]
            research.outputs = await asyncio.gather(*wanted, *([_retried_tool()] if error else []))
        if pages:
            _read_pages(pages, tell)
        with step("writer", kind="node", inputs={"findings": research.outputs}) as writer:
            messages = [_said("user", question), _said("tool", "6 h to Ljubljana; 19 degrees")]
            failure = TimeoutError("the model did not answer within 30 s") if error else None
            writer.outputs = await _model("gpt-4o", messages, [_text(_ANSWER)], 958, 131, 0.0037, failure)
        return _ANSWER

    await plan_weekend(_QUESTION)


async def _model(  # noqa: PLR0913, PLR0917 - what a call of a model is
    model: str,
    messages: list[Any],
    answer: list[Any],
    input_tokens: int,
    output_tokens: int,
    cost_usd: float,
    failure: Exception | None = None,
) -> list[Any]:
    inputs = {"messages": [_said("system", "You plan weekends by train."), *messages], "params": {"temperature": 0.2}}
    with step("chat", kind="llm", inputs=inputs) as call:
        await _take(0.01 * output_tokens + 0.7)
        if failure is not None:
            call.set_usage(output_tokens=0, cost_usd=0.0, input_tokens=0, model=model, provider="openai")
            raise failure
        call.set_usage(
            input_tokens=input_tokens, output_tokens=output_tokens, cost_usd=cost_usd, model=model, provider="openai"
        )
        call.outputs = {"messages": [{"role": "assistant", "parts": answer}]}
    return answer


async def _tool(name: str, seconds: float, **arguments: Any) -> Any:
    with step(name, kind="tool", inputs=arguments) as call:
        await _take(seconds)
        call.outputs = _FOUND[name]
    return _FOUND[name]


async def _retried_tool() -> Any:
    """Call a tool that fails at the first try."""
    try:
        return await _find_hotels(attempt=1)
    except ConnectionError as error:
        annotate("retry", after=type(error).__name__)
        return await _find_hotels(attempt=2)


async def _find_hotels(attempt: int) -> Any:
    with step("find_hotels", kind="tool", inputs={"city": "Ljubljana"}) as call:
        if call.execution is not None:
            call.execution.attempt = attempt
        await _take(0.4)
        if attempt == 1:
            raise ConnectionError("hotels.example: connection reset by peer")
        call.outputs = _FOUND["find_hotels"]
    return _FOUND["find_hotels"]


def _read_pages(number: int, tell: Callable[[str, int, int], None]) -> None:
    """Make so many executions, in batches that count as one each."""
    for first in range(0, number, _BATCH):
        with step("read_pages", kind="chain"):
            for page in range(first + 1, min(first + _BATCH, number)):
                with step("read_page", kind="retriever", inputs={"url": f"https://trains.example/{page}"}) as read:
                    read.outputs = {"words": 200 + page % 90}
        tell("recording", min(first + _BATCH, number), number)


async def _take(seconds: float) -> None:
    """Let so much of the agent's time pass."""
    await asyncio.sleep(seconds / _FASTER)


def _text(content: str) -> dict[str, str]:
    return {"type": "text", "content": content}


def _said(role: str, content: str) -> dict[str, Any]:
    return {"role": role, "parts": [_text(content)]}


_TOOL_CALLS = [
    {"type": "tool_call", "id": "call_1", "name": "find_trains", "arguments": {"start": "Vienna", "max_hours": 6}},
    {"type": "tool_call", "id": "call_2", "name": "find_weather", "arguments": {"month": "May"}},
]
_FOUND: dict[str, Any] = {
    "find_trains": [{"to": "Ljubljana", "hours": 6.1}, {"to": "Salzburg", "hours": 2.5}],
    "find_weather": {"Ljubljana": "19 degrees, mostly sunny", "Salzburg": "16 degrees, rain"},
    "find_hotels": [{"name": "Pri reki", "euros": 95}],
}
