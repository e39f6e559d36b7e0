"""Which keys are names of secrets.

A key is split into words: `openaiApiKey` is "openai api key". Some runs of words make it sensitive (`DB_PASSWORD`,
`X-Api-Key`; not `input_tokens`, not `next_token`). Words are compared without case, accents and width, so that a name
matches in every spelling that people give it.
"""

import re
import unicodedata
from collections.abc import Iterable

from gradient.redaction import phrases

MAX_NAME_CHARS = 200
_MAX_KNOWN_NAMES = 8_192

# Any of these runs of words makes a key sensitive.
_SENSITIVE = (
    "authorization", "password", "passwd", "passphrase", "secret", "credential", "cookie", "api key", "private key",
    "access key", "secret key", "account key", "storage key", "encryption key", "signing key", "master key",
    "shared key", "service key", "auth key", "app key", "application key", "subscription key", "functions key",
    "session key", "consumer key", "client secret", "access token", "refresh token", "id token", "auth token",
    "session token", "bearer token", "csrf token", "api token", "connection string", "db pass", "user pass",
    "amz signature", "goog signature", "x auth", "license key", "write key", "ingest key", "fal key", "deploy key",
    "honeycomb team", "client key", "webhook key", "mandrill key", "key pass", "store pass", "sftp pass", "redis pass",
    "ssh key", "hmac key", "fernet key", "totp", "otp",
)  # fmt: skip
# Names that are often glued to what stands before them: PGPASSWORD, dbpasswd, openaiapikey.
_GLUED = re.compile(
    r"(?:password|passwd|passphrase|apikey|secretkey|accesskey|privatekey|accesstoken|authtoken|"
    r"(?:ssh|db|ftp|smtp|mysql|redis|user|admin|root|require)pass|(?:bind|user|db|root|admin)pw)s?$"
)
_PASSWORD = re.compile(r"(?i)pass(?:word|wd|phrase|code)?$|pwd$|pw$")
# Sensitive as the whole key alone: `token` is a secret, `token_count` is none.
WHOLE = frozenset({"token", "auth", "bearer", "pass", "pwd", "jwt", "psk", "pw"}) | phrases.TOKENS
_WEAK = WHOLE | {"cookie", "cookies", "secret", "secrets", "secreto", "segredo", "секрет"}
# `github_token` is a secret; these tokens are none.
_HARMLESS_TOKENS = frozenset(
    ["next", "page", "continuation", "pagination", "cursor", "sync", "first", "last", "per", "max", "min", "new",
     "stop",     "start", "eos", "bos", "pad", "end", "unk", "mask", "cls", "sep", "special", "image", "audio", "each",
     "unexpected", "invalid", "input", "output", "idempotency", "prev", "previous", "current"]
)  # fmt: skip
# `DB_PASS` and `MYSQL_PWD` are secrets; `first_pass` and `OLDPWD` are none.
_BEFORE_PASS = frozenset(
    ["db", "database", "sql", "mysql", "pg", "postgres", "postgresql", "redis", "mongo", "rabbitmq", "amqp", "smtp",
     "imap", "pop", "mail", "email", "ftp", "sftp", "ssh", "ldap", "http", "https", "proxy", "basic", "auth", "user",
     "admin", "root", "login", "account", "service", "registry", "docker", "vpn", "wifi", "sudo", "cert", "key",
     "keystore", "store", "app", "api", "my", "default", "become", "es",
     "elastic", "kafka", "git", "github", "host", "server", "client"]
)  # fmt: skip
_VENDORS = frozenset(
    ["openai", "anthropic", "groq", "gemini", "mistral", "cohere", "deepseek", "xai", "perplexity", "pinecone",
     "tavily", "replicate", "together",
     "fireworks", "azure", "aws", "stripe", "sendgrid", "twilio", "datadog", "github",
     "gitlab", "langsmith",
     "langfuse", "huggingface", "openrouter", "serpapi", "voyage", "nvidia", "cerebras", "azdo", "gh", "databricks",
     "airtable", "devops", "mailgun", "elevenlabs", "splunk", "deepgram", "assemblyai", "mapbox", "algolia", "brevo",
     "resend", "cloudflare", "heroku", "vercel", "supabase", "serper", "exa", "firecrawl", "qdrant", "weaviate", "snyk"]
)  # fmt: skip
_DIRECTORY = "PWD"
_DOTLESS = "\u0131"
_NO_NAME = re.compile(r"[*?^$\\|\[\]{}]")
_ASCII_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_RUN = re.compile(r"[^\W\d_]+|\d+")
_WITHOUT_BLANKS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def words_of(name: str) -> list[str]:
    """Return the words of a name, in small letters, without accents."""
    if name.isascii():
        return [word.lower() for word in _ASCII_WORD.findall(name)]
    return [word.casefold() for run in _RUN.findall(_bare(name)) for word in _cased_words(run)]


def is_understood(name: object) -> bool:
    """Tell whether a name that somebody lists can match a key: it has a letter or a digit, and is no pattern."""
    return isinstance(name, str) and bool(words_of(name)) and len(name) <= MAX_NAME_CHARS and not _NO_NAME.search(name)


def is_password(name: str) -> bool:
    """Tell whether a sensitive name is that of a password, which a person may have chosen."""
    return _PASSWORD.search(name) is not None


class Names:
    """Tells names of secrets from other names.

    Args:
        added: Further names, in any spelling.
    """

    def __init__(self, added: Iterable[str] = ()) -> None:
        self.listed = tuple(added)
        self.added = [words for words in map(words_of, self.listed) if words]
        built_in: list[list[str]] = [words_of(name) for name in (*_SENSITIVE, *phrases.NAMES)]
        self._compact = _with_plurals([*built_in, *self.added])
        self._longest = max(map(len, self._compact))
        self._within = [run for run in map("".join, self.added) if _WITHOUT_BLANKS.search(run)]
        self._at_end = tuple(run for run in map("".join, built_in) if _WITHOUT_BLANKS.search(run))
        self._known: dict[str, bool] = {}

    def is_sensitive(self, name: str) -> bool:
        """Tell whether what stands under a name must be withheld."""
        known = self._known.get(name)
        if known is None:
            known = self._look(name[:MAX_NAME_CHARS])
            if len(self._known) < _MAX_KNOWN_NAMES and len(name) <= MAX_NAME_CHARS:
                self._known[name] = known
        return known

    def is_weak(self, name: str) -> bool:
        """Tell whether a sensitive name is often a harmless one, too: a `token` of a text, a `pass` of a test."""
        words = words_of(name[-MAX_NAME_CHARS:])
        return len(words) == 1 and words[0] in _WEAK and words not in self.added

    def sensitive_tail(self, name: str) -> bool:
        """Tell whether the last words of a name are those of a secret, as before a value in a sentence."""
        words = words_of(name[-MAX_NAME_CHARS:])
        return any(self.is_sensitive(" ".join(words[-count:])) for count in range(1, min(len(words), 6) + 1))

    def _look(self, name: str) -> bool:
        words = words_of(name)
        if not words:
            return False
        if len(words) == 1 and words[0] in WHOLE:
            return name != _DIRECTORY
        last, before = words[-1], words[-2] if len(words) > 1 else ""
        if before and (
            (last in phrases.TOKENS and before not in _HARMLESS_TOKENS)
            or (last == "pwd" and before != "old")
            or last == "pw"
            or (last == "pass" and before in _BEFORE_PASS)
            or (last == "pat" and before in _VENDORS)
            or (last == "key" and before in _VENDORS)
        ):
            return True
        if any(map(_GLUED.search, words)) or self._has_run(words):
            return True
        whole = "".join(words)
        return whole.rstrip("0123456789").endswith(self._at_end) or any(run in whole for run in self._within)

    def _has_run(self, words: list[str]) -> bool:
        """Tell whether some words in a row make a sensitive name; bounded by the longest of those."""
        for start in range(len(words)):
            run = ""
            for word in words[start:]:
                run += word
                if run in self._compact:
                    return True
                if len(run) > self._longest:
                    break
        return False


def _bare(name: str) -> str:
    """Return a name without what a spelling may change: width, accents, marks, invisible characters."""
    parts = unicodedata.normalize("NFKD", name)
    bare = "".join(part for part in parts if unicodedata.category(part) not in ("Mn", "Me", "Cf"))
    return bare.replace(_DOTLESS, "i")  # which small letter of I it is depends on the language


def _cased_words(run: str) -> list[str]:
    """Split where small letters are followed by a capital one, and before the last capital of an acronym."""
    starts = [0]
    for at in range(1, len(run)):
        begins = run[at].isupper() and (
            run[at - 1].islower() or (run[at - 1].isupper() and at + 1 < len(run) and run[at + 1].islower())
        )
        if begins:
            starts.append(at)
    return [run[start:end] for start, end in zip(starts, [*starts[1:], len(run)], strict=True)]


def _with_plurals(names: Iterable[list[str]]) -> frozenset[str]:
    """Return names in one word, and their plurals; `access_tokens` may be a count, so no plural of tokens."""
    found: set[str] = set()
    for words in names:
        whole = "".join(words)
        found.add(whole)
        if not whole.endswith("token"):
            found.add(f"{whole}s")
        if len(whole) > 3 and whole.endswith("s") and not whole.endswith("ss"):  # noqa: PLR2004 - a word and its s
            found.add(whole[:-1])
    return frozenset(found)
