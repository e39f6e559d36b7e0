"""Which parts of a command line are secrets."""

import re
from collections.abc import Sequence

from gradient.redaction.names import Names

# Programs whose `-pX` is a password.
_WITH_PASSWORD = re.compile(r"(?:.*[/\\])?(?:mysql|mariadb|sshpass|mongo|7z|zip|rar)[\w.-]*\Z")
_GLUED = re.compile(r"-p(?=[^:/=,.]*[A-Za-z])(?=[^:/=,.]*\d)[^:/=,.]{6,}\Z")
_USER_OPTIONS = frozenset({"-u", "-U", "--user", "--proxy-user"})


def hidden_from(words: Sequence[str], names: Names) -> list[int | None]:
    """Return for each word of a command where in it a secret begins; None where nothing shows that there is one."""
    takes_password = any(map(_WITH_PASSWORD.match, words))
    return [
        _hidden(word, before, names, takes_password=takes_password)
        for before, word in zip(["", *words], words, strict=False)
    ]


def _hidden(word: str, before: str, names: Names, *, takes_password: bool) -> int | None:
    if before[:1] == "-" and "=" not in before and word[:1] != "-" and names.is_sensitive(before):
        return 0
    if before in _USER_OPTIONS and ":" in word and "://" not in word:
        return word.index(":") + 1
    if word[:2] == "-p" and (_GLUED.match(word) or (takes_password and len(word) > 2)):  # noqa: PLR2004 - `-p` and more
        return 2
    return None
