r"""What stands on the lines under the name of a secret, in its column: tables, CSV, what programs print in columns.

    | name | password |    name,password    name  password
    |------|----------|    bob,x1y2z3       bob   x1y2z3
    | bob  | x1y2z3   |

Lines say little of what they are: only what looks like a secret is withheld.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial

from gradient.redaction.credentials import Span
from gradient.redaction.judging import is_chosen, looks_random, looks_secret

_LINE = re.compile(r"\r?\n|(?:\\{1,31}r)?\\{1,31}n")
_RULE = re.compile(r"(?:[\s\d|+:=>\u2500-\u257f-]|\\{1,31}t)*")  # also of numbered lines, and of a diff
_BAR, _TAB, _COMMA, _SEMICOLON = map(re.compile, (r"[|\u2502\u2503]", r"\t|\\{1,31}t", ",", ";"))
_CSV = re.compile(r"\"?\w[\w.-]{0,40}\"?(?:[,;]\"?\w[\w.-]{0,40}\"?)+")
_COMMAS, _BEFORE_CSV = re.compile("[,;]"), (" ", "\t", "'", "+", ">", "=")
_COLUMNS = re.compile(r"[|\u2502\u2503,;\t]|\\t|\S {2}")  # what every line has that heads a table
_FIELD = r"[\w.:/#%()-]+(?: [\w.:/#%()-]+){0,2}"
_APART = re.compile(rf"(?:[+>\s]|\d{{1,6}}(?:\t|\\{{1,31}}t)|\\{{1,31}}t)*{_FIELD}(?: {{2,}}{_FIELD})+ *")
_OPENED = re.compile(r"[\"']|\[[\d;]{1,9}m")  # a text or a colour, before the table
_WORD = re.compile(r"[^\s\"'`|\\]+")
_HASH = re.compile(r"[0-9a-f-]+")
_SIGNS = " \t\r[]{}\"'`*\\"
_HEAD_CHARS, _ROW_CHARS, _MOST_CHARS = 300, 2_000, 32_768


def in_table(text: str, begin: int, stop: int, is_weak: Callable[[str], bool]) -> list[Span]:
    """Return what to withhold of the lines below a name that heads a column.

    Args:
        text: The whole text.
        begin: Where the name begins.
        stop: Where it ends.
        is_weak: Tells whether a name is often a harmless one, too.
    """
    end = _line_end(text, stop)
    if end is None:
        return []
    start = _line_start(text, begin)
    if not _COLUMNS.search(text, start, end.start()):
        return []
    separated = _separated(text, start, (begin, stop), end)
    spans = list(_under(text, start, (begin, stop), end)) if separated is None else separated
    weak = bool(spans) and is_weak(text[begin:stop])
    judge = looks_secret if separated is not None and not weak else partial(_is_meant, weak=weak)
    return [span for span in spans if judge(text[slice(*span)])]


def _line_end(text: str, stop: int) -> re.Match[str] | None:
    """Return the end of the line of a name: none is looked for where there can be none."""
    end = stop + _HEAD_CHARS
    found = [at for at in (text.find("\n", stop, end), text.find("\\", stop, end)) if at >= 0]
    return _LINE.search(text, max(stop, min(found) - 1), end) if found else None


def _line_start(text: str, begin: int) -> int:
    start = max(0, begin - _HEAD_CHARS)
    start = max(start, text.rfind("\n", start, begin) + 1)
    if text.find("\\", start, begin) < 0:
        return start
    return max((found.end() for found in _LINE.finditer(text, start, begin)), default=start)


def _separated(text: str, start: int, name: Span, end: re.Match[str]) -> list[Span] | None:
    """Return what stands under a name, where a sign separates the columns; None where none does."""
    head = text[start : end.start()]
    csv = _csv(head, name[0] - start)
    if csv is not None:
        start, head = start + csv, head[csv:]
    sign = _BAR if _BAR.search(head) else _TAB if csv is None else _COMMA if "," in head else _SEMICOLON
    number = len(sign.findall(head[: name[0] - start]))
    cells = sign.split(head)
    cell = cells[number].strip(_SIGNS)
    if len(cells) == 1 or _is_row(text, start, sign, len(cells)):
        return None
    if cell != text[slice(*name)] and (number or not cell.endswith(text[slice(*name)])):
        return None
    found: list[Span] = []
    for at, line in _lines(text, end.end()):
        ends = [0, *(each.end() for each in sign.finditer(line))]
        if not line.strip() or _RULE.fullmatch(line):
            continue
        if len(ends) < len(cells) or (csv is None and len(ends) > len(cells)):
            break
        value = sign.split(line)[number].strip(_SIGNS)
        place = text.index(value, at + ends[number])
        found.append((place, place + len(value)))
    return found


def _is_row(text: str, start: int, sign: re.Pattern[str], count: int) -> bool:
    """Tell whether the line before belongs to the same table, so that this is not the one that heads it."""
    before = _LINE.split(text[max(0, start - _HEAD_CHARS) : start])
    lines = [line for line in before[:-1] if line.strip()]
    return bool(lines) and len(sign.split(lines[-1])) == count and not _RULE.fullmatch(lines[-1])


def _csv(head: str, name: int) -> int | None:
    """Return where in a line the names of columns begin that commas separate; None if it has none."""
    if " " in head[name:] or "\t" in head[name:] or not _COMMAS.search(head) or _BAR.search(head):
        return None
    begin = max(map(head.rfind, _BEFORE_CSV)) + 1
    # At the beginning of a text, behind a colour, behind an escape.
    before = (head.find('"', begin, name) + 1, head.find("m", begin, name) + 1, head.rfind("\\", begin, name) + 2)
    begins = (begin, *before)
    return next((each for each in begins if begin <= each <= name and _CSV.fullmatch(head, each)), None)


def _under(text: str, start: int, name: Span, end: re.Match[str]) -> Iterator[Span]:
    """Yield what stands under a name, where blanks alone separate the columns."""
    head = text[start : end.start()]
    quoted = max((found.end() for found in _OPENED.finditer(head, 0, name[0] - start)), default=0)
    begins, ends = name[0] - start - quoted, name[1] - start - quoted
    head = head[quoted:].rstrip(_SIGNS)
    if not _APART.fullmatch(head) or head[:begins][-2:].strip() or head[ends : ends + 2].strip():
        return
    before = text[max(0, start - _HEAD_CHARS) : start].rstrip(" \r\n").rpartition("\n")[2]
    if _APART.fullmatch(before):
        return  # of the same table
    for at, line in _lines(text, end.end()):
        for word in _WORD.finditer(line):
            if word.start() < ends and word.end() > begins:
                yield at + word.start(), at + word.end()


def _is_meant(value: str, weak: bool) -> bool:
    if weak and _HASH.fullmatch(value):
        return False
    return looks_random(value) or (not weak and is_chosen(value))


def _lines(text: str, at: int) -> Iterator[tuple[int, str]]:
    """Yield where lines begin, and the lines."""
    most = min(len(text), at + _MOST_CHARS)
    while at < most:
        found = _LINE.search(text, at, at + _ROW_CHARS)
        end = found.start() if found else min(len(text), at + _ROW_CHARS)
        yield at, text[at:end]
        if found is None:
            return
        at = found.end()
