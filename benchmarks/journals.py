"""Journals of made-up agents, of any size, always the same, written by the real writer; their times span 30 days.

A run is what a small support agent does: a graph, nodes, LLM calls with messages, tools. Every 97th run fails, and one
run of 10,000 executions is among them. An execution is about 1.2 KB in the journal, start and end together.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from gradient.journal import JournalWriter
from gradient.journal.events import (
    FORMAT_VERSION,
    ExecutionEnded,
    ExecutionStarted,
    ProcessStarted,
    RequestEnded,
    RequestStarted,
    Usage,
    encode_event,
)
from gradient.journal.failures import Failure

if TYPE_CHECKING:
    from pathlib import Path

NOW_S = 1_760_000_000
DAYS = 30
LARGE_RUN_EXECUTIONS = 10_000
_RUNS_PER_PROCESS = 1_000
_S = 10**9
_MS = 10**6
_MODELS = (("gpt-4o", "openai"), ("gpt-4o-mini", "openai"), ("claude-sonnet-4", "anthropic"))
_NODES = ("planner", "retrieve", "tools", "writer", "review", "router", "memory", "answer")
_ENTRYPOINTS = ("support_agent", "research_agent", "billing_agent", "triage")
_SYLLABLES = ("ka", "lo", "mi", "ren", "ta", "vo", "shi", "pel", "dun", "gar", "ine", "os", "qua", "ster")


class Journals:
    """Writes runs to `home`, 20 executions each, until there are `executions`."""

    def __init__(self, home: Path, executions: int, *, large_run: bool = True) -> None:
        self.home = home
        self.runs = max(1, executions // 20)
        self._large_run = large_run
        self._random = random.Random(7)
        self._words = _vocabulary(self._random)
        self._weights = [1 / rank for rank in range(3, 3 + len(self._words))]
        self._texts = [self._text(40) for _ in range(4_000)]
        self._step_ns = DAYS * 86_400 * _S // self.runs
        self._writer: JournalWriter | None = None
        self._wall = (NOW_S - DAYS * 86_400) * _S
        self._at = 0

    def write(self) -> int:
        """Write all of it; return how many executions there are."""
        written = 0
        for number in range(self.runs):
            if number % _RUNS_PER_PROCESS == 0:
                self._next_process()
            self._wall += self._step_ns
            self._at += self._step_ns
            large = self._large_run and number == self.runs // 2
            written += self._run(number, LARGE_RUN_EXECUTIONS if large else 20)
        self.close()
        return written

    def close(self) -> None:
        """Close the journal."""
        if self._writer is not None:
            self._writer.close()

    def _next_process(self) -> None:
        self.close()
        self._at = 5_000 * _S
        wall, at = self._wall, self._at
        started = ProcessStarted(FORMAT_VERSION, 4242, "box", "3.12.1", ["agent.py"], "shop", wall, at)
        self._writer = JournalWriter(self.home / "journal", lambda: encode_event(started))

    def _append(self, event: Any) -> None:
        assert self._writer is not None
        self._writer.append(encode_event(event))

    def _run(self, number: int, executions: int) -> int:
        key = self._random.randbytes(16)
        at, wall = self._at, self._wall
        about: dict[str, Any] = {
            "session_id": f"session-{number // 5}",
            "user_id": f"user-{number % 997}",
            "tags": ["ci"] if number % 10 == 0 else [],
        }
        entrypoint = _ENTRYPOINTS[number % len(_ENTRYPOINTS)]
        question = {"question": self._sentence()}
        self._append(RequestStarted(key, at, wall, entrypoint, key, inputs=question, **about))
        ids = [self._random.getrandbits(64) for _ in range(executions)]
        clock = self._graph(key, ids, at, failing=number % 97 == 96)
        status, error = (
            ("error", Failure("ValueError", f"no stock of item {number}")) if number % 97 == 96 else ("completed", None)
        )
        self._append(
            RequestEnded(
                key, clock, at, wall, entrypoint, key, status, error, outputs={"answer": self._sentence()}, **about
            )
        )
        self._at, self._wall = clock, wall + clock - at
        return executions

    def _graph(self, key: bytes, ids: list[int], at: int, *, failing: bool) -> int:
        root, inner = ids[0], ids[1:]
        head = {"name": "LangGraph", "kind": "graph", "framework": "langgraph", "node_id": "graph_LangGraph"}
        self._append(
            ExecutionStarted(key, root, 0, at, **head, metadata={"thread_id": ids[0] % 10_000}, inputs=self._state())
        )
        clock = at
        for place in range(0, len(inner), 3):
            clock = self._node(
                key, root, inner[place : place + 3], clock, place // 3, failing=failing and place + 3 >= len(inner)
            )
        self._append(
            ExecutionEnded(
                key, root, 0, clock, at, **head, status="error" if failing else "completed", outputs=self._state()
            )
        )
        return clock

    def _node(  # noqa: PLR0913
        self, key: bytes, parent: int, ids: list[int], at: int, place: int, *, failing: bool
    ) -> int:
        name = _NODES[place % len(_NODES)]
        head = {"name": name, "kind": "node", "framework": "langgraph", "node_id": f"node_{name}"}
        self._append(
            ExecutionStarted(
                key,
                ids[0],
                parent,
                at,
                **head,
                metadata={"step": place, "triggers": ["branch:to:" + name]},
                inputs=self._state(),
            )
        )
        clock = at + self._random.randrange(1, 20) * _MS
        if len(ids) > 1:
            clock = self._llm(key, ids[0], ids[1], clock)
        if len(ids) > 2:
            clock = self._tool(key, ids[0], ids[2], clock)
        error = (
            Failure("ValueError", f"no stock of item {at}", 'Traceback:\n  File "agent.py", line 7, in answer')
            if failing
            else None
        )
        self._append(
            ExecutionEnded(
                key,
                ids[0],
                parent,
                clock,
                at,
                **head,
                status="error" if failing else "completed",
                error=error,
                outputs=self._state(),
            )
        )
        return clock

    def _llm(self, key: bytes, parent: int, own: int, at: int) -> int:
        model, provider = self._random.choice(_MODELS)
        head = {
            "name": "ChatModel",
            "kind": "llm",
            "framework": "langchain",
            "node_id": "llm_ChatModel",
            "model": model,
            "provider": provider,
        }
        messages = [
            {"type": "system", "content": "You are a support agent."},
            {"type": "human", "content": self._sentence()},
        ]
        self._append(ExecutionStarted(key, own, parent, at, **head, inputs={"messages": messages}))
        end = at + int(self._random.lognormvariate(6.5, 0.7) * _MS)
        usage = Usage(
            self._random.randrange(200, 4_000),
            self._random.randrange(10, 800),
            0,
            None,
            None,
            self._random.random() / 100,
        )
        answer = {
            "type": "ai",
            "content": self._sentence() + self._sentence(),
            "id": f"run-{self._random.getrandbits(64):016x}",
        }
        self._append(
            ExecutionEnded(
                key,
                own,
                parent,
                end,
                at,
                **head,
                status="completed",
                usage=usage,
                first_token_at=at + 90 * _MS,
                outputs={"message": answer},
            )
        )
        return end

    def _tool(self, key: bytes, parent: int, own: int, at: int) -> int:
        head = {"name": "search", "kind": "tool", "framework": "langchain", "node_id": "tool_search"}
        self._append(ExecutionStarted(key, own, parent, at, **head, inputs={"query": self._sentence()}))
        end = at + int(self._random.lognormvariate(4, 1) * _MS)
        found = [
            {"id": self._random.getrandbits(32), "score": self._random.random(), "text": self._sentence()}
            for _ in range(2)
        ]
        self._append(
            ExecutionEnded(key, own, parent, end, at, **head, status="completed", outputs={"documents": found})
        )
        return end

    def _state(self) -> dict[str, Any]:
        return {"question": self._sentence(), "count": self._random.randrange(1_000), "draft": self._sentence()}

    def _sentence(self) -> str:
        """Return a sentence that is partly new: texts of real agents repeat, but not as a whole."""
        text = self._random.choice(self._texts)
        cut = self._random.randrange(len(text))
        return text[cut : cut + 110] + " " + self._random.choice(self._texts)[:60] + f" {self._random.randrange(10**6)}"

    def _text(self, words: int) -> str:
        return " ".join(self._random.choices(self._words, self._weights, k=words))


def _vocabulary(source: random.Random) -> list[str]:
    words = {"".join(source.choices(_SYLLABLES, k=source.randrange(1, 5))) for _ in range(9_000)}
    return ["glacier", *sorted(words)]
