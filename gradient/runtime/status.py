"""What became of a request or a node execution, and how an exception tells it.

The words are those of `gradient.journal.vocabulary`.
"""

import sys
from collections.abc import Callable

from gradient.journal.vocabulary import Status

__all__ = ["Status", "register_control_flow", "status_of"]

# Looked up when an error is there: these modules are dear to import, and whoever raises theirs has them.
_CANCELLING_MODULES = ("asyncio.exceptions", "concurrent.futures._base")
_control_flow: list[Callable[[BaseException], Status | None]] = []


def register_control_flow(classify: Callable[[BaseException], Status | None]) -> Callable[[], None]:
    """Let a framework say which of its exceptions are no errors; return the function that takes it back."""
    _control_flow.append(classify)
    return lambda: _control_flow.remove(classify) if classify in _control_flow else None


def status_of(error: BaseException | None) -> Status:
    """Return the status of work that ended with `error`, or with none."""
    if error is None:
        return "completed"
    if isinstance(error, GeneratorExit):
        return "abandoned"
    if isinstance(error, KeyboardInterrupt) or _is_cancelled(error):
        return "cancelled"
    if isinstance(error, SystemExit):
        return "completed" if error.code in (None, 0) else "error"
    for classify in _control_flow:
        status = classify(error)
        if status is not None:
            return status
    return "error"


def _is_cancelled(error: BaseException) -> bool:
    loaded = (sys.modules.get(name) for name in _CANCELLING_MODULES)
    return any(isinstance(error, module.CancelledError) for module in loaded if module is not None)
