"""Which parts of a command line are secrets, in a list of words and in a text."""

import re
from collections.abc import Sequence

from gradient.redaction.credentials import Span
from gradient.redaction.judging import is_placeholder, is_plain_word
from gradient.redaction.names import Names

PROGRAMS = (
    "curl", "mysql", "mariadb", "sshpass", "redis-cli", "mongo", "sqlcmd", "docker login", "podman login", "az login",
    "registry login", "twine upload", "smbclient", "ldap", "7z ", "unrar ", "zip -P", "openssl", "useradd", "usermod",
    "http -a", "http --auth", "bcp ", "lftp", "ssh-keygen",
)  # fmt: skip
"""What a text is searched for: programs that are told passwords by options of one letter."""

PIPED = ("password-stdin", "sudo -S", "chpasswd", "with-token", "passphrase-fd")
"""What a text is searched for, too: programs that are told passwords by what is written to them."""

_PROGRAM = re.compile(r"(?:.*[/\\])?([a-z0-9]+(?:-cli|-keygen)?)[\w.-]*\Z")
# Program -> the options whose next word is a password; those that it is glued to.
_OPTIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    **dict.fromkeys(("mysql", "mysqldump", "mysqladmin", "mysqlimport", "mariadb"), ((), ("-p",))),
    **dict.fromkeys(("7z", "7za", "rar", "unrar"), ((), ("-p",))),
    **dict.fromkeys(("mongo", "mongosh", "mongodump", "mongorestore"), (("-p",), ("-p",))),
    **dict.fromkeys(("docker", "podman", "nerdctl", "helm", "az", "twine"), (("-p",), ())),
    **dict.fromkeys(("useradd", "usermod"), (("-p",), ())),
    **dict.fromkeys(("sqlcmd", "bcp", "isql"), (("-P",), ("-P",))),
    **dict.fromkeys(("ldapsearch", "ldapadd", "ldapmodify"), (("-w",), ())),
    "sshpass": (("-p",), ("-p",)),
    "zip": (("-P",), ("-P",)),
    "ssh-keygen": (("-N", "-P"), ()),
    "redis-cli": (("-a", "--pass"), ()),
    "openssl": (("-k",), ("pass:",)),
}
# Options of users, and what stands between a user and the password: `curl -u bob:x`.
_USER_OPTIONS = {"-u": ":", "-U": ":", "--user": ":", "--proxy-user": ":"}
_OTHER_USER_OPTIONS = {
    "curl": {"-b": "=", "--cookie": "="},
    "smbclient": {"-U": "%"},
    "lftp": {"-u": ","},
    "http": {"-a": ":", "--auth": ":"},
}
_LOGIN = frozenset({"docker", "podman", "nerdctl", "helm", "az", "twine"})
_GLUED_OPTIONS = ("-p", "-P")
_GLUED = re.compile(r"-p(?=[^:/=,.]*[A-Za-z])(?=[^:/=,.]*\d)[^:/=,.]{6,}\Z")
_STRETCH = re.compile(r"[^\n|]{1,400}")
_WORD = re.compile(r"[^\s\"'`\\\[\](]+")
_PIPED = re.compile(
    r"(?:echo|printf)(?: -\w+| ['\"]%s(?:\\+n)?['\"])* (\\{0,31}[\"']?)(?:[\w.-]{1,40}:)?"
    r"([^\s|\"'\\][^\n|\"'\\]{0,200}?)\1 ?\|[^|\n]{0,80}$"
)
_PIPED_CHARS = 400
_PROGRAM_CHARS = 4
_NEXT_COMMAND = frozenset({"&&", ";", "|", "||"})


def hidden_from(words: Sequence[str], names: Names) -> list[int | None]:
    """Return for each word of a command where in it a secret begins; None where nothing shows that there is one."""
    return [
        0 if _is_named(word, before, names) else 2 if hidden is None and _GLUED.match(word) else hidden
        for before, word, hidden in zip(["", *words], words, _by_program(words), strict=False)
    ]


def command_in(text: str, start: int) -> list[Span]:
    """Return all that is to be withheld of the command of a text whose program was found."""
    places: list[int] = []  # where each word would begin if nothing were cut out of it
    words: list[str] = []
    for found in _WORD.finditer(text, start, _end(text, start)):
        word, place = found[0].rstrip(",;"), found.start()
        if words and words[-1] in _GLUED_OPTIONS and places[-1] + 3 == place and text[place - 1] in "\"'":
            word, place = words.pop() + word, places.pop() + 1  # -p'x'
        words.append(word)
        places.append(place)
    return [
        (place + hidden, place + len(word))
        for word, place, hidden in zip(words, places, _by_program(words), strict=True)
        if hidden is not None and not is_placeholder(word[hidden:]) and not is_plain_word(word[hidden:])
    ]


def piped_in(text: str, start: int) -> Span | None:
    """Return what to withhold of what is written to a program that was found: `echo x | sudo -S ls`."""
    stretch = text[max(0, start - _PIPED_CHARS) : start]
    found = _PIPED.search(stretch)
    if found is None or is_placeholder(found[2]):
        return None
    return start - len(stretch) + found.start(2), start - len(stretch) + found.end(2)


def _end(text: str, start: int) -> int:
    """Return where a command ends: with its line, or where the same program is called again."""
    stretch = _STRETCH.match(text, start)
    end = stretch.end() if stretch else start
    again = text.find(text[start : start + _PROGRAM_CHARS], start + 1, end)
    return end if again < 0 else again


def _is_named(word: str, before: str, names: Names) -> bool:
    return before[:1] == "-" and "=" not in before and word[:1] != "-" and names.is_sensitive(before)


def _by_program(words: Sequence[str]) -> list[int | None]:
    """Tell of each word where a password begins that an option of the program before it shows."""
    program, hidden = "", list[int | None]()
    for before, word in zip(["", *words], words, strict=False):
        known = _PROGRAM.match(word)
        if known and (known[1] in _OPTIONS or known[1] in _OTHER_USER_OPTIONS):
            program = known[1]
        elif word in _NEXT_COMMAND:
            program = ""
        hidden.append(_of(program, before, word, words))
    return hidden


def _of(program: str, before: str, word: str, words: Sequence[str]) -> int | None:
    """Return where a password begins in a word, by the option before it or the one that it begins with."""
    option, equal, given = word.partition("=")
    users = _USER_OPTIONS | _OTHER_USER_OPTIONS.get(program, {})
    if equal and option in users and users[option] in given:
        return len(option) + 1 + given.index(users[option]) + 1
    if before in users and users[before] in word and "://" not in word:
        return word.index(users[before]) + 1
    if program == "curl" and word[:2] in users and ":" in word:
        return word.index(":") + 1
    behind, glued = _OPTIONS.get(program, ((), ()))
    if program in _LOGIN and not {"login", "upload"} & set(words):
        return None
    if before in behind and word[:1] != "-":
        return 0
    at = next((len(begin) for begin in glued if word.startswith(begin) and len(word) > len(begin)), None)
    return at if word[:1] != "-" or word[1:2] in "pP" else None
