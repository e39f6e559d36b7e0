"""Whatever the frames of a journal say, a store answers."""

import random

import msgspec
import pytest

from gradient.journal.events import (
    MOST_NS,
    MOST_TOKENS,
    ExecutionEnded,
    ExecutionStarted,
    GraphSeen,
    Messages,
    RequestEnded,
    RequestStarted,
    Updated,
    Usage,
)
from gradient.journal.failures import Failure
from gradient.store import SqliteStore, ls_document

TEXTS = ["", "a", "\0", "'\"", "é" * 50, "💥", "a" * 5_000, "[1]", "\n", "%s", "*", "\u202e", "<b>", "a glacier"]
NUMBERS = [0, 1, -1, MOST_NS, -MOST_NS, 10**18, 5]
IDS = [0, 1, 2, 3, 2**63 - 1, 2**63, 2**64 - 1, 12_345_678_901_234_567_890, -5, 2**64, 2**70, -(2**70)]
COUNTS = [None, 0, 7, MOST_TOKENS]
COSTS = [None, 0.0, 0.1, 1e308, -1e308]
STATUSES = ["completed", "error", "interrupted", "cancelled", "of a later version", "", "7", "-1"]
KINDS = ["graph", "node", "llm", "tool", "", "of a later version"]
PAYLOADS = [
    None,
    *map(msgspec.Raw, [b'{"thread_id": [1, {"a": 2}], "resume": true}', b'"x"', b"[]", b'{"$list": 1}', b"1e999"]),
    *map(msgspec.Raw, [b'{"graph_id": 7}', b'{"thread_id": "\\ud800"}', b'{"nodes": 1, "edges": [[]]}']),
]
MESSAGES = [
    None,
    None,
    None,
    Messages([(1, msgspec.Raw(b'{"text": "glacier"}'))], [(1, 0, 0, [1])]),
    Messages([(2**40, msgspec.Raw(b"1"))], [(7, 7, 3, [9]), (8, 9, 1, [])]),
]


class Odd:
    """Makes events of which every field is fit by itself, and nothing fits together."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.any = self.random.choice

    def event(self):
        return self.any([self.begun, self.over, self.started, self.ended, self.ended, self.updated, self.graph])()

    def key(self):
        return bytes([self.any([1, 2, 3])]) * self.any([16, 16, 16, 16, 15])

    def failure(self):
        return self.any([None, Failure(self.any(TEXTS), self.any(TEXTS), self.any(TEXTS))])

    def usage(self):
        return self.any([None, Usage(*(self.any(COUNTS) for _ in range(5)), self.any(COSTS))])

    def begun(self):
        about = [self.any(NUMBERS), self.any(NUMBERS), self.any(TEXTS), b"", self.any(TEXTS), None, [self.any(TEXTS)]]
        return RequestStarted(self.key(), *about, self.any(PAYLOADS), b"x", self.any(PAYLOADS), self.any(MESSAGES))

    def over(self):
        about = [*(self.any(NUMBERS) for _ in range(3)), self.any(TEXTS), b"", self.any(STATUSES), self.failure()]
        return RequestEnded(self.key(), *about, outputs=self.any(PAYLOADS), messages=self.any(MESSAGES))

    def started(self):
        return ExecutionStarted(
            self.key(), self.any(IDS), self.any(IDS), self.any(NUMBERS), self.any(TEXTS), self.any(KINDS), "f",
            self.any(TEXTS), self.any(PAYLOADS), self.any(TEXTS), None, self.any(PAYLOADS), self.any(MESSAGES),
        )  # fmt: skip

    def ended(self):
        return ExecutionEnded(
            self.key(), self.any(IDS), self.any(IDS), self.any(NUMBERS), self.any(NUMBERS), self.any(TEXTS),
            self.any(KINDS), "f", self.any(TEXTS), self.any(STATUSES), self.failure(), self.any(PAYLOADS),
            self.any(TEXTS), None, self.usage(), self.any([None, *NUMBERS]), outputs=self.any(PAYLOADS),
        )  # fmt: skip

    def updated(self):
        what = self.any(["metadata", "event", "link", "remote_parent", "of a later version"])
        return Updated(self.key(), self.any(IDS), self.any(NUMBERS), what, self.any(TEXTS), self.any(PAYLOADS))

    def graph(self):
        return GraphSeen(self.any(TEXTS), self.any(TEXTS), self.any(PAYLOADS))


@pytest.mark.parametrize("seed", range(20))
def test_a_store_answers_whatever_is_said(process, home, seed):
    odd, two = Odd(seed), [process(), process()]
    for number in range(120):
        odd.any(two).write(odd.event())
        if number == 40:
            SqliteStore(home).close()

    with SqliteStore(home) as store:
        runs = store.all_runs()
        msgspec.json.encode(ls_document(runs))
        for run in runs:
            document = store.run_document(run)
            msgspec.json.encode(document)
            payloads = {one: store.payloads(run, one) for one in store.skeleton(run)["execution_id"]}
            assert payloads == {one["execution_id"]: one for one in document["executions"]}
        for by in ("node", "model", "entrypoint", "day"):
            msgspec.json.encode(store.stats(by))
        store.errors()
        store.update_text()
        assert store.damaged > 0  # requests of fifteen bytes
        assert {run.key for run in store.list('glacier "a glacier"').runs} <= {run.key for run in runs}
