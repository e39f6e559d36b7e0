"""Ordinary text of many sorts is recorded as it is, also where it talks of secrets."""

import base64
import hashlib
import json
import random
import uuid

import pytest

from gradient.runtime.values.redaction import Redactor

CHARS = 80_000
SENTENCES = [
    "The password policy: at least twelve characters, one digit, and no word of a dictionary.",
    "Our API key rotation takes place every quarter; each token expires after an hour.",
    "Das Passwort wurde zurückgesetzt, und der Schlüssel liegt unter der Matte, sagte die Sekretärin.",
    "Le mot de passe a été réinitialisé, la clé secrète de sa réussite reste un mystère.",
    "La contraseña no debe compartirse; el secreto está en la masa y la clave en el ritmo.",
    "パスワードを忘れた場合は、管理者に連絡してください。秘密の鍵は箱の中にあります。",
    "密码至少需要八个字符。请不要告诉别人。令牌将在一小时后过期。",
    "Пароль должен быть не короче восьми символов; секрет успеха прост.",
    "كلمة المرور يجب أن تكون طويلة، والسر في البساطة.",
    "पासवर्ड कम से कम आठ अक्षर का होना चाहिए।",
    "She kept the secret: he had never baked a cookie in his life, and his auth was a bluff.",
    "Basic authentication, bearer tokens and session cookies are explained in chapter 12.",
    "Token: a unit of text. Secret: what nobody tells. Password: what nobody remembers.",
    "Pass: 12, fail: 3, skipped: 1; the key takeaway is that passing costs 3 tokens per word.",
]
CSS = [
    ".token.keyword{color:#07a}.password-field::placeholder{opacity:.54}",
    "@media (min-width:768px){.cookie-banner{grid-template-columns:repeat(2,minmax(0,1fr))}}",
    ":root{--token-color-1:#a1b2c3d4;--secret-size:calc(100% - 12px)}",
    ".a{background:url(data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ)}",
]
SQL = [
    "SELECT t.token, u.password_hash FROM users u JOIN tokens t ON t.user_id = u.id WHERE u.secret IS NOT NULL;",
    "ALTER TABLE accounts ADD COLUMN api_key VARCHAR(64) NOT NULL DEFAULT '';",
    "GRANT SELECT ON secrets TO reader; CREATE INDEX idx_token_created_at ON token (created_at DESC);",
]
LATEX = [
    r"\begin{equation} \mathrm{KL}(p\|q) = \sum_{t=1}^{T} \log p(x_t \mid x_{<t}) \label{eq:token} \end{equation}",
    r"The \emph{secret} key $k \in \{0,1\}^{256}$ of \textsc{Alice}~\cite{diffie1976new} is never sent.",
]
CODE = [
    'const token = await getToken({ scopes: ["read"] }); headers.set("Authorization", `Bearer ${token}`);',
    "func (c *Client) SetPassword(password string) *Client { c.password = password; return c }",
    'let secret = Secret::new(env::var("SECRET")?); let key: Vec<u8> = secret.expose().to_vec();',
    'if token.kind == TokenKind::Ident && token.text == "password" { return self.parse_password(token) }',
    "self.assertEqual(response.cookies['sessionid'].value, '')",
    "X25519PrivateKey.register(rust_openssl.x25519.X25519PrivateKey)",
    "assert_never(token); raise InvalidToken(f'invalid token ({token!r})')",
    "int SSL_CTX_set_srp_password(SSL_CTX *ctx, char *password);\nOSSL_DEPRECATEDIN_3_0 int SSL_CTX_set_srp(void);",
    "curl -sSfL https://example.com/install.sh | sh -s -- -b /usr/local/bin",
    "mysql -u root -p shop < dump.sql && docker login -u bob --password-stdin && ssh -p 2222 bob@example.com",
    "- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: {name: shop, key: password}",
    '<property name="password" type="string"/><xs:element name="token" type="xs:string"/>',
]  # fmt: skip

APART = [
    "| Option | Password | Default |\n|---|---|---|\n| --user | required | none |\n| --port | optional | 8080 |",
    "name,token,count\nhello,world,3\nfoo,bar,4\n\nNAME              TOKEN   AGE\nmy-pod-5d9f8c-x2  yes     3d",
    "cur.execute('INSERT INTO users (name, password) VALUES (?, ?)', (name, hashed))",
    "INSERT INTO users (name, password) SELECT name, password FROM old_users WHERE id IN (1, 2, 3);",
    '{"label": "Password", "text": "Type at least twelve characters, please."} {"id": "token", "text": "the"}',
    '{"question": "How do I reset my password?", "answer": "Open the settings, then choose Security."}',
    '{"columns": ["user", "password"], "types": ["text", "text"], "rows": []} [["token", "count"], ["the", 12]]',
    'variable "password" {\n  type = string\n  default = null\n}\noutput "token" { value = random_id.token.hex }',
    "await page.fill('#password', password); await page.getByLabel('Password').fill(process.env.PASSWORD);",
    "GPT-4o is the token counter of the year, and a haiku as the password is the joke for the 2nd of May.",
    "echo $PASSWORD | docker login -u bob --password-stdin; ls | sudo -S true; x = '' + \"\" + 'it''s'",
    "MATCH (u:User {name: 'password'}) RETURN u; SELECT 'password' AS label, '' AS text; print('''token''')",
]


def _sha(rng, name="sha1"):
    return hashlib.new(name, rng.randbytes(8)).hexdigest()


def _base64(rng, size):
    return base64.b64encode(rng.randbytes(size)).decode()


def prose(rng):
    return " ".join(rng.choices(SENTENCES, k=5))


def sheets(rng):
    return "".join(rng.choices(CSS, k=4))


def queries(rng):
    return "\n".join(rng.choices(SQL, k=3))


def formulas(rng):
    return "\n".join(rng.choices(LATEX, k=2))


def code(rng):
    return "\n".join(rng.choices(CODE, k=4))


def apart(rng):
    return "\n\n".join(rng.choices(APART, k=3))


def package_lock(rng):
    name = rng.choice(["js-tokens", "cookie", "cookie-signature", "secret-stack", "basic-auth", "jsonwebtoken"])
    entry = {
        "version": f"{rng.randint(0, 9)}.{rng.randint(0, 40)}.1",
        "resolved": f"https://packages.example.com/{name}/-/{name}-1.0.tgz",
        "integrity": f"sha512-{_base64(rng, 64)}",
    }
    return json.dumps({f"node_modules/{name}": entry}, indent=2)


def other_locks(rng):
    name = rng.choice(["itsdangerous", "securecookie", "tokenizers", "secrets"])
    return (
        f'[[package]]\nname = "{name}"\nversion = "0.3.1"\nchecksum = "{_sha(rng, "sha256")}"\n'
        f"{name}==2.1.0 \\\n    --hash=sha256:{_sha(rng, 'sha256')}\ngithub.com/x/{name} v1.1.1 h1:{_base64(rng, 32)}"
    )


def git_log(rng):
    subject = rng.choice(["Reset the password", "Add token", "Rotate secret", "Fix cookie (again)", "Rename api_key"])
    return (
        f"commit {_sha(rng)}\nAuthor: Ada <ada@example.com>\n\n    {subject}\n\n{_sha(rng)[:10]} {subject}\n"
        f"index {_sha(rng)[:12]}..{_sha(rng)[:12]} 100644\nSigned-off-by: Ada <ada@example.com>"
    )


def page(rng):
    return f'<script src="/token.js" integrity="sha384-{_base64(rng, 48)}" crossorigin="anonymous"></script>'


def log(rng):
    request, trace = uuid.UUID(int=rng.getrandbits(128)), _sha(rng)[:32]
    return (
        f"2024-05-07T12:00:00.123Z INFO token refreshed request_id={request} trace={trace} tokens=17\n"
        f'10.0.0.7 - - "GET /login?next=/a&id={request} HTTP/1.1" 200 {rng.randint(1, 9999)} etag="{trace}"'
    )


def numbers(rng):
    row = "\t".join(f"{rng.random() * 1e6:.3f}" for _ in range(6))
    cells = f"{rng.getrandbits(60)} | {rng.random():.9f} | 0x{rng.getrandbits(64):016x}"
    return f"token\tpass\tsecret\t{row}\n| key | {cells} |"


def answer(rng):
    return json.dumps({
        "id": f"chatcmpl-{uuid.UUID(int=rng.getrandbits(128)).hex}",
        "system_fingerprint": f"fp_{_sha(rng)[:10]}",
        "usage": {"prompt_tokens": rng.randint(1, 9999), "completion_tokens_details": {"reasoning_tokens": 7}},
        "signature": _base64(rng, 90),
        "logprobs": {"content": [{"token": " secret", "logprob": -0.3, "bytes": [115, 101]}]},
        "tool_call_id": f"call_{_base64(rng, 18).replace('/', 'a').replace('+', 'b')}",
        "next_page_token": "CAUQAA", "input_token": "NextToken",
    })  # fmt: skip


KINDS = (
    prose, sheets, queries, formulas, code, apart, package_lock, other_locks, git_log, page, log, numbers, answer,
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_megabyte_of_many_sorts_loses_nothing(kind):
    redactor, rng = Redactor(), random.Random(kind.__name__)
    pieces, size = [], 0
    while size < CHARS:
        pieces.append(kind(rng))
        size += len(pieces[-1])

    whole = "\n".join(pieces)

    assert [piece for piece in pieces if redactor.clean_text(piece) != piece][:3] == []
    assert redactor.clean_text(whole) == whole
    assert json.loads(redactor.clean_text(json.dumps(whole))) == whole
