"""What a scripted model says, in no provider's words."""

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Tokens:
    """Tokens of a call as we count them: `input` and `output` are totals, the others parts of them."""

    input: int = 9
    output: int = 2
    cached: int = 0
    cache_write: int = 0
    reasoning: int = 0


@dataclass(frozen=True)
class ToolCall:
    """A tool that the model wants to be called."""

    name: str
    arguments: dict[str, Any]
    call_id: str

    @property
    def json(self):
        """The arguments as most providers send them."""
        return json.dumps(self.arguments)


@dataclass(frozen=True)
class Answer:
    """One answer of a model.

    Attributes:
        text: What it says; streamed word by word.
        tool_calls: The tools it wants to be called.
        reasoning: What it thought before.
        tokens: What the call used.
        model: Which model answered, or None for the one that was asked.
        breaks_after: After how many words the connection of a stream breaks, or None.
        stalls_after: After how many words a stream waits for the end of the test, or None; 0 waits before anything.
    """

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    reasoning: str = ""
    tokens: Tokens = field(default_factory=Tokens)
    model: str | None = None
    breaks_after: int | None = None
    stalls_after: int | None = None

    @property
    def words(self):
        """The text in the pieces that are streamed; joined they are the text."""
        words = self.text.split(" ") if self.text else []
        return [word if place == 0 else f" {word}" for place, word in enumerate(words)]


@dataclass(frozen=True)
class Fault:
    """An error of the provider."""

    status: int
    message: str


def say(text, **known):
    """Return an answer that is a text; the rest as `Answer` has it."""
    return Answer(text, **known)


def call_tool(name, call_id="call_1", **arguments):
    """Return an answer that wants one tool to be called."""
    return calls(ToolCall(name, arguments, call_id))


def calls(*tool_calls, **known):
    """Return an answer that wants several tools to be called."""
    return Answer(tool_calls=tool_calls, **known)


def fail(status, message="scripted failure"):
    """Return an error: 400, 401, 404, 429, 500, 529."""
    return Fault(status, message)


def hold():
    """Return an answer that never comes, until the test is over."""
    return Answer(stalls_after=0)
