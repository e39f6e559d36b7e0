"""Ordinary text is recorded as it is, whatever it talks about, and hostile text takes time by its length alone."""

import base64
import hashlib
import json
import math
import random
import re
import time
import uuid

import pytest

from gradient.runtime.values.redaction import Redactor

MEGABYTE = 1_000_000
WORDS = """
    the token count of a prompt is what a secret ballot is to a cookie recipe while authors authorize basic training
    and bearers of news pass a password policy to the secretary whose keyboard has a monkey on the api key page so that
    a task risk desk asks for disk space with input tokens output tokens and next page token or passing tests pwd auth
    credential scopes session connection private key pair bearer authentication authorization header basic understanding
""".split()  # noqa: SIM905 - as a list it fills a page
CODE = [
    "def login(user: str, password: str, token: str | None = None) -> Session:",
    "    password = getpass.getpass('Password: ')",
    "    token = tokens[index]; secret = self.secret; api_key = settings.api_key",
    "    client = OpenAI(api_key=os.environ['OPENAI_API_KEY'], base_url=base_url)",
    "    headers = {'Authorization': f'Bearer {token}', 'X-Api-Key': api_key}",
    "    auth = HTTPBasicAuth(user, password)",
    "    cookie = SimpleCookie(); cookie.load(raw)",
    "    assert next_token == tokenizer.eos_token and max_tokens=5",
    "    secret_key: str = Field(default=None, description='The secret key')",
    "    digest = hmac.new(secret, message, hashlib.sha256).hexdigest()",
    "    if password != password2: raise ValueError('passwords differ')",
    'export OPENAI_API_KEY=$(cat key.txt) && curl -H "Authorization: Bearer $TOKEN" https://example.com:8080/v1/@me',
    "API_KEY=${API_KEY:-none} docker run -p8080:80 -e PASSWORD=$PASSWORD image",
    "mkdir -pv out && pytest -pno:randomly --token=<your token> --password",
    '{"properties": {"password": {"type": "string"}, "token": {"type": "string"}}, "required": ["password", "token"]}',
    '{"token": "the", "logprob": -0.1, "bytes": [116, 104, 101]}',
    "SELECT token, secret FROM credentials WHERE password IS NULL AND api_key = :api_key;",
    "postgres://${USER}:${PASSWORD}@db/shop https://user:password@example.com http://localhost:3000/@vite/client",
    "import sk-learn-compatible-estimators # risk-assessment-of-the-2024-task-force",
]  # fmt: skip
MINIFIED = "!function(e,t){var n=e.token,r=t.password||null;n&&(i.auth=n),o={key:r,secret:!0,cookie:a.cookie}}(this,a);"


def prose(rng):
    return " ".join(rng.choices(WORDS, k=40)).capitalize() + "."


def code(rng):
    return "\n".join(rng.choices(CODE, k=6))


def hashes(rng):
    return base64.b64encode(rng.randbytes(rng.randint(20, 90))).decode()


def shas(rng):
    return f"commit {hashlib.sha1(rng.randbytes(8)).hexdigest()}  sha256:{hashlib.sha256(rng.randbytes(8)).hexdigest()}"


def ids(rng):
    return f"{uuid.UUID(int=rng.getrandbits(128))} {rng.getrandbits(64)} {rng.random()!r} v{rng.randint(0, 9)}.10.2"


def table(rng):
    return "| token | count | pass |\n|---|---|---|\n" + f"| key | {rng.randint(0, 10**6)} | {rng.random():.3f} |"


def log(rng):
    user, tokens, request = rng.randint(1, 999), rng.randint(1, 9999), uuid.UUID(int=rng.getrandbits(128))
    return (
        f"2024-05-07T12:00:00Z INFO auth: token refreshed for user {user} input_tokens={tokens} "
        f"next_token=abc{tokens} request_id={request}"
    )


def minified(rng):
    return MINIFIED * 3


def usage(rng):
    counts = {"input_tokens": rng.randint(1, 9999), "output_token_details": {"reasoning_tokens": rng.randint(1, 9999)}}
    return json.dumps({"usage": counts, "stop": "end_turn", "max_tokens": 4096})


KINDS = (prose, code, hashes, shas, ids, table, log, minified, usage)


@pytest.mark.parametrize("kind", KINDS)
def test_a_megabyte_of_ordinary_text_loses_nothing(kind):
    redactor, rng = Redactor(), random.Random(kind.__name__)
    pieces, size = [], 0
    while size < MEGABYTE // len(KINDS):
        pieces.append(kind(rng))
        size += len(pieces[-1])

    changed = [piece for piece in pieces if redactor.clean_text(piece) != piece]
    whole = "\n".join(pieces)

    assert changed[:5] == []
    assert redactor.clean_text(whole) == whole
    assert json.loads(redactor.clean_text(json.dumps(whole))) == whole


def test_a_megabyte_of_our_own_documents_loses_what_they_show_as_secrets_alone(request):
    redactor = Redactor()
    texts = [path.read_text("utf-8") for path in sorted(request.config.rootpath.glob("docs/*.md"))]

    lost = [line for text in texts for line in text.splitlines() if redactor.clean_text(line) != line]

    assert [line for line in lost if not re.search(r"hunter|secret|\bkey|token|password", line, re.IGNORECASE)] == []


HOSTILE = [
    "a", "\\", '"', "'", '\\"', '\\\\\\"', "password", "password=", "password: ", '"password":"', '"password": ',
    'password="', '"token":', '"name":"password",', "name=password ", "_key ", "ecret", "sk-a_", "sk-", "eyJ_",
    "eyJaaaaaaaa_", "eyJaaaaaaaa.", "://a:", "://a:b ", "://a:b@", "xoxb-a ", "-----BEGIN ",
    "-----BEGIN PRIVATE KEY---", "--password ", "Bearer ", "AKIA", "EAA", "SG.aaaaaaaaaaaaaaaaa_", "ghp_aaaa_",
    "apiKey=", "password=password=", '"password":{', '"password":[', '("password",', "Cookie: a ",
    "authorization: token ", "%20", "\\u0020", "[0m", ":AA", "123456789:AA", "slack.com/", "password is ",
    '"password": "${a', "token='", "étoken=", "Basic aaaaaaaa ", "token | ", "token ((", "token type='a' ", "token\\n",
    "token aaaaaaaaaaaa.", "token\n  [type=a, input_value=", "token'),'input':", "sig=", "ignature=aA1", "&key=aA1-",
    "curl -u a ", "mysql -p'", "curl ", "pi key", "api key ", "Authorization: Digest a=", "%3A%2F%2Fa%3A",
    "BasicAuth('a',", "Private-Lines: 2\n", "-----BEGIN%20PRIVATE+KEY-----", "1//0", "8Q~", "-us1", "NRAL", "MTA",
    "discord.com/api/webhooks/", "_pa-", "ignature%3Da", "(password, ", "(password) VALUES (",
    "(password) VALUES (1), (",
    '["password"],[', "| password |\n", "password  a\n", "password,a\n", '"label":"password","text":',
    "echo a | sudo -S ", "::5432:", "a is the password ", "'\"'\"'", "''password'' ", "UPDATE password=? (",
    "LS0tLS1CRUdJTi", "password|\\n",
]  # fmt: skip
_CHARS = 10_000
_TIMES_LONGER, _TIMES_AS_MUCH = 8, 24
_ATTEMPTS = 20


def _cpu_s(work):
    began = time.thread_time()
    work()
    return time.thread_time() - began


def test_a_hostile_text_costs_no_more_than_its_length():
    """A text of eight times the length: what grows with the square takes 64 times as long.

    A busy machine adds to a time and takes nothing away: the least of several is what the text itself costs.
    """
    redactor = Redactor()

    def grows_with_the_square(part, *, told):
        texts = [(part * (size // len(part) + 1))[:size] for size in (_CHARS, _TIMES_LONGER * _CHARS)]
        short_s = long_s = math.inf
        for _ in range(_ATTEMPTS):
            taken_s = [_cpu_s(lambda text=text: redactor.clean_text(text, told=told)) for text in texts]
            short_s, long_s = min(short_s, taken_s[0]), min(long_s, taken_s[1])
            if long_s < _TIMES_AS_MUCH * max(short_s, 0.001):
                return False
        return True

    assert [part for part in HOSTILE for told in (False, True) if grows_with_the_square(part, told=told)] == []
