"""The words for what runs and for what became of it, and what may be said of each.

A kind or a status is added here, in one line. The tracker, the store, queries, the command line, the page and the
exports read it.

Sources: `gen_ai.operation.name` of OpenTelemetry's conventions for generative AI, `openinference.span.kind` of
OpenInference, `langfuse.observation.type`, `langsmith.span.kind`, and MLflow's span types, as of November 2026.
"""

from dataclasses import dataclass
from typing import Final, Literal

# ── kinds ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of execution.

    Attributes:
        is_billed: Whether it is a call of a model: what a run used and cost is the sum of these.
        is_client: Whether it calls something outside of the process.
        is_run: Whether it waits for a human as a whole, so that the request does.
        colour: Of its name in a terminal; `bar` of its bar.
        operation: What OpenTelemetry calls it, or None where it has no word.
        openinference, langfuse, langsmith, mlflow: What these call it.
    """

    is_billed: bool = False
    is_client: bool = False
    is_run: bool = False
    colour: str | None = None
    bar: str = "blue"
    operation: str | None = None
    openinference: str = "CHAIN"
    langfuse: str = "span"
    langsmith: str = "chain"
    mlflow: str = "TASK"


KINDS: Final[dict[str, Kind]] = {
    "graph": Kind(
        is_run=True, colour="bold", operation="invoke_workflow", langfuse="chain", mlflow="WORKFLOW"
    ),
    "node": Kind(),
    "agent": Kind(
        is_run=True, colour="cyan", operation="invoke_agent", openinference="AGENT", langfuse="agent", mlflow="AGENT"
    ),
    "llm": Kind(
        is_billed=True, is_client=True, colour="magenta", bar="magenta", operation="chat",
        openinference="LLM", langfuse="generation", langsmith="llm", mlflow="CHAT_MODEL",
    ),
    "tool": Kind(
        colour="blue", bar="cyan", operation="execute_tool",
        openinference="TOOL", langfuse="tool", langsmith="tool", mlflow="TOOL",
    ),
    "retriever": Kind(
        is_client=True, colour="blue", bar="cyan", operation="retrieval",
        openinference="RETRIEVER", langfuse="retriever", langsmith="retriever", mlflow="RETRIEVER",
    ),
    "embedding": Kind(
        is_billed=True, is_client=True, operation="embeddings",
        openinference="EMBEDDING", langfuse="embedding", langsmith="embedding", mlflow="EMBEDDING",
    ),
    "chain": Kind(langfuse="chain", mlflow="CHAIN"),
    "step": Kind(),
    "workflow": Kind(is_run=True, operation="invoke_workflow", langfuse="chain", mlflow="WORKFLOW"),
    "memory": Kind(openinference="RETRIEVER", langsmith="tool"),
    "handoff": Kind(),
    "guardrail": Kind(openinference="GUARDRAIL", langfuse="guardrail", mlflow="GUARDRAIL"),
}  # fmt: skip
"""In the order in which a reader chooses among them."""

REQUEST: Final = Kind(operation="invoke_workflow", langfuse="chain", mlflow="WORKFLOW")
"""A request, where it stands beside executions."""

_OTHER_KIND = Kind()
_SPANS = {**KINDS, "request": REQUEST}

BILLED_KINDS: Final = tuple(name for name, kind in KINDS.items() if kind.is_billed)
"""The calls of models: what a run used and cost is the sum of these."""


def kind_of(name: str) -> Kind:
    """Return a kind by its name, or `request`; a journal or a user may have others."""
    return _SPANS.get(name, _OTHER_KIND)


# ── statuses ─────────────────────────────────────────────────────────────────────────────────────────────────────────

Status = Literal["running", "completed", "error", "interrupted", "cancelled", "abandoned", "aborted", "unknown"]
"""running -> completed | error | interrupted | cancelled | abandoned

`aborted` (the process died) and `unknown` (the journal came from elsewhere) are for readers to find.
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of something, and how it is shown.

    Attributes:
        sign: Before a line; `ascii_sign` where a terminal has no others.
        colour: In a terminal; `page_colour` where a run is shown as HTML.
        badness: How bad it is: of several visits to a node, the worst is shown.
        is_failure: Whether something went wrong.
        is_open: Whether it has no end in the journal, so that it is asked for when it is read.
    """

    sign: str = "?"
    ascii_sign: str = "?"
    colour: str = "dim"
    page_colour: str = "#616161"
    badness: int = 0
    is_failure: bool = False
    is_open: bool = False


STATUSES: Final[dict[str, Outcome]] = {
    "running": Outcome("●", "*", "cyan", "#00838f", badness=1, is_open=True),
    "completed": Outcome("✓", "+", "green", "#2e7d32", badness=0),
    "error": Outcome("✗", "x", "red", "#c62828", badness=7, is_failure=True),
    "interrupted": Outcome("‖", "=", "yellow", badness=5),
    "cancelled": Outcome("⊘", "-", "yellow", badness=4),
    "abandoned": Outcome("◌", "o", "yellow", badness=3),
    "aborted": Outcome("†", "!", "red", "#c62828", badness=6, is_failure=True, is_open=True),
    "unknown": Outcome(badness=2, is_open=True),
}
_OTHER_OUTCOME = Outcome()

ENDS: Final = tuple(name for name, outcome in STATUSES.items() if not outcome.is_open)
"""What the journal may say became of something, in the order of their codes in the index."""


def outcome_of(status: str) -> Outcome:
    """Return the outcome that a status stands for; one of a later version is unknown."""
    return STATUSES.get(status, _OTHER_OUTCOME)


def is_failure(status: str) -> bool:
    """Tell whether something went wrong."""
    return outcome_of(status).is_failure
