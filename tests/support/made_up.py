"""Made-up secrets, the places where programs have them, and what happens to texts on the way: all from a seed.

Every secret holds one of `MARKS`, so that one search of the bytes finds any of them.
"""

import html
import json
import re
import urllib.parse

MARKS = (b"xQ7zK9vB2m", b"c0ffee77d1", b"QX7ZK9VB")
_MIXED = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789"


def _mixed(rng, count):
    return "xQ7zK9vB2m" + "".join(rng.choices(_MIXED, k=count - 10))


def _hex(rng, count):
    return "c0ffee77d1" + "".join(rng.choices("0123456789abcdef", k=count - 10))


def _upper(rng, count):
    return "QX7ZK9VB" + "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=count - 8))


CREDENTIALS = {
    **{
        prefix: (lambda rng, prefix=prefix, count=count: prefix + _mixed(rng, count))
        for prefix, count in {
            "sk-proj-": 48, "sk-ant-api03-": 80, "sk-or-v1-": 48, "sk-": 48, "sk-lf-": 36, "csk-": 40, "gsk_": 52,
            "xai-": 60, "pplx-": 48, "r8_": 37, "tvly-": 32, "pcsk_": 60, "nvapi-": 60, "GOCSPX-": 28, "hvs.": 90,
            "glrt-": 20, "glpat-": 20, "ghp_": 36, "gho_": 36, "ghu_": 36, "ghs_": 36, "github_pat_": 80, "hf_": 34,
            "npm_": 36, "pypi-": 120, "sk_live_": 24, "rk_live_": 24, "sk_test_": 24, "whsec_": 32, "lin_api_": 40,
            "ntn_": 46, "secret_": 43, "sntrys_": 60, "phc_": 43, "LTAI": 20, "sq0atp-": 22, "figd_": 40, "ATATT": 180,
            "dckr_pat_": 27, "tskey-auth-": 30, "lsv2_pt_": 44, "fw_": 24, "AIza": 35, "ya29.": 60, "xapp-1-": 40,
            "xoxb-123456789012-": 24, "xoxe.xoxp-1-": 40, "EAA": 120, "12345678:AA": 33,
        }.items()
    },
    **{
        prefix: (lambda rng, prefix=prefix, count=count: prefix + _hex(rng, count))
        for prefix, count in {"dapi": 32, "shpat_": 32, "dop_v1_": 64, "PMAK-0123456789abcdef01234567-": 34}.items()
    },
    "AKIA": lambda rng: "AKIA" + _upper(rng, 16),
    "ASIA": lambda rng: "ASIA" + _upper(rng, 16),
    "SG.": lambda rng: f"SG.{_mixed(rng, 22)}.{_mixed(rng, 43)}",
    "JWT": lambda rng: f"eyJhbGciOiJIUzI1NiJ9.eyJ{_mixed(rng, 60)}.{_mixed(rng, 43)}",
    "Slack's webhook": lambda rng: f"https://hooks.slack.com/services/T0{_upper(rng, 9)}/B01234567/{_mixed(rng, 24)}",
    "Azure's connection": lambda rng: f"EndpointSuffix=x;AccountName=a;AccountKey={_mixed(rng, 86)}==;E=x",
    "PGP": lambda rng: f"-----BEGIN PGP PRIVATE KEY BLOCK-----\n{_mixed(rng, 64)}\n-----END PGP PRIVATE KEY BLOCK-----",
    "PEM": lambda rng: f"-----BEGIN RSA PRIVATE KEY-----\n{_mixed(rng, 64)}\n-----END RSA PRIVATE KEY-----",
    "Bearer": lambda rng: f"Bearer {_mixed(rng, 30)}",
    "an address": lambda rng: f"postgres://ada:{_mixed(rng, 12)}@db.example.com:5432/shop",
    "an address of a broker": lambda rng: f"amqps://:{_mixed(rng, 12)}/{_mixed(rng, 12)}@mq.example.com",
}  # fmt: skip
NAMES = (
    "password", "db_password", "userPassword", "PASSWORD", "passwd", "passphrase", "api_key", "apiKey", "X-Api-Key",
    "OPENAI_API_KEY", "client_secret", "clientSecret", "access_token", "refreshToken", "authorization", "PGPASSWORD",
    "MYSQL_PWD", "DB_PASS", "secret_access_key", "private_key", "Proxy-Authorization", "session_token", "AccountKey",
)  # fmt: skip
"""Names of secrets that stand in texts."""

NAMED = {
    "JSON": '{{"user": "bob", "{name}": "{value}", "n": 1}}',
    "compact JSON": '{{"{name}":"{value}"}}',
    "a literal of Python": "{{'{name}': '{value}', 'n': None}}",
    "a pair": "[('{name}', '{value}'), ('n', 1)]",
    "name and value": '[{{"name": "{name}", "value": "{value}"}}]',
    "value and name": '[{{"value": "{value}", "name": "{name}"}}]',
    "a query": "GET https://example.com/x?{name}={value}&n=1",
    "an option": "tool --verbose --{name} {value} run",
    "an option with =": "tool --{name}={value} run",
    "settings": "n: 1\n{name}: {value}\nm: 2",
    "an assignment": "{name} = '{value}'",
    "a field of XML": "<x><{name}>{value}</{name}></x>",
    "a list of headers": '{{"headers": [["{name}", "{value}"]]}}',
    "a sentence": "I was told that the {name} is {value}, so I tried it.",
}


def values(rng):
    """Return a value that no shape tells."""
    return _mixed(rng, rng.randint(14, 30))


AROUND = {
    "alone": lambda text: text,
    "in a sentence": lambda text: f"It said {text} and no more.",
    "on a line": lambda text: f"first\n{text}\nlast",
    "after a tab": lambda text: f"a\t{text}",
    "after a control character": lambda text: f"a\x01{text}",
    "in colour": lambda text: f"\x1b[1;32m{text}\x1b[0m",
    "after other letters": lambda text: f"Größe: 日本 {text}",
}
ESCAPED = {
    "as it is": lambda text: text,
    "JSON": lambda text: json.dumps({"out": f"line\n{text}"}),
    "JSON in JSON": lambda text: json.dumps({"a": json.dumps([f"line\n{text}", "é"])}),
    "JSON three times": lambda text: json.dumps(json.dumps({"x": json.dumps({"y": f"\t{text}"})})),
    "JSON with its letters": lambda text: json.dumps({"out": f"é\n{text}"}, ensure_ascii=False),
    "repr": lambda text: repr(f"line\n{text}"),
    "bytes": lambda text: repr(f"line\n{text}".encode("ascii", "backslashreplace")),
    "HTML": lambda text: f"<p>{html.escape(text)}</p>",
    "an address": lambda text: f"https://example.com/?a=1&x={urllib.parse.quote(text, safe='')}",
    "an address twice": lambda text: urllib.parse.quote(f"/?x={urllib.parse.quote(text, safe='')}", safe=""),
    "a form": lambda text: urllib.parse.quote_plus(f"It said: {text}!"),
    "JSON for HTML": lambda text: re.sub(r"[<>&']", lambda sign: f"\\u{ord(sign[0]):04x}", json.dumps({"out": text})),
}
IN_ADDRESS = {"quoted": lambda text: f"https://example.com/?a=1&x={urllib.parse.quote(' ' + text, safe='')}"}
