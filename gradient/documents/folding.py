"""Fold the events of one request into a run, payloads and all."""

from typing import Any

from gradient.documents.runs import Execution, Run, Writer
from gradient.journal.events import ExecutionEnded, ExecutionStarted, RequestEnded, RequestStarted, Updated
from gradient.journal.messages import SegmentMessages


def fold(run: Run, event: Any, writer: Writer, messages: SegmentMessages) -> None:
    """Take one event into a run; events of other kinds are left out.

    Args:
        run: The run so far.
        event: What `decode_event` gave.
        writer: The process that wrote it.
        messages: What its payloads refer to.
    """
    take = _TAKE.get(type(event))
    if take is not None and event.request == run.key:
        if writer not in run.writers:
            run.writers.append(writer)
        take(run, event, writer, messages)


def _request_started(run: Run, event: RequestStarted, writer: Writer, messages: SegmentMessages) -> None:
    run.started, run.started_messages, run.writer = event, messages, writer
    run.head = run.ended or event


def _request_ended(run: Run, event: RequestEnded, writer: Writer, messages: SegmentMessages) -> None:
    run.head = run.ended = event
    run.ended_messages = messages
    if run.started is None:
        run.writer = writer


def _execution_started(run: Run, event: ExecutionStarted, writer: Writer, messages: SegmentMessages) -> None:
    execution = run.executions.get(event.id)
    if execution is None:
        execution = run.executions[event.id] = Execution(event, writer, messages)
    execution.started, execution.messages, execution.writer = event, messages, writer


def _execution_ended(run: Run, event: ExecutionEnded, writer: Writer, messages: SegmentMessages) -> None:
    execution = run.executions.get(event.id)
    if execution is None:
        execution = run.executions[event.id] = Execution(event, writer, messages)
    # A forked child that leaves a block which its parent entered ends it too; the parent's end is the one that counts.
    if execution.ended is None or execution.writer is writer:
        execution.head = execution.ended = event
        execution.ended_messages = messages


def _updated(run: Run, event: Updated, _writer: Writer, _messages: SegmentMessages) -> None:
    run.updates[event.execution].append(event)


_TAKE: dict[Any, Any] = {
    RequestStarted: _request_started,
    RequestEnded: _request_ended,
    ExecutionStarted: _execution_started,
    ExecutionEnded: _execution_ended,
    Updated: _updated,
}
