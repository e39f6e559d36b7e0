"""A name that is withheld as a key is found in a text, too, in every language and spelling that people write it in."""

import json

import pytest

from gradient.redaction import phrases
from gradient.runtime.values.redaction import Redactor

VALUE = "xQ7zK9vB2mTr4Wn8"
ENGLISH = """
password, db password, passphrase, api key, open ai api key, secret key, client secret, access token, refresh token,
private key, ssh key, deploy key, hmac key, signing key, mailgun key, splunk key, credentials, license key,
session cookie
""".replace("\n", " ").split(",")
WHOLE = ["token", "pwd", "jwt", "psk", "pw", "sshpass", "otp", "totp", *sorted(phrases.TOKENS - {"token"})]


def spellings(name):
    """Return the ways in which programs and people join the words of a name."""
    words = name.split()
    titled = [word.title() for word in words]
    joined = {sign.join(words) for sign in (" ", "_", "-")} | {sign.join(titled) for sign in (" ", "-")}
    return sorted(joined | {"_".join(words).upper(), words[0] + "".join(titled[1:]), "".join(titled)})


def places(name):
    """Return texts that a program writes."""
    document = {"user": "ada", name: VALUE}
    yield from (json.dumps(document), json.dumps(document, ensure_ascii=False), repr(document))
    yield json.dumps({"a": json.dumps(document)}, ensure_ascii=False)
    yield json.dumps({"a": json.dumps({"b": json.dumps(document, ensure_ascii=False)}, ensure_ascii=False)})
    yield f"first\n{name}: {VALUE}\nlast"


def found_in_no(texts):
    redactor = Redactor()
    return [
        text
        for text in texts
        if VALUE in redactor.clean_text(text) or not redactor.holds_secret(json.dumps([text]).encode())
    ]


@pytest.mark.parametrize("name", [name.strip() for name in ENGLISH])
def test_a_name_in_english_is_found_in_every_spelling(name):
    assert [spelling for spelling in spellings(name) if not Redactor().is_sensitive(spelling)] == []
    assert found_in_no(text for spelling in spellings(name) for text in places(spelling)) == []


@pytest.mark.parametrize("name", WHOLE)
def test_a_name_of_one_word_is_found(name):
    assert Redactor().is_sensitive(name)
    assert found_in_no(places(name)) == []


@pytest.mark.parametrize("name", phrases.NAMES)
def test_a_name_in_another_language_is_found_in_every_spelling(name):
    assert [spelling for spelling in spellings(name) if not Redactor().is_sensitive(spelling)] == []
    assert [spelling for spelling in (f"db_{name}", name.upper()) if not Redactor().is_sensitive(spelling)] == []
    written = [spelling for spelling in spellings(name) if spelling == spelling.lower() or spelling[1:].islower()]
    assert found_in_no(text for spelling in written for text in places(spelling)) == []


@pytest.mark.parametrize(
    "name", ["Wortpass", "parole", "keyword", "секретарь", "密码学", "秘書", "tokens", "clave", "chiave", "pwned"]
)
def test_a_word_that_begins_alike_is_no_name_of_a_secret(name):
    assert not Redactor().is_sensitive(name)


@pytest.mark.parametrize("path", ["/home/ada/agent", "~/agent", "C:\\Users\\ada"])
def test_where_somebody_works_is_kept(path):
    text = json.dumps({"pwd": path})

    assert Redactor().clean_text(text) == text
