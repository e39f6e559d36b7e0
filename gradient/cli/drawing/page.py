"""Rows of styled cells, printed to a terminal or to a pipe.

On a terminal: colour, and tables cut at its width. Elsewhere plain text in full. Layout is the same in both, so a table
read in a file lines up as well. Not done with rich: importing its console costs a quarter of what `gradient ls` may.
What is longer than a screen goes through `gradient.cli.drawing.pager`.
"""

import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, NamedTuple
from unicodedata import combining, east_asian_width

import click

from gradient.analysis.quantities import before_number
from gradient.cli.options import colour_wanted

_GAP = "  "
_SIGNS = "✓✗●‖⊘◌†├─└│━╸╺…·→µ"
_COLOURS = ("red", "green", "yellow", "blue", "magenta", "cyan")
_FORCING = ("FORCE_COLOR", "CLICOLOR_FORCE")
_NARROWEST = 10
_MISSING, _MISSING_ASCII = "…", "~"


class Cell(NamedTuple):
    """A piece of a row; `style` is a colour, "bold" or "dim", or several of them, and counts on terminals only."""

    text: str
    style: str = ""


Row = Sequence[Cell]


class Page:
    """Where a command prints.

    Args:
        stream: Where to, or None for stdout.
        terminal: Whether people look at it now, or None to ask the stream.

    Attributes:
        terminal: Whether people look at it now.
        ascii_only: Whether it cannot show more than ASCII.
        width: Columns of the terminal, or None where nothing is cut.
    """

    def __init__(self, stream: IO[str] | None = None, *, terminal: bool | None = None) -> None:
        self._stream = sys.stdout if stream is None else stream
        self._encoding = getattr(self._stream, "encoding", None) or "utf-8"
        self.terminal = self._stream.isatty() if terminal is None else terminal
        wanted = colour_wanted()
        self._colour = wants_colour(os.environ, terminal=self.terminal) if wanted is None else wanted
        self.ascii_only = not _can_show(self._encoding)
        self.width = shutil.get_terminal_size((100, 24)).columns if self.terminal else None

    def print(self, rows: Iterable[Row], *, cut: bool = False) -> None:
        """Print rows, each on one line.

        Args:
            rows: What to print.
            cut: Whether a terminal's edge ends a row; otherwise it goes on in the next line.
        """
        for row in rows:
            encodable = [Cell(self._encodable(cell.text), cell.style) for cell in _trimmed(row)]
            fitting = _fitting(encodable, self.width) if cut and self.width else encodable
            click.echo("".join(map(self._styled, fitting)), file=self._stream, color=self._colour)

    def _styled(self, cell: Cell) -> str:
        if not self._colour or not cell.style:
            return cell.text
        words = cell.style.split()
        foreground = next((word for word in words if word in _COLOURS), None)
        # None rather than False: click would write what switches it off.
        return click.style(cell.text, fg=foreground, bold="bold" in words or None, dim="dim" in words or None)

    def _encodable(self, text: str) -> str:
        if self.ascii_only:
            text = text.replace(_MISSING, _MISSING_ASCII)
        return text.encode(self._encoding, "backslashreplace").decode(self._encoding)


def table(
    rows: Sequence[Row],
    right: Sequence[int] = (),
    *,
    width: int | None = None,
    shrink: int = 0,
    optional: Sequence[int] = (),
) -> list[list[Cell]]:
    """Pad the cells of rows that have the same number of them, so that they stand in columns.

    Args:
        rows: The rows. A column that is empty in all of them is left out.
        right: Numbers of the columns that are aligned at their right edge.
        width: Room there is, or None for as much as it takes.
        shrink: Number of the column that is made narrower where there is not enough.
        optional: Numbers of the columns that are left out where that is not enough either, in this order: half a
            number would be another number.
    """
    widths = [max(columns_of(cell.text) for cell in column) for column in zip(*rows, strict=True)]
    if width is not None:
        least = min(widths[shrink], _NARROWEST)
        for column in optional:
            if _taken(widths) - widths[shrink] + least <= width:
                break
            widths[column] = 0
        widths[shrink] = max(least, widths[shrink] - max(0, _taken(widths) - width))
    return [
        [
            Cell(pad(cell.text, taken, right=at in right) + _GAP, cell.style)
            for at, (cell, taken) in enumerate(zip(row, widths, strict=True))
            if taken
        ]
        for row in rows
    ]


def _taken(widths: Sequence[int]) -> int:
    """Return how many columns a table takes, gaps included."""
    return sum(taken + len(_GAP) for taken in widths if taken) - len(_GAP)


def columns_of(text: str) -> int:
    """Return how many columns a text takes: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Fill or cut a text to a number of columns."""
    space = " " * (width - columns_of(text))
    fitting = cut_to(text, width)
    return space + fitting if right else fitting + space


def cut_to(text: str, width: int) -> str:
    """Return as much of a text as fits into a number of columns, marked where something is missing.

    A number at the edge is left out: what is left of it would be another one.
    """
    if columns_of(text) <= width:
        return text
    if width < 1:
        return ""
    end = len(text)
    while end and columns_of(text[:end]) >= width:
        end -= 1
    return text[: before_number(text, end)] + _MISSING


def _fitting(row: Row, width: int) -> list[Cell]:
    """Cut a row at a number of columns."""
    fitting: list[Cell] = []
    for cell in row:
        taken = columns_of(cell.text)
        if taken > width:
            return [*fitting, Cell(cut_to(cell.text, width), cell.style)]
        fitting.append(cell)
        width -= taken
    return fitting


def _trimmed(row: Row) -> list[Cell]:
    """Leave out the spaces at the end of a row."""
    cells = list(row)
    while cells:
        last = cells.pop()
        if text := last.text.rstrip():
            return [*cells, Cell(text, last.style)]
    return cells


def wants_colour(environment: Mapping[str, str], *, terminal: bool) -> bool:
    """Tell what the environment says of colour, as https://no-color.org and https://bixense.com/clicolors have it.

    Args:
        environment: The variables.
        terminal: Whether people look at it now.
    """
    if environment.get("NO_COLOR"):
        return False
    forced = next((environment[name] for name in _FORCING if environment.get(name)), None)
    if forced is not None:
        return forced != "0"
    return terminal and environment.get("TERM") != "dumb" and environment.get("CLICOLOR") != "0"


def _can_show(encoding: str) -> bool:
    try:
        _SIGNS.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
