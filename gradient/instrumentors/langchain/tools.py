"""Tools whose failures are handed to the model instead of raised.

    handle_tool_error, handle_validation_error    the tool catches what was raised, and answers with a text
    ToolMessage(status="error")                   the tool says so in its answer
    ToolNode._validate_tool_call                  the model called a tool that there is not: nothing runs

All three are errors that were handled, see docs/statuses.md. What the model was answered is the output.
"""

from __future__ import annotations

import functools
import sys
from itertools import chain
from typing import TYPE_CHECKING, Any

from langchain_core.messages import ToolMessage

from gradient.instrumentors.plumbing.quiet import quiet
from gradient.instrumentors.seams import Call
from gradient.runtime.execution import NodeExecution
from gradient.runtime.executions import fail
from gradient.runtime.step import Step
from gradient.runtime.values.shapes import text_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType

    from gradient.instrumentors.langchain.instrumentor import ConfigureHook
    from gradient.instrumentors.plumbing.patching import Patches

_HANDLERS = ("_handle_tool_error", "_handle_validation_error")
_TYPES = "langgraph.types"
_MOST_MESSAGES = 100
_DEPTH = 3  # of several commands, each with a list of messages
# Of anything, for type checkers.
_DICT: type[Any] = dict
_LIST: type[Any] = list


def watch_handlers(module: ModuleType, patches: Patches, hook: ConfigureHook) -> None:
    """Wrap what makes an answer of an exception that a tool has caught."""
    for name in _HANDLERS:
        patches.replace(module, name, functools.partial(_handling, patches, hook))


def watch_missing(module: ModuleType, patches: Patches, hook: ConfigureHook) -> None:
    """Wrap what makes an answer of a call of a tool that there is not."""
    patches.replace(module.ToolNode, "_validate_tool_call", functools.partial(_validating, patches, hook))


def _handling(patches: Patches, hook: ConfigureHook, original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def handle(*args: Any, **kwargs: Any) -> Any:
        # The public way builds the whole stack. Which run it is, only the frame of the tool knows.
        frame = sys._getframe(1) if patches.active else None  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        run = None if frame is None else frame.f_locals.get("run_manager")
        try:
            answer = original(*args, **kwargs)
        except Exception as error:
            _note_unhandled(hook, run, error)
            raise
        _note_handled(hook, run, Call(None, args, kwargs).argument("e"))
        return answer

    return handle


@quiet
def _note_handled(hook: ConfigureHook, run: Any, error: Any) -> None:
    handler, run_id = hook.handler, getattr(run, "run_id", None)
    execution = None if handler is None else handler.runs.find(run_id)
    if handler is not None and type(execution) is NodeExecution and execution.run_id == run_id:
        fail(execution, error, "error", handler.tracker.tracking)


@quiet
def _note_unhandled(hook: ConfigureHook, run: Any, error: Exception) -> None:
    """End a tool whose handler failed: LangChain tells nobody of its end."""
    if hook.handler is not None and run is not None:
        hook.handler.on_tool_error(error, run_id=run.run_id)


def _validating(patches: Patches, hook: ConfigureHook, original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def validate(*args: Any, **kwargs: Any) -> Any:
        answer = original(*args, **kwargs)
        if answer is not None and patches.active:
            _note_missing(hook, Call(None, args[1:], kwargs).argument("call"), answer)
        return answer

    return validate


@quiet
def _note_missing(hook: ConfigureHook, call: Any, answer: Any) -> None:
    if hook.handler is not None:
        tracker = hook.handler.tracker
        step = Step(text_for(call["name"]), "tool", "langchain", call["args"], {"tool_call_id": call["id"]})
        end_tool(tracker, tracker.start(step), answer)


def note_call(execution: NodeExecution | None, answer: Any) -> None:
    """Note which call of a model a tool was for: before langchain-core 1.0 only its answer tells."""
    if execution is None or "tool_call_id" in execution.metadata:
        return
    told = (message.get("tool_call_id") for message in _messages_in(answer))
    ids = {call_id for call_id in told if type(call_id) is str}
    if len(ids) == 1:  # a command may also hand on the answers of other calls
        execution.metadata = {**execution.metadata, "tool_call_id": ids.pop()}


def end_tool(tracker: Any, execution: NodeExecution | None, answer: Any) -> None:
    """End a tool with its answer: as failed where the answer says so, or where the tool has caught an exception."""
    if execution is not None and execution.failure is not None:
        tracker.end(execution, answer, status="error")
    else:
        own = None if execution is None else execution.metadata.get("tool_call_id")
        tracker.end(execution, answer, _failure_in(answer, own))


def _failure_in(answer: Any, own: Any) -> str | None:
    """Return what an answer says of its failure, or None.

    Args:
        answer: Of several messages, others may be answers of other calls that are only handed on.
        own: The id of the call that it answers, or None where that is not known.
    """
    is_alone = isinstance(answer, ToolMessage)
    told = (message for message in _messages_in(answer) if is_alone or message.get("tool_call_id") == own)
    failed = next((message for message in told if message.get("status") == "error"), None)
    if failed is None:
        return None
    content: Any = failed.get("content")
    parts: list[Any] = content if isinstance(content, _LIST) else [content]
    texts = (part.get("text") if isinstance(part, _DICT) else part for part in parts)
    return "\n".join(text for text in texts if isinstance(text, str))


def _messages_in(answer: Any, depth: int = _DEPTH) -> Iterable[dict[str, Any]]:
    """Return the fields of the messages that a tool answered with: one, several, or those of a `Command`."""
    kind = type(answer)  # pyright: ignore[reportUnknownVariableType] - anything's
    if issubclass(kind, ToolMessage):
        return (answer.__dict__,)
    if kind.__name__ == "Command" and kind.__module__ == _TYPES:
        answer = list(answer.update.values()) if isinstance(answer.update, _DICT) else ()
    if not depth or not isinstance(answer, _LIST):
        return ()
    return chain.from_iterable(_messages_in(part, depth - 1) for part in answer[:_MOST_MESSAGES])
