"""From the text of a query to its terms."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from difflib import get_close_matches

from gradient.journal.events import MOST_NS
from gradient.journal.vocabulary import STATUSES
from gradient.store.errors import QueryError
from gradient.store.query.fields import ALIASES, FIELDS, Field

_NAME = re.compile(r"([!-]?)([A-Za-z_]+)(>=|<=|[:=<>])")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_PLAIN = re.compile(r'[^\s,"]+')
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)(us|ms|s|m|min|h|d|w)?")
_NS = {"us": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "min": 60 * 10**9, "h": 3_600 * 10**9,
       "d": 86_400 * 10**9, "w": 604_800 * 10**9}  # fmt: skip
_DATES = ("%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f")
_MOST_APART = timedelta(hours=26)  # further than any zone is from UTC, with what its clocks may skip
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a term.

    Attributes:
        text: What was written, without quotes.
        quoted: Whether it stood in quotes: then a star is a star, and words stand in this order.
        number: For numbers and durations (nanoseconds) what it is; for times nanoseconds since the epoch, or with
            `ago` before now.
    """

    text: str
    quoted: bool = False
    number: float = 0.0
    ago: bool = False

    @property
    def is_pattern(self) -> bool:
        """Whether a star in it stands for anything."""
        return not self.quoted and "*" in self.text


@dataclass(frozen=True, slots=True)
class Term:
    """One condition.

    Attributes:
        field: What is asked for.
        operator: ":", ">", ">=", "<" or "<=".
        values: Any of these.
        negated: Whether it must not hold.
    """

    field: Field
    operator: str
    values: tuple[Value, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """All conditions that a run must satisfy."""

    terms: tuple[Term, ...] = ()


def parse(text: str) -> Query:
    """Return what a query says.

    Raises:
        QueryError: It is written wrongly.
    """
    return Query(tuple(_terms(text)))


def _terms(text: str) -> Iterator[Term]:
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        named = _NAME.match(text, at)
        if named is None:
            negated = text[at] in "!-"
            values, end = _values(text, at + negated, FIELDS["text"])
            yield Term(FIELDS["text"], ":", values, negated)
        else:
            sign, name, operator = named.groups()
            field = _field(text, at + len(sign), name)
            if operator not in field.operators:
                wanted = " or ".join(f"{name}{one}" for one in field.operators)
                raise QueryError(text, named.start(3) + 1, operator, wanted)
            values, end = _values(text, named.end(), field)
            yield Term(field, ":" if operator == "=" else operator, values, bool(sign))
        at = end


def _field(text: str, at: int, name: str) -> Field:
    field = FIELDS.get(ALIASES.get(name.lower(), name.lower()))
    if field is None:
        nearest = get_close_matches(name.lower(), FIELDS, n=1)
        raise QueryError(text, at + 1, name, f"one of {', '.join(FIELDS)}", nearest[0] if nearest else None)
    return field


def _values(text: str, at: int, field: Field) -> tuple[tuple[Value, ...], int]:
    values: list[Value] = []
    while True:
        quoted, plain = _QUOTED.match(text, at), _PLAIN.match(text, at)
        found = quoted or plain
        if found is None:
            rest = text[at:].split(maxsplit=1)[0] if text[at:].strip() and not text[at].isspace() else "nothing"
            unclosed = text[at : at + 1] == '"'
            raise QueryError(text, at + 1, rest, "a closing quote" if unclosed else f"a value, as in {field.example}")
        word = re.sub(r"\\(.)", r"\1", found[1]) if quoted else found[0]
        values.append(_checked(text, at, field, Value(word, quoted is not None)))
        at = found.end()
        if text[at : at + 1] != ",":
            break
        at += 1
    if at < len(text) and not text[at].isspace():
        raise QueryError(text, at + 1, text[at], "a space, or a comma and another value")
    return tuple(values), at


def _checked(text: str, at: int, field: Field, value: Value) -> Value:
    """Return a value with what it stands for, or say why it cannot be one."""
    if field.sort == "status" and value.text not in STATUSES and not value.is_pattern:
        nearest = get_close_matches(value.text, STATUSES, n=1)
        raise QueryError(text, at + 1, value.text, f"one of {', '.join(STATUSES)}", nearest[0] if nearest else None)
    if field.sort == "id" and not re.fullmatch(r"[0-9a-fA-F-]+", value.text):
        raise QueryError(text, at + 1, value.text, "the beginning of an id, in hexadecimal digits")
    if field.sort in ("number", "duration", "time"):
        return _measured(text, at, field, value)
    return value


def _measured(text: str, at: int, field: Field, value: Value) -> Value:
    amount = _AMOUNT.fullmatch(value.text.replace("_", ""))
    if field.sort == "time":
        moment = _moment(value.text)
        if moment is not None:
            return Value(value.text, value.quoted, moment)
        if amount is not None and amount[2]:
            return Value(value.text, value.quoted, float(amount[1]) * _NS[amount[2]], ago=True)
        raise QueryError(text, at + 1, value.text, "a date such as 2026-01-31, or how long ago, such as 2h or 7d")
    if amount is None or (field.sort == "number" and amount[2]):
        wanted = "a number" if field.sort == "number" else "a duration such as 250ms, 2s or 5m"
        raise QueryError(text, at + 1, value.text, wanted)
    if field.sort == "duration":
        if not amount[2]:
            raise QueryError(text, at + 1, value.text, f"a unit, as in {value.text}s or {value.text}ms")
        return Value(value.text, value.quoted, float(amount[1]) * _NS[amount[2]])
    return Value(value.text, value.quoted, float(amount[1]))


def _moment(text: str) -> int | None:
    """Return a date and time as nanoseconds since the epoch.

    It is one of the reader's place, as times are shown, or of a zone that it names: `Z`, `+02:00`.
    """
    for form in (*_DATES, *(f"{form}%z" for form in _DATES)):
        try:
            moment = _in_utc(datetime.strptime(text, form))  # noqa: DTZ007 - without a zone it is local
        except (ValueError, OverflowError, OSError):  # written in another way, or before or after all time
            continue
        at_ns = (moment - _EPOCH) // timedelta(microseconds=1) * 1_000
        return at_ns if abs(at_ns) <= MOST_NS else None
    return None


def _in_utc(moment: datetime) -> datetime:
    """Return a moment in UTC; without a zone it is one of the reader's place.

    Where clocks show it twice, the first is meant, and where they skip it, the moment at which they do: so days have no
    gap between them. `astimezone` does the same, but for clocks that skip a whole day.
    """
    if moment.tzinfo is not None:
        return moment.astimezone(timezone.utc)
    shown = moment.replace(tzinfo=timezone.utc)
    before, after = (shown - _offset(shown + apart) for apart in (-_MOST_APART, _MOST_APART))
    return min((one for one in (before, after) if one + _offset(one) == shown), default=before)


def _offset(moment: datetime) -> timedelta:
    return moment.astimezone().utcoffset() or timedelta()
