"""What a person lists in `redact_keys` is withheld however it is spelt; what cannot be understood is refused."""

import json
import re
import unicodedata
import urllib.parse

import pytest

from gradient.runtime.errors import ConfigError
from gradient.runtime.values.redaction import Redactor
from gradient.sdk import configure

VALUE = "Ada-and-no-more"
LISTED = [
    "social security number", "dateOfBirth", "patient-name", "iban", "HTTPProxyUser", "пароль", "номер паспорта",
    "家族歴", "prénom", "Straße", "رقم الهاتف", "address2", "sobrenomes", "जन्म तिथि",
]  # fmt: skip


def spellings(name):
    """Return ways to write the words of a name."""
    words = name.replace("-", " ").split()
    if name == "dateOfBirth":
        words = ["date", "of", "birth"]
    if name == "HTTPProxyUser":
        words = ["http", "proxy", "user"]
    small = [word.lower() for word in words]
    titled = [word.title() for word in small]
    plain = [
        *(sign.join(small) for sign in (" ", "_", "-", ".", "")),
        *(sign.join(titled) for sign in (" ", "_", "-", "")),
        small[0] + "".join(titled[1:]),
        "_".join(small).upper(),
        f"the {' '.join(small)}",
        f"user_{'_'.join(small)}",
    ]
    wide = "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in "_".join(small))
    return [*plain, *(unicodedata.normalize("NFD", spelling) for spelling in plain), unicodedata.normalize("NFC", wide)]


@pytest.mark.parametrize("name", LISTED)
def test_a_listed_key_is_withheld_in_every_spelling_and_place(agent, written, name):
    configure(redact_keys=LISTED)

    for spelling in spellings(name):
        agent({spelling: VALUE, "deep": [{spelling: [VALUE]}]})
        agent([(spelling, VALUE), ("n", 1)])
        agent([{"name": spelling, "value": VALUE}])
        for document in ({spelling: VALUE}, {"out": json.dumps({spelling: VALUE})}):
            agent(json.dumps(document))
            agent(json.dumps(document, ensure_ascii=False))

    assert VALUE.encode() not in written()


@pytest.mark.parametrize("key", ["patient_id", "number", "security", "birthday", "номер", "name", "住所", "adresse"])
def test_another_key_is_kept(agent, written, key):
    configure(redact_keys=LISTED)

    agent({key: VALUE})

    assert VALUE.encode() in written()


@pytest.mark.parametrize("key", ["", " ", "***", "---", "patient*", "user[0]", "^id$", "a|b", "🙂", "x" * 300, 7])
def test_a_key_that_cannot_be_understood_is_refused_when_it_is_set(runtime, key):
    with pytest.raises(ConfigError, match="redact_keys"):
        configure(redact_keys=["iban", key])


OF_ALL_LANGUAGES = [
    "ssn", "pw", "id", "k1", "ICD10 code", "2fa", "address2", "mother's maiden name", "first name (legal)",
    "name/first", "patient:name", "X-Patient", "e-mail", "kişi ad\u0131", "DIŞ KAPI", "\u0131mza",
    "Straße", "ß", "naïve café", "São Paulo",
    "øre", "łódź", "đường", "Æther", "naam_van_de_patiënt", "Ελληνικό όνομα", "σίσυφος", "ΣΊΣΥΦΟΣ", "Привет мир 2",
    "Ёлка",
    "名前", "住所2", "日本語 キー", "이름", "שם פרטי", "ชื่อ", "رقم الهاتف", "जन्म तिथि",
    "medical record number of the patient who is here now",
]  # fmt: skip


def spelt(name):
    """Return ways to write a name: its words joined and cased, composed and apart, narrow and wide."""
    words = [word.lower() for word in re.split(r"[\s_.\-/:]+", name)]
    titled = [word.title() for word in words]
    plain = {name, name.lower(), name.upper(), name.casefold(), words[0] + "".join(titled[1:]), "_".join(words).upper()}
    plain |= {sign.join(part) for sign in (" ", "_", "-", ".", "") for part in (words, titled)}
    forms = {unicodedata.normalize(form, spelling) for spelling in plain for form in ("NFC", "NFD", "NFKD")}
    return sorted(forms | {"".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in form) for form in forms})


@pytest.mark.parametrize("name", OF_ALL_LANGUAGES)
def test_a_listed_key_of_any_language_is_found_in_json_within_a_text(name):
    redactor = Redactor([name])
    texts = [
        json.dumps({spelling: VALUE}, ensure_ascii=escaped) for spelling in spelt(name) for escaped in (True, False)
    ]

    assert [text for text in texts if VALUE in redactor.clean_text(text)] == []
    assert [text for text in texts if not redactor.holds_secret(json.dumps([text]).encode())] == []
    assert [spelling for spelling in spelt(name) if not redactor.is_sensitive(spelling)] == []


@pytest.mark.parametrize("name", ["пароль", "密码", "mật khẩu", *OF_ALL_LANGUAGES])
def test_a_name_of_any_language_is_found_where_the_whole_text_was_escaped_for_an_address(name):
    redactor = Redactor(OF_ALL_LANGUAGES)
    once = urllib.parse.quote(json.dumps({name: VALUE}, ensure_ascii=False), safe="")
    texts = [f"https://example.com/?x={form}" for form in (once, urllib.parse.quote(once, safe=""))]

    assert [text for text in texts if VALUE in redactor.clean_text(text)] == []
    assert [text for text in texts if not redactor.holds_secret(json.dumps([text]).encode())] == []
