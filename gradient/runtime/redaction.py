"""Which keys and which values are secrets.

A key is sensitive when its words are (`apiKey`, `X-Api-Key`, `DB_PASSWORD`; not `input_tokens`, not `next_token`). A
value is sensitive where it looks like a known credential. Values are searched in encoded JSON, for literal prefixes
first: one pass over all prefixes takes 0.5 us per KB, a regular expression over the same text 40 times that. Only where
a prefix stands is its exact rule tried. Messages, URLs and command lines also name secrets; those are searched as text.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

import ahocorasick_rs

REDACTED = {"$redacted": "secret"}
REPLACEMENT = "[redacted]"
MAX_KEY_CHARS = 200
_MAX_KNOWN_KEYS = 8192

# A key is split into words: "openaiApiKey" -> openai api key. One of these runs of words makes it sensitive.
_SENSITIVE_WORDS = (
    "authorization", "api key", "password", "passwd", "passphrase", "secret", "credential", "cookie", "private key",
    "access key", "secret key", "client secret", "access token", "refresh token", "id token", "auth token",
    "session token", "bearer token", "csrf token", "api token", "auth", "token", "bearer",
)  # fmt: skip
# `github_token` and the like are secrets, but these tokens are none.
_HARMLESS_TOKENS = frozenset(
    ["next", "page", "continuation", "sync", "first", "last", "per", "max", "new", "stop", "eos", "bos", "pad", "end",
     "unk"]
)  # fmt: skip
# These are sensitive only as the whole key: `token` is a secret, `next_token` and `token_count` are not.
_WHOLE_ONLY = frozenset({"token", "auth", "bearer"})
_NO_UTF8 = re.compile("[\ud800-\udfff]")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# A name and its value in a message, a URL or a command: `password='...'`, `"api_key": "..."`, `&token=...`.
_NAMED_VALUE = re.compile(
    r"""(?<![\w.-])([\w.-]+)(["']?\s*[=:]\s*(?P<quote>["'])|=)(?![^\s"'&,;]*\[redacted\])((?(quote)[^"']+|[^\s"'&,;)\]}]+))"""
)

# Literal prefix -> what must follow it for the whole to be a credential.
_CREDENTIALS: dict[str, str] = {
    "sk-": r"[A-Za-z0-9_-]{16,}",
    "sk_live_": r"[A-Za-z0-9]{10,}",
    "sk_test_": r"[A-Za-z0-9]{10,}",
    "rk_live_": r"[A-Za-z0-9]{10,}",
    "pk_live_": r"[A-Za-z0-9]{10,}",
    "whsec_": r"[A-Za-z0-9]{16,}",
    "ghp_": r"[A-Za-z0-9]{20,}",
    "gho_": r"[A-Za-z0-9]{20,}",
    "ghu_": r"[A-Za-z0-9]{20,}",
    "ghs_": r"[A-Za-z0-9]{20,}",
    "ghr_": r"[A-Za-z0-9]{20,}",
    "github_pat_": r"[A-Za-z0-9_]{20,}",
    "glpat-": r"[A-Za-z0-9_-]{16,}",
    "xoxb-": r"[A-Za-z0-9-]{10,}",
    "xoxp-": r"[A-Za-z0-9-]{10,}",
    "xoxa-": r"[A-Za-z0-9-]{10,}",
    "xapp-": r"[A-Za-z0-9-]{10,}",
    "AKIA": r"[0-9A-Z]{16}",
    "ASIA": r"[0-9A-Z]{16}",
    "AIza": r"[0-9A-Za-z_-]{30,}",
    "ya29.": r"[0-9A-Za-z_-]{20,}",
    "eyJ": r"[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",
    "hf_": r"[A-Za-z0-9]{20,}",
    "pypi-": r"[A-Za-z0-9_-]{20,}",
    "npm_": r"[A-Za-z0-9]{20,}",
    "SG.": r"[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    "lsv2_": r"[A-Za-z0-9_]{16,}",
    "Bearer ": r"[A-Za-z0-9._~+/=-]{12,}",
    "bearer ": r"[A-Za-z0-9._~+/=-]{12,}",
    "Basic ": r"[A-Za-z0-9+/=]{16,}",
    "-----BEGIN ": r"[A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    "://": r"[^/\s:@\"'?#]*:[^/\s@\"']+(?=@)",
}
# A prefix inside a longer word is no credential ("risk-", "task-"), but keys and URLs may follow anything.
_ANYWHERE = frozenset({"://", "-----BEGIN "})
# How far behind a cut a credential is looked for: what is cut off must not leave its first half behind.
_BEHIND_CUT_CHARS = 8_192


class Redactor:
    """Finds and replaces secrets.

    Args:
        keys: Further keys whose values are withheld, in any spelling (`patient name` matches `patientName`).
        patterns: Further regular expressions of values; each costs a search of every payload.
    """

    def __init__(self, keys: Iterable[str] = (), patterns: Iterable[str] = ()) -> None:
        self._sensitive = _spellings([*_SENSITIVE_WORDS, *(" ".join(_words(key)) for key in keys)])
        self._patterns = [re.compile(pattern) for pattern in patterns]
        prefixes = list(_CREDENTIALS)
        self._rules = [_rule(prefix) for prefix in prefixes]
        self._byte_rules = [_byte_rule(prefix) for prefix in prefixes]
        self._find = ahocorasick_rs.AhoCorasick(
            prefixes, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest
        ).find_matches_as_indexes
        self._find_bytes: Callable[[bytes], list[tuple[int, int, int]]] = ahocorasick_rs.BytesAhoCorasick(
            [prefix.encode() for prefix in prefixes], matchkind=ahocorasick_rs.MatchKind.LeftmostLongest
        ).find_matches_as_indexes
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
        words = _words(key[:MAX_KEY_CHARS])
        whole = " ".join(words)
        if whole in _WHOLE_ONLY:
            return True
        if len(words) > 1 and words[-1] == "token" and words[-2] not in _HARMLESS_TOKENS:
            return True
        runs = (" ".join(words[i:j]) for i in range(len(words)) for j in (i + 1, i + 2))
        return any(run in self._sensitive and run not in _WHOLE_ONLY for run in runs)

    def holds_secret(self, encoded: bytes) -> bool:
        """Tell whether JSON may hold a credential; what the user's patterns match can be told of plain text only."""
        if self._patterns:
            return True
        hits = self._find_bytes(encoded)
        return bool(hits) and any(self._byte_rules[rule].match(encoded, start) for rule, start, _ in hits)

    def clean_text(self, text: str) -> str:
        """Return `text` with each credential in it replaced."""
        hits = self._find(text)
        if hits:
            parts: list[str] = []
            position = 0
            for rule, start, end in hits:
                found = self._rules[rule].match(text, start) if start >= position else None
                if found:
                    parts += text[position:end], REPLACEMENT
                    position = found.end()
            text = "".join([*parts, text[position:]])
        for pattern in self._patterns:
            text = pattern.sub(REPLACEMENT, text)
        return text

    def clean_start(self, text: str, limit: int) -> str:
        """Return the first `limit` characters of `text` as proper UTF-8, without credentials or halves of them."""
        searched = text[: limit + _BEHIND_CUT_CHARS]
        cleaned = self.clean_text(searched if searched.isascii() else searched.encode("utf-8", "replace").decode())
        if len(searched) < len(text):
            cleaned = cleaned[:-_BEHIND_CUT_CHARS]  # Its end was cut, too.
        return cleaned[:limit]

    def clean_message(self, text: str, limit: int) -> str:
        """Return the first `limit` characters of a text for people, also without what it names as a secret."""
        return _NAMED_VALUE.sub(self._clean_named, self.clean_start(text, limit))

    def follows_secret(self, argument: str, before: str) -> bool:
        """Tell whether an argument of a command line is the value of an option for a secret: `--password x`."""
        return before[:1] == "-" and "=" not in before and argument[:1] != "-" and self.is_sensitive(before)

    def _clean_named(self, found: re.Match[str]) -> str:
        name, between, _, value = found.groups()
        return f"{name}{between}{REPLACEMENT if self.is_sensitive(name) else value}"


def _rule(prefix: str) -> re.Pattern[str]:
    guard = "" if prefix in _ANYWHERE else r"(?<![A-Za-z0-9-])"
    return re.compile(guard + re.escape(prefix) + _CREDENTIALS[prefix])


def _byte_rule(prefix: str) -> re.Pattern[bytes]:
    # In JSON a line break before it is a backslash and the letter n, which would make it part of a longer word.
    guard = "" if prefix in _ANYWHERE else r"(?:(?<![A-Za-z0-9-])|(?<=\\[bfnrt]))"
    return re.compile((guard + re.escape(prefix) + _CREDENTIALS[prefix]).encode())


def _spellings(names: Iterable[str]) -> frozenset[str]:
    """Return names of secrets, their plurals, and both in one word; `access_tokens` may be a count, so no plural."""
    plurals = [name if name.endswith("token") else f"{name}s" for name in names]
    return frozenset(spelling for name in (*names, *plurals) for spelling in (name, name.replace(" ", "")))


def _words(key: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(key)]
