"""Names of secrets that are rarer or in other languages, and by which of their letters a text is searched for them."""

import re
import unicodedata
from collections.abc import Iterator

_NAMES = """
passcode, pass code, pass phrase, seed phrase, recovery phrase, recovery code, backup code, code verifier,
client assertion, auth code, connection string,
passwort, kennwort, kennwörter, zugangscode, geheimer schlüssel, geheimschlüssel, privater schlüssel, api schlüssel,
zugriffsschlüssel, zugriffstoken, mot de passe, mots de passe, clé secrète, clé privée, jeton d accès, code secret,
contraseña, clave secreta, clave privada, clave de acceso, clave de api, clave api, token de acceso, secreto,
senha, palavra passe, chave secreta, chave privada, chave de acesso, chave de api, chave api, segredo,
chiave segreta, chiave privata, chiave di accesso, chiave api, codice segreto,
wachtwoord, geheime sleutel, lösenord, adgangskode, kodeord, passord, hasło, heslo, jelszó, şifre,
mật khẩu, kata sandi, пароль, пароли, секретный ключ, приватный ключ, ключ api, секрет, токен доступа,
κωδικός πρόσβασης, συνθηματικό, كلمة المرور, كلمة السر, סיסמה,
密码, 密碼, 口令, 密钥, 密鑰, 秘钥, 私钥, 私鑰, 金鑰, 访问令牌, 存取權杖,
パスワード, パスフレーズ, 暗証番号, 秘密鍵, シークレット, シークレットキー, apiキー, アクセスキー, アクセストークン,
認証トークン,
비밀번호, 암호, 비밀 키, 비밀키, 액세스 토큰, 인증 토큰
"""
NAMES: tuple[str, ...] = tuple(name.strip() for name in _NAMES.replace("\n", " ").split(",") if name.strip())
"""Names of secrets; each matches in every spelling."""

TOKENS = frozenset(
    unicodedata.normalize("NFKD", word) for word in ("token", "jeton", "токен", "令牌", "トークン", "토큰")
)
"""Words for tokens, which are secrets and parts of texts."""

_WORD = re.compile(r"\w+")
_ASCII_RUN = re.compile(r"[A-Za-z]+")
_LEAST_ASCII, _MOST_LETTERS = 6, 4
_BACKSLASHES = (1, 2, 4, 8)  # of JSON in JSON in JSON


def literals() -> set[str]:
    """Return literals, one of which stands at the end of every name in a text, escaped by JSON or not."""
    endings = {ending for name in (*NAMES, *(TOKENS - {"token"})) for ending in _endings_of(name)}
    forms = {unicodedata.normalize(form, ending) for ending in endings for form in ("NFC", "NFD")}
    small = {ending for ending in endings if not ending[1:].isupper() and not ending.isascii()}
    return forms | {_escaped(ending, "\\" * count) for ending in small for count in _BACKSLASHES}


def _endings_of(name: str) -> Iterator[str]:
    """Return the last letters of a name, in every case, and joined in every way if the last word alone says little."""
    *before, last = _WORD.findall(name)
    run = max(_ASCII_RUN.findall(last), key=len, default="")
    if len(run) >= _LEAST_ASCII:
        yield from (run[1:], run[1:].upper())
    elif before and len(last) <= _LEAST_ASCII:
        small = before[-1][-_MOST_LETTERS + 1 :]
        first = small.title() if small == before[-1] else small
        for sign in (" ", "_", "-", ""):
            yield from (small + sign + last, small + sign + last.title(), first + sign + last.title())
            yield from (first + sign + last, (small + sign + last).upper())
    else:
        special = max((at for at, letter in enumerate(last) if not letter.isascii()), default=len(last))
        at = max(0, min(special - 1, len(last) - _MOST_LETTERS))
        letters = last[at : at + _MOST_LETTERS]
        yield from (letters, letters.upper(), letters.title())


def _escaped(letters: str, backslashes: str) -> str:
    """Return letters as JSON writes them; without the first backslash, as there may be more."""
    escaped = "".join(letter if letter.isascii() else f"{backslashes}u{ord(letter):04x}" for letter in letters)
    return escaped.lstrip("\\")
