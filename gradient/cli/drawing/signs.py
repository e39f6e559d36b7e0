"""The signs and colours of statuses, lines and bars; each has an ASCII stand-in."""

from dataclasses import dataclass

from gradient.journal.vocabulary import outcome_of


@dataclass(frozen=True, slots=True)
class Signs:
    """What lines are drawn with.

    Attributes:
        branch: Before a child that has a younger sibling; `last` before one that has none.
        pipe: Below a branch; `blank` below a last one.
        full: A cell of a bar that is covered; `left` and `right` where only half of it is.
        arrow: Between what goes in and what comes out.
    """

    ascii_only: bool
    branch: str = "├─ "
    last: str = "└─ "
    pipe: str = "│  "
    blank: str = "   "
    full: str = "━"
    left: str = "╸"
    right: str = "╺"
    arrow: str = "→"
    dot: str = "·"
    ellipsis: str = "…"

    def mark(self, status: str) -> str:
        """Return the sign of a status."""
        outcome = outcome_of(status)
        return outcome.ascii_sign if self.ascii_only else outcome.sign


def signs(*, ascii_only: bool) -> Signs:
    """Return the signs that can be shown."""
    if not ascii_only:
        return Signs(ascii_only=False)
    return Signs(True, "|- ", "`- ", "|  ", "   ", "=", "=", "=", "->", "|", "...")


def colour(status: str) -> str:
    """Return the colour of a status."""
    return outcome_of(status).tone.terminal
