"""Which keys and which values are secrets, by the rules of some settings.

What is a secret is told in `gradient.redaction`. Values are searched in encoded JSON first, for a few hundred literals
at once. Only where one stands is the text looked at.
"""

import functools
import re
from collections.abc import Iterable, Sequence
from typing import Any

from gradient.redaction import labels
from gradient.redaction.commands import hidden_from
from gradient.redaction.judging import is_words
from gradient.redaction.labels import is_given
from gradient.redaction.names import MAX_NAME_CHARS, Names
from gradient.redaction.search import Search

REDACTED = {"$redacted": "secret"}
REPLACEMENT = "[redacted]"
MAX_KEY_CHARS = MAX_NAME_CHARS
_MAX_KNOWN_KEYS = 8192
_NO_UTF8 = re.compile("[\ud800-\udfff]")
# How far behind a cut a credential is looked for: what is cut off must not leave its first half behind.
_BEHIND_CUT_CHARS = 8_192
# What holds a name in one field and its value in another, as lists of headers and of variables do.
_NAME_FIELDS = ("name", "key", "header", "field", "variable", "parameter", "Name", "Key")
_NUMBERS = (bool, int, float)
_CONTAINERS = (dict, list, tuple)
_LABELS = (*labels.NAMES, *_NAME_FIELDS, "loc")
_LABELLED = (*labels.VALUES, "value", "Value")
_COLUMNS, _ROWS = ("columns", "fields", "headers", "header"), ("rows", "data", "values", "results", "records")
_VALUE_FIELDS = ("value", "values", "val", "Value", "stringValue", "string_value")


@functools.lru_cache(maxsize=4)
def _search_by(keys: tuple[str, ...]) -> tuple[Names, Search]:
    """Return what knows names and finds secrets: dear to make, and the same for all who name the same keys."""
    names = Names(keys)
    return names, Search(names)


class Redactor:
    """Finds and replaces secrets.

    Attributes:
        ordinary_keys: Keys that need neither redaction nor escaping, as far as they were met.
        suspects: Tells whether encoded JSON has anything of a secret; where it has not, there is nothing to withhold.
        has_patterns: Whether the user added patterns, which only plain text can be searched for.

    Args:
        keys: Further keys whose values are withheld, in any spelling (`patient name` matches `patientName`).
        patterns: Further regular expressions of values; each costs a search of every payload.
    """

    def __init__(self, keys: Iterable[str] = (), patterns: Iterable[str] = ()) -> None:
        self._names, self._search = _search_by(tuple(keys))
        self._patterns = [re.compile(pattern) for pattern in patterns]
        self.has_patterns = bool(self._patterns)
        self.suspects = self._search.suspects
        self.ordinary_keys: set[str] = set()

    def is_ordinary(self, key: Any) -> bool:
        """Tell whether a key is text that needs neither redaction nor escaping, and remember it in `ordinary_keys`."""
        if type(key) is not str or len(key) > MAX_KEY_CHARS or key.startswith("$") or self.is_sensitive(key):
            return False
        if _NO_UTF8.search(key):
            return False
        if len(self.ordinary_keys) < _MAX_KNOWN_KEYS:
            self.ordinary_keys.add(key)
        return True

    def is_sensitive(self, key: str) -> bool:
        """Tell whether the value under `key` must be withheld."""
        return self._names.is_sensitive(key)

    def withholds(self, key: str, value: Any) -> bool:
        """Tell whether `value` under `key` must be withheld.

        Tests that pass are counted, passwords are not. What a path names is told by its own keys, as in lists of
        packages.
        """
        kind: type[Any] = type(value)  # pyright: ignore[reportUnknownVariableType] - anything's
        if (kind in _NUMBERS and key.lower() == "pass") or ("/" in key and issubclass(kind, _CONTAINERS)):
            return False
        return self.is_sensitive(key)

    def half_of_pair(self, name: Any, value: Any, *, among_others: bool) -> bool:
        """Tell whether the second of two items is the value of the first: `("authorization", "x")`."""
        if type(name) not in (str, bytes) or not self.is_sensitive(_text(name)):
            return False
        return among_others or type(value) not in (str, bytes) or not is_words(_text(value))

    def _names_secret(self, field: str, value: Any) -> bool:
        if field == "loc" and type(value) in (list, tuple) and value:  # of what Pydantic finds wrong
            value = value[-1]
        return type(value) in (str, bytes) and self.is_sensitive(_text(value))

    def without_columns(self, names: Any, rows: Iterable[Any], hidden: Any, *, are_pairs: bool = False) -> list[Any]:
        """Return rows, with `hidden` for what looks like a secret in the columns that have names of secrets.

        Args:
            names: The names of the columns; anything else is none.
            rows: The rows.
            hidden: What stands for a secret.
            are_pairs: Whether rows may be pairs of a name and its value.
        """
        columns = set[int]()
        if type(names) in (list, tuple) and all(type(name) is str for name in names):
            columns = {at for at, name in enumerate(names) if self.is_sensitive(name)}
        if are_pairs:
            columns.discard(0)  # a name, and its value
        if not columns:
            return list(rows)
        return [
            [hidden if at in columns and type(cell) is str and is_given(cell) else cell for at, cell in enumerate(row)]
            if type(row) in (list, tuple) and len(row) == len(names)
            else row
            for row in rows
        ]

    def without_rows(self, fields: list[tuple[Any, Any]], hidden: Any) -> list[tuple[Any, Any]]:
        """Return the fields of a table that has a list of columns and a list of rows, without what these withhold."""
        named = (item for key, item in fields if type(key) is str and key in _COLUMNS and type(item) in (list, tuple))
        names = next(named, None)
        return [
            (key, self.without_columns(names, item, hidden))
            if names and type(key) is str and key in _ROWS and type(item) in (list, tuple)
            else (key, item)
            for key, item in fields
        ]

    def value_field(self, mapping: dict[str, Any]) -> str | None:
        """Return the field that holds a secret that another field names: `{"name": "password", "value": "x"}`."""
        field = next((field for field in _VALUE_FIELDS if field in mapping), None)
        if field is not None and any(self._names_secret(name, mapping.get(name)) for name in _NAME_FIELDS):
            return field
        field = next((field for field in _LABELLED if isinstance(mapping.get(field), str)), None)
        if field is not None and is_given(mapping[field]):
            return field if any(self._names_secret(name, mapping.get(name)) for name in _LABELS) else None
        return None

    def holds_secret(self, encoded: bytes) -> bool:
        """Tell whether JSON may hold a secret; what the user's patterns match can be told of plain text only."""
        if self._patterns:
            return True
        return self._search.holds_secret(encoded)

    def clean_text(self, text: str, *, told: bool = False) -> str:
        """Return `text` with each secret in it replaced.

        Args:
            text: The text.
            told: Whether it is a message or a command, where more of what is named is withheld.
        """
        spans = self._search.spans(text, "told" if told else "text")
        if spans:
            ends = [0, *(end for _, end in spans)]
            kept = [text[end:start] for end, (start, _) in zip(ends, spans, strict=False)]
            text = REPLACEMENT.join([*kept, text[ends[-1] :]])
        for pattern in self._patterns:
            text = pattern.sub(REPLACEMENT, text)
        return text

    def clean_start(self, text: str, limit: int, *, told: bool = False) -> str:
        """Return the first `limit` characters of `text` as proper UTF-8, without secrets or halves of them."""
        searched = text[: limit + _BEHIND_CUT_CHARS]
        proper = searched if searched.isascii() else searched.encode("utf-8", "replace").decode()
        cleaned = self.clean_text(proper, told=told)
        if len(searched) < len(text):
            cleaned = cleaned[:-_BEHIND_CUT_CHARS]  # Its end was cut, too.
        return cleaned[:limit]

    def clean_message(self, text: str, limit: int) -> str:
        """Return the first `limit` characters of a text for people, also without what it names as a secret."""
        return self.clean_start(text, limit, told=True)

    def hide_words(self, words: Sequence[str]) -> list[str]:
        """Return the words of a command line without what their places show: `--password x`, `-px`."""
        hidden = hidden_from(words, self._names)
        return [
            word if start is None else word[:start] + REPLACEMENT for word, start in zip(words, hidden, strict=True)
        ]


def _text(name: Any) -> str:
    return name if type(name) is str else bytes.decode(name, "utf-8", "replace")
