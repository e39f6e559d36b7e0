r"""What stands in rows under the name of a secret, where a list says which columns these have: SQL, query results.

    INSERT INTO users (name, password) VALUES ('bob', 'x')     ... VALUES (?, ?)]\n[parameters: ('bob', 'x')]
    UPDATE users SET password = ? WHERE id = ?", ("x", 1)      {"columns": ["name", "password"], "rows": [["bob", "x"]]}

What a statement is given is withheld whatever it looks like; in other rows, what looks like a secret.
"""

import re

from gradient.redaction.credentials import Span
from gradient.redaction.judging import is_placeholder, looks_secret
from gradient.redaction.places import OPEN, QUOTE, end_of_quoted

_SPACE = r"(?:\s|\\{1,31}[nrt])"
_NAMES = re.compile(r"[^(){}:;=]*")
_VALUES = re.compile(rf"\)(?:{_SPACE}|[\d+>]){{0,20}}(?i:(?:output [^()]{{0,80}})?values?){_SPACE}{{0,8}}(?=\()")
_DATA = re.compile(
    rf"\](?:,{_SPACE}{{0,8}}{QUOTE}(?:index|types?){QUOTE}:{_SPACE}?\[[^\]]{{0,2000}}\])?,{_SPACE}{{0,40}}"
    rf"(?:{QUOTE}(?:data|rows|values|results|records){QUOTE}:{_SPACE}{{0,8}}\[{_SPACE}{{0,40}})?(?=\[)"
)
_NEXT_ROW = re.compile(rf"{_SPACE}{{0,8}},{_SPACE}{{0,40}}(?=[(\[])")
_SET = re.compile(r"[\"'`\]]?\s{0,4}=\s{0,4}(?=\?|%s|\$\d)")
_STATEMENT = re.compile(r"(?i)\b(?:update|select|delete|insert|merge|replace)\b")
_PARAMETERS = re.compile(rf"(?:\[parameters: |[^(\[{{;]){{0,300}}(?P<list>[(\[]){_SPACE}{{0,8}}(?=[(\[]|{QUOTE}|[\w-])")
_MARK = re.compile(r"\?|%s|[$:]\d{1,3}")
_SIGN = re.compile(r"[\"'`()\[\]{},]")
_LIST_CHARS, _STATEMENT_CHARS, _MOST_CHARS = 602, 1_000, 32_768
_MOST_SIGNS, _ESCAPES_CHARS = 200, 32  # of a row; before a quote


def in_rows(text: str, begin: int, stop: int) -> list[Span]:
    """Return what to withhold of the rows that have a column of this name.

    Args:
        text: The whole text.
        begin: Where the name begins.
        stop: Where it ends.
    """
    is_statement, opening = True, _opening(text, begin, "(", ")")
    closing = text.find(")", stop, stop + _LIST_CHARS) if opening >= 0 else -1
    found = _VALUES.match(text, closing) if closing >= 0 else None
    if found is None:
        is_statement, opening = False, _opening(text, begin, "[", "]")
        closing = text.find("]", stop, stop + _LIST_CHARS) if opening >= 0 else -1
        found = _DATA.match(text, closing) if closing >= 0 else None
    if found is None or not _NAMES.fullmatch(text, opening + 1, closing):
        return _set(text, begin, stop)
    number, count = text.count(",", opening, begin), text.count(",", opening, closing) + 1
    rows, end = _rows(text, found.end())
    cells = [cell for row in rows for cell in row[number::count]]
    spans = [span for cell in cells if (span := _value(text, cell, judged=not is_statement)) is not None]
    if spans or not is_statement or len(rows[0]) != count or not _MARK.search(text, *rows[0][number]):
        return spans
    marks = [mark[0] for cell in rows[0] if (mark := _MARK.search(text, *cell))]
    before = sum(_MARK.search(text, *cell) is not None for cell in rows[0][:number])
    return _parameters(text, end, marks, before)


def _opening(text: str, begin: int, opens: str, closes: str) -> int:
    """Return where the list of columns begins that a name stands in; -1 where it is in none."""
    start = max(0, begin - _LIST_CHARS)
    opening = text.rfind(opens, start, begin)
    return opening if opening >= 0 and text.find(closes, opening, begin) < 0 else -1


def _set(text: str, begin: int, stop: int) -> list[Span]:
    """Find what stands for the mark in `password = ?`."""
    found = _SET.match(text, stop)
    if found is None:
        return []
    start = max(0, begin - _STATEMENT_CHARS)
    statements = list(_STATEMENT.finditer(text, start, begin))
    if not statements:
        return []
    before = _MARK.findall(text, statements[-1].end(), found.end())
    mark = _MARK.match(text, found.end())
    return _parameters(text, mark.end(), [*before, mark[0]], len(before)) if mark else []


def _parameters(text: str, at: int, marks: list[str], number: int) -> list[Span]:
    """Find the values of a mark, in a list of values or a list of such lists that follows the statement."""
    found = _PARAMETERS.match(text, at)
    if found is None:
        return []
    if marks[number][0] in "$:":
        number = int(marks[number][1:]) - 1
    rows, _ = _rows(text, found.end() if text[found.end()] in "([" else found.start("list"))
    spans = (_value(text, cells[number], judged=False) for cells in rows if number < len(cells))
    return [span for span in spans if span is not None]


def _rows(text: str, at: int) -> tuple[list[list[Span]], int]:
    """Return where the cells of rows stand that follow each other, and where the last row ends."""
    rows: list[list[Span]] = []
    end = min(len(text), at + _MOST_CHARS)
    following: re.Match[str] | None
    while True:
        cells, at = _cells(text, at, end)
        rows.append(cells)
        following = _NEXT_ROW.match(text, at, end)
        if following is None:
            return rows, at
        at = following.end()


def _cells(text: str, at: int, end: int) -> tuple[list[Span], int]:
    """Return where the cells of the row stand that begins here with its bracket, and where it ends."""
    cells: list[Span] = []
    begin, depth, position = at + 1, 0, at + 1
    for _ in range(_MOST_SIGNS):
        found = _SIGN.search(text, position, end)
        if found is None:
            break
        position = found.end()
        if found[0] in "\"'`":
            before = text[max(at, position - _ESCAPES_CHARS) : position - 1]
            quote = before[len(before.rstrip("\\")) :] + found[0]
            position = min(end, end_of_quoted(text, position, quote) + len(quote))
        elif found[0] in "([{":
            depth += 1
        elif found[0] != ",":
            if depth == 0:
                return [*cells, (begin, found.start())], position
            depth -= 1
        elif depth == 0:
            cells.append((begin, found.start()))
            begin = position
    return cells, end


def _value(text: str, cell: Span, *, judged: bool) -> Span | None:
    """Return what is withheld of a cell: what is quoted in it, or all of it if that is no word or number."""
    opened = OPEN.search(text, *cell)
    if opened:
        start, end = opened.end(), min(cell[1], end_of_quoted(text, opened.end(), opened["quote"]))
    else:
        bare = text[slice(*cell)].strip()
        start = text.index(bare, cell[0])
        end = start + len(bare)
        judged = True
    value = text[start:end]
    is_meant = looks_secret(value) if judged else not is_placeholder(value) and not _MARK.fullmatch(value)
    return (start, end) if is_meant else None
