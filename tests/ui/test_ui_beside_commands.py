"""A page that stays open, and commands beside it over one home: all tell the same, and what was removed is gone."""

import gzip
import json
import random
import urllib.error
import urllib.parse
import urllib.request
from http import HTTPStatus

import pytest

from gradient.store import SqliteStore

PROGRAM = """
import sys
from gradient.sdk import entrypoint, step

@entrypoint
def agent(word):
    with step(f"step {word}", kind="tool", inputs={"word": word}):
        return word

for word in open(sys.argv[1]).read().split():  # not as arguments: these are recorded as the process's
    agent(word)
"""
FEW, MANY = 12, 60
GZIP = b"\x1f\x8b"


class Beside:
    """A home with a page over it, and the words that the runs which are left were given."""

    def __init__(self, begun, seed):
        self.home = begun.home
        self.left = {}
        self._begun = begun
        self._random = random.Random(seed)
        self._program = begun.script(PROGRAM)
        self._recorded = 0
        self.record()
        self._address = begun.serve()
        self.listed()

    def record(self):
        words = [f"word{self._recorded + number}x" for number in range(self._random.randint(1, 3))]
        self._recorded += len(words)
        given = self.home.parent / "words"
        given.write_text(" ".join(words))
        self._begun.run(self._program, given)
        runs = json.loads(self._begun.gradient("ls", "--json", "-n", "1000"))["runs"]
        fresh = [run["request_id"] for run in runs if run["request_id"] not in self.left]
        self.left |= dict(zip(reversed(fresh), words, strict=True))

    def remove(self):
        gone = self._one()
        word = self.left.pop(gone)
        self._begun.gradient("rm", gone, "--yes")
        assert self.ask(f"runs/{gone}") is None
        assert self.ask(f"runs/{gone}/request") is None
        assert gone not in self.listed()
        assert [path for path in self.home.rglob("*") if path.is_file() and word.encode() in path.read_bytes()] == []

    def show(self):
        run = self._one()
        assert self.left[run] in self._begun.gradient("show", run, "--json")
        assert self.ask(f"runs/{run}/request") is not None

    def list_all(self):
        assert len(json.loads(self._begun.gradient("ls", "--json", "-n", "1000"))["runs"]) == len(self.left)

    def search(self):
        run = self._one()
        found = json.loads(self._begun.gradient("ls", "--json", f"text:{self.left[run]}"))["runs"]
        assert [one["request_id"] for one in found] == [run]

    def prune(self):
        self._begun.gradient("prune", "--older-than", "30d", "--yes")

    def step(self):
        doing = [self.record, self.remove, self.show, self.list_all, self.search, self.prune]
        self._random.choice(doing if self.left else [self.record])()

    def listed(self, query=""):
        return {run["request_id"] for run in self.ask(f"runs?limit=500&q={urllib.parse.quote(query)}")["runs"]}

    def ask(self, path):
        """Return what the page is answered; None where there is no such run."""
        try:
            with urllib.request.urlopen(f"{self._address}api/{path}") as answer:
                body = answer.read()
        except urllib.error.HTTPError as refusal:
            if refusal.code != HTTPStatus.NOT_FOUND:
                raise
            return None
        return json.loads(gzip.decompress(body) if body[:2] == GZIP else body)

    def _one(self):
        return self._random.choice(sorted(self.left))


@pytest.mark.parametrize(
    ("seed", "steps"),
    [(1, FEW), (2, FEW), *(pytest.param(seed, MANY, marks=pytest.mark.slow) for seed in range(3, 8))],
)
def test_a_page_and_commands_in_any_order_tell_the_same(begun, seed, steps):
    beside = Beside(begun, seed)

    for _ in range(steps):
        beside.step()
        # What is new comes within a fifth of a second; what is gone was gone at once, see `remove`.
        for _ in range(100):
            if beside.listed() == beside.left.keys():
                break
        assert beside.listed() == beside.left.keys()

    for run, word in beside.left.items():
        assert beside.listed(word) == {run}
    begun.stop()
    with SqliteStore(begun.home) as store:
        assert {run.id for run in store} == beside.left.keys()
