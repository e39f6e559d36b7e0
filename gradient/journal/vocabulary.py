"""The words for what runs, what became of it and what it used, and what may be said of each.

    KINDS     of executions          STATUSES  of executions and requests, each in a `Tone`
    USAGE     numbers of calls       RELATIONS     of exceptions
                                     ROLES, PARTS  of messages

A kind or a status is added here alone. The tracker, the store, queries, the command line, the page and the exports read
it; `make page` makes `web/src/vocabulary.ts` and `.css` of it.

Sources: `gen_ai.*` of OpenTelemetry's conventions for generative AI, OpenInference, `langfuse.observation.*`,
`langsmith.span.kind`, and MLflow's span types, as of November 2026.
"""

from typing import Final, Literal, NamedTuple

# ── kinds ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Kind(NamedTuple):
    """A kind of execution.

    Attributes:
        is_billed: Whether it is a call of a model: what a run used and cost is the sum of these.
        is_client: Whether it calls something outside of the process.
        is_run: Whether it waits for a human as a whole, so that the request does.
        is_place: Whether it is a place on a run's way, which `gradient check --path` compares.
        is_silent: Whether the console leaves it out.
        in_node_ids: Whether a node id that begins with it says the kind, where nothing else does.
        colour: Of its name in a terminal, or None for a dim one; `bar` of its bar.
        light, dark: Its colours on the page.
        operation: What OpenTelemetry calls it, or None where it has no word.
        metric: OpenTelemetry's histogram of how long it took, or None.
        openinference, langfuse, langsmith, mlflow: What these call it.
    """

    is_billed: bool = False
    is_client: bool = False
    is_run: bool = False
    is_place: bool = False
    is_silent: bool = False
    in_node_ids: bool = True
    colour: str | None = None
    bar: str = "blue"
    light: str = "#6f7a87"
    dark: str = "#8793a0"
    operation: str | None = None
    metric: str | None = None
    openinference: str = "CHAIN"
    langfuse: str = "span"
    langsmith: str = "chain"
    mlflow: str = "TASK"


_MODELS, _CALLS = "gen_ai.client.inference.duration", "gen_ai.client.operation.duration"
_TOOLS, _AGENTS = "gen_ai.execute_tool.duration", "gen_ai.invoke_agent.duration"

KINDS: Final[dict[str, Kind]] = {
    "graph": Kind(
        is_run=True, is_silent=True, colour="bold", light="#7b8694", dark="#76818e",
        operation="invoke_workflow", metric=_AGENTS, langfuse="chain", mlflow="WORKFLOW",
    ),
    "node": Kind(is_place=True, light="#4b7bb0", dark="#5d93cd"),
    "agent": Kind(
        is_run=True, is_place=True, colour="cyan", light="#5a5fd0", dark="#8b8ff0",
        operation="invoke_agent", metric=_AGENTS, openinference="AGENT", langfuse="agent", mlflow="AGENT",
    ),
    "llm": Kind(
        is_billed=True, is_client=True, colour="magenta", bar="magenta", light="#8750cf", dark="#a97ee8",
        operation="chat", metric=_MODELS, openinference="LLM", langfuse="generation", langsmith="llm",
        mlflow="CHAT_MODEL",
    ),
    "tool": Kind(
        colour="blue", bar="cyan", light="#0d8276", dark="#2fae9f",
        operation="execute_tool", metric=_TOOLS, openinference="TOOL", langfuse="tool", langsmith="tool", mlflow="TOOL",
    ),
    "retriever": Kind(
        is_client=True, colour="blue", bar="cyan", light="#b26a10", dark="#d99440",
        operation="retrieval", metric=_CALLS, openinference="RETRIEVER", langfuse="retriever", langsmith="retriever",
        mlflow="RETRIEVER",
    ),
    "reranker": Kind(in_node_ids=False),
    "embedding": Kind(
        is_billed=True, is_client=True, light="#a98438", dark="#c6a455",
        operation="embeddings", metric=_CALLS, openinference="EMBEDDING", langfuse="embedding", langsmith="embedding",
        mlflow="EMBEDDING",
    ),
    "chain": Kind(is_silent=True, light="#98a1ad", dark="#68727e", langfuse="chain", mlflow="CHAIN"),
    "step": Kind(is_place=True, light="#5585b5", dark="#6d9fd3"),
    "workflow": Kind(
        is_run=True, light="#7b8694", dark="#76818e",
        operation="invoke_workflow", metric=_AGENTS, langfuse="chain", mlflow="WORKFLOW",
    ),
    "memory": Kind(openinference="RETRIEVER", langsmith="tool"),
    "prompt": Kind(in_node_ids=False),
    "handoff": Kind(),
    "guardrail": Kind(openinference="GUARDRAIL", langfuse="guardrail", mlflow="GUARDRAIL"),
}  # fmt: skip
"""In the order in which a reader chooses among them."""

REQUEST: Final = Kind(
    light="#39424d", dark="#aab4c0", operation="invoke_workflow", metric=_AGENTS, langfuse="chain", mlflow="WORKFLOW"
)
"""A request, where it stands beside executions."""

OTHER_KIND: Final = Kind()
"""One that a user or a framework made up."""

SPANS: Final = {**KINDS, "request": REQUEST}

BILLED_KINDS: Final = tuple(name for name, kind in KINDS.items() if kind.is_billed)
"""The calls of models: what a run used and cost is the sum of these."""


def kind_of(name: str) -> Kind:
    """Return a kind by its name, or `request`; a journal or a user may have others."""
    return SPANS.get(name, OTHER_KIND)


# ── statuses ─────────────────────────────────────────────────────────────────────────────────────────────────────────

Status = Literal["running", "completed", "error", "interrupted", "cancelled", "abandoned", "aborted", "unknown"]
"""running -> completed | error | interrupted | cancelled | abandoned

`aborted` (the process died) and `unknown` (the journal came from elsewhere) are for readers to find.
"""


class Tone(NamedTuple):
    """How good or bad something is, in colours.

    Attributes:
        page: The page's variable.
        terminal: In a terminal.
        html: In a notebook.
    """

    page: str
    terminal: str
    html: str = "#616161"


_BUSY = Tone("accent", "cyan", "#00838f")
_GOOD = Tone("ok", "green", "#2e7d32")
_BAD = Tone("error", "red", "#c62828")
_STOPPED = Tone("warn", "yellow")
_UNSURE = Tone("text-2", "dim")


class Outcome(NamedTuple):
    """What became of something, and how it is shown.

    Attributes:
        sign: Before a line; `ascii_sign` where a terminal has no others.
        tone: Its colours.
        badness: How bad it is: of several visits to a node, the worst is shown.
        is_failure: Whether something went wrong.
        has_exception: Whether the exception that it ended with is recorded: control flow is none.
        process: Where it has no end in the journal, so that it is asked for when it is read: how it goes with the
            process that began it.
        drawing: Its sign on the page: a path in 16 by 16.
    """

    sign: str = "?"
    ascii_sign: str = "?"
    tone: Tone = _UNSURE
    badness: int = 0
    is_failure: bool = False
    has_exception: bool = False
    process: Literal["alive", "dead", "unknown"] | None = None
    drawing: str = "M5.8 6a2.3 2.3 0 1 1 3.3 2.1c-.8.4-1.1.8-1.1 1.7M8 12.6v.4"


STATUSES: Final[dict[str, Outcome]] = {
    "running": Outcome("●", "*", _BUSY, badness=1, process="alive", drawing="M8 2.5a5.5 5.5 0 1 1-5.5 5.5"),
    "completed": Outcome("✓", "+", _GOOD, badness=0, drawing="M3.5 8.5l3 3 6-7"),
    "error": Outcome(
        "✗", "x", _BAD, badness=7, is_failure=True, has_exception=True, drawing="M4 4l8 8M12 4l-8 8"
    ),
    "interrupted": Outcome("‖", "=", _STOPPED, badness=5, drawing="M5.5 3.5v9M10.5 3.5v9"),
    "cancelled": Outcome(
        "⊘", "-", _STOPPED, badness=4, has_exception=True, drawing="M8 2.5a5.5 5.5 0 1 0 .01 0M4.3 4.3l7.4 7.4"
    ),
    "abandoned": Outcome("◌", "o", _STOPPED, badness=3, drawing="M3 8h1.2M7.4 8h1.2M11.8 8H13"),
    "aborted": Outcome(
        "†", "!", _BAD, badness=6, is_failure=True, process="dead", drawing="M8 2.5v7M8 12.4v.6"
    ),
    "unknown": Outcome(badness=2, process="unknown"),
}  # fmt: skip
_OTHER_OUTCOME = Outcome()

ENDS: Final = tuple(name for name, outcome in STATUSES.items() if outcome.process is None)
"""What the journal may say became of something, in the order of their codes in the index: a new one comes last."""

LEFT_OPEN: Final = {outcome.process: name for name, outcome in STATUSES.items() if outcome.process}
"""What became of work whose end is not in the journal, by how it goes with its process."""


def outcome_of(status: str) -> Outcome:
    """Return the outcome that a status stands for; one of a later version is unknown."""
    return STATUSES.get(status, _OTHER_OUTCOME)


def is_failure(status: str) -> bool:
    """Tell whether something went wrong."""
    return outcome_of(status).is_failure


# ── usage ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Amount(NamedTuple):
    """A number that says what calls of models used.

    Attributes:
        name: In documents.
        label: Behind the number, where all are named in one line.
        otlp: The attributes of OpenTelemetry that it is written in, today's first.
        openinference: OpenInference's attribute.
        langfuse: Langfuse's name among details, or None where it has none.
        former: Attributes that others still write.
    """

    name: str
    label: str
    otlp: tuple[str, ...]
    openinference: str
    langfuse: str | None = None
    former: tuple[str, ...] = ()


USAGE: Final[dict[str, Amount]] = {
    "input": Amount(
        "input_tokens", "in", ("gen_ai.usage.input_tokens",), "llm.token_count.prompt", "input",
        former=("gen_ai.usage.prompt_tokens",),
    ),
    "output": Amount(
        "output_tokens", "out", ("gen_ai.usage.output_tokens",), "llm.token_count.completion", "output",
        former=("gen_ai.usage.completion_tokens",),
    ),
    "cache_read": Amount(
        "cache_read_tokens", "read from cache", ("gen_ai.usage.cache_read.input_tokens",),
        "llm.token_count.prompt_details.cache_read", "input_cached_tokens",
    ),
    "cache_write": Amount(
        "cache_write_tokens", "written to cache",
        # Renamed; Phoenix reads the former name only.
        ("gen_ai.usage.cache_write.input_tokens", "gen_ai.usage.cache_creation.input_tokens"),
        "llm.token_count.prompt_details.cache_write", "input_cache_creation",
    ),
    "reasoning": Amount(
        "reasoning_tokens", "for reasoning", ("gen_ai.usage.reasoning.output_tokens",),
        "llm.token_count.completion_details.reasoning", "output_reasoning_tokens",
    ),
    "cost_usd": Amount("cost_usd", "", ("gradient.cost_usd",), "llm.cost.total"),
}  # fmt: skip
"""By the fields of `gradient.journal.events.Usage`, in their order: what is added up for a run."""

AMOUNTS: Final = tuple(amount.name for amount in USAGE.values())
"""Their names in documents."""

DETAILS: Final = {name: f"{name}_tokens" for name in ("cache_write_1h", "audio_input", "audio_output")}
"""Further fields and their names in documents: of each call, in no sum."""

# ── failures ─────────────────────────────────────────────────────────────────────────────────────────────────────────

RELATIONS: Final = {"cause": "caused by", "context": "while handling", "member": "member"}
"""How an exception has to do with the one before it, and how that is said."""

# ── messages ─────────────────────────────────────────────────────────────────────────────────────────────────────────

ROLES: Final = ("system", "user", "assistant", "tool")

PARTS: Final = {
    "text": ("type", "content"),
    "reasoning": ("type", "content"),
    "tool_call": ("type", "id", "name", "arguments"),
    "tool_call_response": ("type", "id", "response"),
    "uri": ("type", "modality", "mime_type", "uri"),
}
"""The parts of messages, and the fields that OpenTelemetry has of each."""

MESSAGE_FIELDS: Final = ("role", "parts", "name")
