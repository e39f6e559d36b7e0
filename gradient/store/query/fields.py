"""The fields of the query language."""

from dataclasses import dataclass
from typing import Literal

Sort = Literal["name", "status", "id", "number", "duration", "time", "text"]


@dataclass(frozen=True, slots=True)
class Field:
    """Something that can be asked of a run.

    Attributes:
        name: How it is written.
        sort: What its values are.
        help: What it means, in a sentence.
        example: A term that uses it.
        column: What it is compared with in the index: a column, or the sort of a name.
        kind: For a node, the kind it must have; None for any.
        lacks: For a sum over calls, the column that says how many it lacks.
    """

    name: str
    sort: Sort
    help: str
    example: str
    column: str = ""
    kind: str | None = None
    lacks: str = ""

    @property
    def operators(self) -> tuple[str, ...]:
        """What may follow the name."""
        if self.sort in ("number", "duration", "time"):
            return (":", "=", ">", ">=", "<", "<=")
        return (":", "=")


FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field("status", "status", "What became of the run.", "status:error,aborted"),
        Field("entrypoint", "name", "The function that was called.", "entrypoint:support_*", "entrypoint"),
        Field("node", "name", "The name of any execution in it.", "node:planner", "node"),
        Field("tool", "name", "The name of a tool that it called.", "tool:search", "node", "tool"),
        Field("kind", "name", "The kind of any execution in it.", "kind:llm", "kind"),
        Field("model", "name", "A model that it called.", "model:gpt-4o*", "model"),
        Field("error", "name", "The type or message of a failure in it, whatever the numbers in it.",
              "error:*Timeout*", "error"),
        Field("tag", "name", "A tag that was set on it, or on something in it.", "tag:ci", "tag"),
        Field("session", "name", "The session it belongs to.", "session:abc", "session"),
        Field("user", "name", "The user it was for.", "user:4711", "user"),
        Field("project", "name", "The project of the program.", "project:shop", "project"),
        Field("id", "id", "The beginning of its id.", "id:4f1c"),
        Field("dur", "duration", "How long it took.", "dur>2s", "duration"),
        Field("cost", "number", "What its calls of models and its embeddings cost, in USD.", "cost>0.01", "cost",
              lacks="unpriced"),
        Field("tokens", "number", "The tokens of its calls of models and its embeddings, in and out.", "tokens>10000",
              "coalesce(input, 0) + coalesce(output, 0)", lacks="untold"),
        Field("executions", "number", "How many executions it has.", "executions>100", "executions"),
        Field("errors", "number", "How many failures began in them, handled or not.", "errors>0", "errors"),
        Field("started", "time", "When it began: a date, or how long ago.", "started>2h", "wall"),
        Field("since", "time", "It began then or later.", "since:7d", "wall"),
        Field("until", "time", "It began before.", "until:2026-01-31", "wall"),
        Field("text", "text", "Words of its inputs, outputs and errors; in quotes, in this order.", 'text:"no stock"'),
    )
}  # fmt: skip
"""By name, in the order in which they are explained."""

ALIASES = {"duration": "dur", "ep": "entrypoint", "started_at": "started"}
