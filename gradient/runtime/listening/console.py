"""The account that people read while their agent runs.

Plain lines, one idea each, that any log can hold. The root graph and chains are recorded but are no nodes here.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TextIO

import msgspec

from gradient.journal.vocabulary import KINDS, RELATIONS
from gradient.runtime.listening.listeners import Listener

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gradient.runtime.context import RequestContext, Scope
    from gradient.runtime.execution import NodeExecution
    from gradient.runtime.settings.fields import Settings
    from gradient.runtime.values.capture import Capture

_PREFIX = "[RUNTIME]"
_UNSHOWN = frozenset(name for name, kind in KINDS.items() if kind.is_silent)
_DEBUG_CHARS = 300
_MOST_CAUSES = 3
_SHORT_ID = 8


class Console(Listener):
    """Prints requests and nodes as they start and end, and a summary at the end.

    Args:
        settings: `console` says how much, `console_stream` where.
        capture: Redacts what is printed of payloads and errors.
        stream: Where to print, instead of what the settings say.
        hint: Command that shows a run, with `{}` for its short id; printed after the summary on a terminal.
    """

    def __init__(
        self, settings: Settings, capture: Capture, stream: TextIO | None = None, hint: str | None = None
    ) -> None:
        self._level = settings.console
        self._stream_name = settings.console_stream
        self._stream = stream
        self._capture = capture
        self._hint = hint

    def on_request_start(self, request: RequestContext) -> None:
        """Print that a request started."""
        if self._level != "summary":
            self._print(f"Started request {_short(request)} for entrypoint: {self._name(request.entrypoint_name)}")
            self._debug("inputs", request)

    def on_request_end(self, request: RequestContext) -> None:
        """Print how a request ended, and its summary."""
        if self._level != "summary":
            self._print(f"{request.status.upper()} request {_short(request)} ({_ms(request)})")
            if request.status == "error" and request.error:
                for line in _error_lines(request, "Error details"):
                    self._print(f"Request {_short(request)} | {line}")
            self._debug("outputs", request)
        self.print_summary(request, request.executions)

    def on_execution_start(self, execution: NodeExecution) -> None:
        """Print that a node started."""
        if self._shows(execution):
            name = f"{execution.framework} {execution.kind}: {self._name(execution.node_name)}"
            node_id = self._name(execution.node_id)
            self._print(f"Request {_short(execution.request)} | Started {name} (id: {node_id})")
            self._debug("inputs", execution)

    def on_execution_end(self, execution: NodeExecution) -> None:
        """Print how a node ended."""
        if self._shows(execution):
            name = f"{execution.framework} {execution.kind}: {self._name(execution.node_name)}"
            ended = f"{execution.status.upper()} {name} ({_ms(execution)})"
            self._print(f"Request {_short(execution.request)} | {ended}")
            if execution.status == "error" and execution.error:
                for line in _error_lines(execution, "Error details"):
                    self._print(f"Request {_short(execution.request)} | {line}")
            self._debug("outputs", execution)

    def on_update(self, scope: Scope, what: str, name: str, value: Any) -> None:  # noqa: ARG002 - a listener's
        """Print what was learnt, when everything is asked for."""
        if self._level == "debug" and what != "graph":
            self._print(f"    {what} {self._name(name)}".rstrip())

    def print_summary(self, request: RequestContext | None, executions: Iterable[NodeExecution]) -> None:
        """Print the summary of a request, or of executions that belong to none."""
        shown = [execution for execution in executions if execution.kind not in _UNSHOWN]
        lines = ["=== Request Summary ==="]
        if request is not None:
            lines += [
                f"Request ID: {request.request_id}",
                f"Entrypoint: {self._name(request.entrypoint_name)}",
                f"Status: {request.status}",
                f"Duration: {_ms(request)}",
            ]
        lines.append(f"Node Executions: {len(shown)}")
        if request is not None and request.dropped:
            lines.append(f"Not recorded: {request.dropped} events")
        if shown:
            lines.append("=== Node Details ===")
        for number, execution in enumerate(shown, 1):
            ended = f"{execution.status.upper()} ({_ms(execution)})"
            lines.append(f"{number:2}. [{execution.framework}] {self._name(execution.node_name)} - {ended}")
            if execution.status == "error" and execution.error:
                lines += [f"    {line}" for line in _error_lines(execution, "Error")]
        lines.append("=== End Summary ===")
        text = "".join(f"{_PREFIX} {line}\n" for line in lines)
        self._write(f"\n{text}\n" + self._last_line(request))

    def _last_line(self, request: RequestContext | None) -> str:
        if self._hint is None or request is None or not _is_terminal(self._target()):
            return ""
        return f"{_PREFIX} See this run: {self._hint.format(_short(request))}\n"

    def _shows(self, execution: NodeExecution) -> bool:
        return self._level == "debug" or (self._level == "nodes" and execution.kind not in _UNSHOWN)

    def _debug(self, label: str, scope: Scope) -> None:
        if self._level == "debug" and (payload := getattr(scope, label)) is not None:
            text = msgspec.json.encode(payload).decode()
            self._print(f"    {label}: {text[:_DEBUG_CHARS]}{'…' if len(text) > _DEBUG_CHARS else ''}")

    def _name(self, name: str) -> str:
        return _line(self._capture.label(name))

    def _print(self, line: str) -> None:
        self._write(f"{_PREFIX} {line}\n")

    def _write(self, text: str) -> None:
        stream = self._target()
        try:
            stream.write(text)
            stream.flush()
        except UnicodeEncodeError:
            stream.write(text.encode("ascii", "backslashreplace").decode())

    def _target(self) -> Any:
        # Looked up each time: test runners and notebooks replace the streams.
        return self._stream or (sys.stdout if self._stream_name == "stdout" else sys.stderr)


def _error_lines(scope: Scope, label: str) -> list[str]:
    """Return what something failed with, and in a line each what that came from.

    Notes are not printed: LangGraph notes on each exception which node it left, and that stands in the line above.
    """
    lines = [f"{label}: {_line(scope.error or '')}"]
    failure = scope.failure
    if failure is not None:
        causes = failure.causes[:_MOST_CAUSES]
        lines += [f"  {RELATIONS[each.relation]} {each.type}: {_line(each.message)}" for each in causes]
        more = len(failure.causes) - len(causes) + failure.causes_left_out
        lines += [f"  and {more} more exceptions that it came from"] if more else []
    return lines


def _line(text: str) -> str:
    """Return a name or message on one line, without characters that steer a terminal."""
    return "".join(char if char.isprintable() else " " for char in text[:2000])


def _short(request: RequestContext | None) -> str:
    return "-" * _SHORT_ID if request is None else request.request_id[:_SHORT_ID]


def _ms(timed: Any) -> str:
    duration_ms = timed.duration_ms
    return "running" if duration_ms is None else f"{duration_ms:.1f}ms"


def _is_terminal(stream: Any) -> bool:
    try:
        return bool(stream.isatty())
    except Exception:  # noqa: BLE001 - closed, or not a real stream
        return False
