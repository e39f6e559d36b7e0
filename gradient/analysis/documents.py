"""Read `gradient.run/1` from a file: one document, an array of them, or one on each line."""

from typing import Annotated, Any, TypedDict

import msgspec

from gradient.analysis.values import is_list, is_mapping
from gradient.journal.failures import MOST_DEPTH
from gradient.journal.origins import Failed, origins

SCHEMA = "gradient.run/1"
_NAME, _, _VERSION = SCHEMA.rpartition("/")
_Moment = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")]
_TraceId = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
_REQUEST = ""  # among the ids of executions
_SpanId = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]


class NotARun(ValueError):
    """A text is not `gradient.run/1`; the message says where, and why not.

    Attributes:
        newer: Whether a newer version of Gradient wrote it.
    """

    def __init__(self, why: str, *, newer: bool = False) -> None:
        super().__init__(why)
        self.newer = newer


class _Sums(TypedDict):
    input_tokens: int | None
    output_tokens: int | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    reasoning_tokens: int | None
    cost_usd: float | None


class _Usage(_Sums, total=False):
    missing: dict[str, Any] | None  # older documents do not have it


class _Cause(TypedDict):
    relation: str
    depth: Annotated[int, msgspec.Meta(ge=0, le=MOST_DEPTH)]
    type: str
    message: str | None
    stacktrace: str | None
    notes: list[str]


class _LaterError(TypedDict, total=False):
    began_in: _SpanId | None
    notes: list[str]
    causes: list[_Cause]
    causes_left_out: int


class _Error(_LaterError):
    type: str | None
    message: str | None
    stacktrace: str | None


class _Event(TypedDict):
    name: str
    offset_ms: float
    attributes: dict[str, Any]


class _Node(TypedDict):
    id: str


class _Edge(TypedDict):
    source: str
    target: str


class _Graph(TypedDict):
    graph_id: str
    name: str | None
    nodes: list[_Node]
    edges: list[_Edge]


class _Execution(TypedDict):
    execution_id: _SpanId
    parent_id: _SpanId | None
    node_id: str
    name: str
    framework: str
    kind: str
    status: str
    start_offset_ms: float
    duration_ms: float | None
    inputs: Any
    outputs: Any
    error: _Error | None
    attempt: int | None
    cached: bool
    model: str | None
    provider: str | None
    usage: _Usage | None
    time_to_first_token_ms: float | None
    metadata: dict[str, Any]
    events: list[_Event]
    links: list[dict[str, Any]]


class _Later(TypedDict, total=False):
    """What the first versions of the document did not have."""

    events: list[_Event]


class _Run(_Later):
    """What must be there; what a later version of the same document adds is kept, and not looked at."""

    request_id: str
    entrypoint: str | None
    project: str | None
    status: str
    started_at: _Moment | None
    duration_ms: float | None
    inputs: Any
    outputs: Any
    error: _Error | None
    tags: list[str]
    metadata: dict[str, Any]
    session_id: str | None
    user_id: str | None
    links: list[dict[str, Any]]
    process: dict[str, Any]
    usage: _Usage
    trace_id: _TraceId
    span_id: _SpanId
    remote_parent: Any
    loss: dict[str, int]
    graphs: list[_Graph]
    executions: list[_Execution]


def read_documents(data: bytes) -> list[dict[str, Any]]:
    """Return the runs in the bytes of a file, in their order; there is at least one.

    Raises:
        NotARun: They hold something else.
    """
    if not data.strip():
        raise NotARun("it is empty")
    try:
        whole: Any = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError) as error:
        return _read_lines(data, error)
    runs = whole if is_list(whole) else [whole]
    if not runs:
        raise NotARun("it holds no run")
    return [_checked(run, f"item {number}: " if len(runs) > 1 else "") for number, run in enumerate(runs, 1)]


def _read_lines(data: bytes, error: Exception) -> list[dict[str, Any]]:
    """Return the runs of a file with one on each line; `error` is why it is no single document."""
    runs: list[dict[str, Any]] = []
    for number, line in enumerate(data.splitlines(), 1):
        if not line.strip():
            continue
        try:
            runs.append(_checked(msgspec.json.decode(line), f"line {number}: "))
        except (msgspec.DecodeError, RecursionError) as reason:
            # A pretty-printed document fails in its first line already; then what is wrong with the whole tells more.
            raise NotARun(f"line {number}: {reason}" if runs else str(error)) from None
    return runs


def _checked(run: Any, where: str) -> dict[str, Any]:
    schema = str(run.get("schema", "")) if is_mapping(run) else ""
    name, _, version = schema.rpartition("/")
    if name == _NAME and version.isdigit() and int(version) > int(_VERSION):
        raise NotARun(f"{where}it is {schema}, and this version of Gradient reads {SCHEMA}", newer=True)
    if not is_mapping(run) or schema != SCHEMA:
        raise NotARun(f"{where}it is {f'{schema}, not' if schema else 'no'} {SCHEMA}")
    try:
        msgspec.convert(run, _Run)
    except msgspec.ValidationError as error:
        raise NotARun(f"{where}{error}") from None
    ids = [execution["execution_id"] for execution in run["executions"]]
    if len(set(ids)) < len(ids):
        raise NotARun(f"{where}several executions have the same id")
    _complete(run)
    return run


def _complete(run: dict[str, Any]) -> None:
    """Add what the first versions of the document did not say."""
    run.setdefault("events", [])
    ends: dict[str, dict[str, Any]] = {_REQUEST: run, **{one["execution_id"]: one for one in run["executions"]}}
    failed = {own: one for own, one in ends.items() if one["error"]}
    for one in failed.values():
        for part, nothing in (("notes", list), ("causes", list), ("causes_left_out", int)):
            one["error"].setdefault(part, nothing())
    if all("began_in" in one["error"] for one in failed.values()):
        return
    found = origins(_failed(own, one) for own, one in failed.items())
    for own, one in failed.items():
        one["error"]["began_in"] = found[own] or None


def _failed(own: str, one: dict[str, Any]) -> Failed[str]:
    error, parent = one["error"], (one["parent_id"] or _REQUEST) if own else None
    return Failed(own, parent, (error["type"], error["message"]), None)
