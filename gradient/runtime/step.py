"""What an instrumentor says about a piece of work that is about to begin."""

from typing import Any

import msgspec


class Step(msgspec.Struct, gc=False):
    """One piece of work that is about to begin, as an instrumentor sees it.

    Attributes:
        name: What the framework calls it.
        kind: `graph node agent llm tool retriever embedding chain step`, or what the framework has more.
        framework: Name of the framework, `custom` for the user's own.
        inputs: What it was given; captured at once, never kept.
        metadata: Plain data about it.
        parent: The execution or request it belongs to, or None for whatever is current.
        node_id: What is executed, the same at every visit; None for `<kind>_<name>`.
        model: Name of the language model, if it is a call of one.
        provider: Who serves the model.
        started_ns: When it began on the monotonic clock, or None for now.
        own_metadata: Whether the metadata is the instrumentor's own: small, built-in types, nothing of the user's.
        given: What the instrumentor wants to find again as `given` of the execution.
        opens_request: Whether it may be a request of its own when it runs outside of any.
    """

    name: str
    kind: str
    framework: str
    inputs: Any = None
    metadata: dict[str, Any] | None = None
    parent: Any = None
    node_id: str | None = None
    model: str | None = None
    provider: str | None = None
    started_ns: int | None = None
    opens_request: bool = True
    own_metadata: bool = False
    given: Any = None
