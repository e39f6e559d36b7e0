"""What a call of OpenAI's client costs its caller: bare, traced by us, by OpenInference and by OpenLLMetry.

A conversation of 2 KB: new at each call, or going on from the call before. The transport answers in the process, so
that no network is measured; the others' spans go to a batch processor whose exporter discards them. They do not take
back all they patch, so each tracer has processes of its own, in turns; each measures bare calls first. What it costs at
least is measured likewise: the request's body and the answer's fields, undescribed and unpriced, as a step in one
piece, see benchmarks/floor.py.

Run: python -m benchmarks.client_overhead [ROUNDS]
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openai

from gradient.instrumentors.openai.instrumentor import OpenAIInstrumentor
from gradient.runtime import RuntimeManager, Settings
from gradient.runtime.manager import set_runtime_manager

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

CALLS = 20
_TURNS = 3
_AT_LEAST = "in one piece"
_TRACERS = ("gradient", "OpenInference", "OpenLLMetry", _AT_LEAST)
_CONVERSATIONS = ("a new conversation", "one that goes on")
_ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1_767_225_600,
    "model": "gpt-5.2",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "x" * 200}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 500, "completion_tokens": 50, "total_tokens": 550},
}
_http: Any = getattr(openai._base_client, "httpx2", None) or openai._base_client.httpx  # noqa: SLF001 - what it sits on
_numbers = itertools.count()


def main(rounds: int) -> None:
    """Let each tracer measure itself, in turns, and print."""
    told: dict[str, list[dict[str, Any]]] = {name: [] for name in _TRACERS}
    for _ in range(_TURNS):
        for name in _TRACERS:
            program = [sys.executable, "-m", "benchmarks.client_overhead", str(rounds), name]
            told[name].append(json.loads(subprocess.run(program, check=True, capture_output=True, text=True).stdout))
    print(f"caller CPU per call over bare, minima of {_TURNS * rounds * CALLS} calls, 2 KB conversation")
    for title in _CONVERSATIONS:
        bare = min(turn[title]["bare"] for turns in told.values() for turn in turns)
        over = {name: min(turn[title]["traced"] for turn in turns) - bare for name, turns in told.items()}
        print(f"{title}: bare {bare:.0f} us")
        for name, cost in over.items():
            print(f"  {name:14} +{cost:7.1f} us   {cost / over['gradient']:.1f} times ours")
    print("recorded:", ", ".join(f"{name} {sum(turn['recorded'] for turn in turns)}" for name, turns in told.items()))


def measure(name: str, rounds: int) -> dict[str, Any]:
    """Return microseconds per call, bare and with one tracer, and how many calls that recorded."""
    body = json.dumps(_ANSWER).encode()
    headers = [("content-type", "application/json")]
    answer = _http.MockTransport(lambda _: _http.Response(200, content=body, headers=headers))
    client = openai.OpenAI(api_key="none", http_client=_http.Client(transport=answer))
    asks = {title: _asking(client, conversation) for title, conversation in _conversations().items()}
    found: dict[str, Any] = {title: {"bare": _least(ask, rounds, nullcontext)} for title, ask in asks.items()}
    with tempfile.TemporaryDirectory() as home:
        install = {"gradient": lambda: _gradient(home), _AT_LEAST: _at_least}
        within, recorded = install[name]() if name in install else _other(name)
        for title, ask in asks.items():
            found[title]["traced"] = _least(ask, rounds, within)
        found["recorded"] = recorded()
    return found


def _gradient(home: str) -> tuple[Callable[[], Any], Callable[[], int]]:
    """Install ours; return what opens a request, and what tells how many calls were recorded."""
    settings = Settings(home=Path(home), console="off")
    manager = RuntimeManager(settings=settings, instrumentors=[OpenAIInstrumentor()])
    set_runtime_manager(manager)
    manager.install_instrumentation()
    recorded = [0]

    @contextmanager
    def within() -> Generator[None]:
        request = manager.start_request("benchmark")
        yield
        recorded[0] += sum(execution.usage.cost_usd is not None for execution in request.executions)
        manager.end_request()

    return within, lambda: recorded[0]


def _at_least() -> tuple[Callable[[], Any], Callable[[], int]]:
    """Install what records the least; return likewise."""
    from benchmarks.floor import StepInOnePiece

    client: Any = openai._base_client.SyncAPIClient  # noqa: SLF001 - what is patched by all
    request = client.request
    recorded = [0]

    def in_one_piece(self: Any, cast_to: Any, options: Any, **kwargs: Any) -> Any:
        with StepInOnePiece(options.json_data["model"], inputs=options.json_data) as step:
            answer = request(self, cast_to, options, **kwargs)
            choices = [{"role": one.message.role, "content": one.message.content} for one in answer.choices]
            step.outputs = {"model": answer.model, "choices": choices, "usage": dict(answer.usage)}
        recorded[0] += 1
        return answer

    client.request = in_one_piece

    @contextmanager
    def within() -> Generator[None]:
        yield
        StepInOnePiece.kept.clear()

    return within, lambda: recorded[0]


def _other(name: str) -> tuple[Callable[[], Any], Callable[[], int]]:
    """Install another one; return likewise."""
    from openinference.instrumentation.openai import OpenAIInstrumentor as OpenInference
    from opentelemetry.instrumentation.openai import OpenAIInstrumentor as OpenLLMetry
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

    class Discard(SpanExporter):
        count = 0

        def export(self, spans: Any) -> SpanExportResult:
            Discard.count += len(spans)
            return SpanExportResult.SUCCESS

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(Discard(), max_queue_size=100_000))
    (OpenInference if name == "OpenInference" else OpenLLMetry)().instrument(tracer_provider=provider)

    def recorded() -> int:
        provider.shutdown()
        return Discard.count

    return nullcontext, recorded


def _conversations() -> dict[str, Callable[[], list[dict[str, str]]]]:
    known = _new_conversation()[:-1]
    return dict(zip(_CONVERSATIONS, (_new_conversation, lambda: [*known, _new_conversation()[-1]]), strict=True))


def _new_conversation() -> list[dict[str, str]]:
    """Return eight messages of 250 characters that nobody has seen before."""
    number = next(_numbers)
    roles = ("system", "user", "assistant", "user", "assistant", "user", "assistant", "user")
    return [{"role": role, "content": f"{number} {place} ".ljust(250, "x")} for place, role in enumerate(roles)]


def _asking(client: Any, conversation: Callable[[], list[dict[str, str]]]) -> Callable[[], int]:
    def ask() -> int:
        messages = conversation()
        started = time.thread_time_ns()
        client.chat.completions.create(model="gpt-5.2", messages=messages)
        return time.thread_time_ns() - started

    return ask


def _least(ask: Callable[[], int], rounds: int, within: Callable[[], Any]) -> float:
    """Return the CPU microseconds of the cheapest call: what it costs when nothing disturbs it."""
    best: list[int] = []
    for _ in range(rounds + 1):  # the first one warms up
        with within():
            best.append(min(ask() for _ in range(CALLS)))
    return min(best[1:]) / 1e3


if __name__ == "__main__":
    asked = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    if len(sys.argv) > 2:
        print(json.dumps(measure(sys.argv[2], asked)))
    else:
        main(asked)
