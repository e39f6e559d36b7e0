"""A word of a language without blanks between words is found within its sentence."""

import random

import pytest

from gradient.store import SqliteStore

SENTENCES = [
    "東京から京都まで新幹線で二時間です。",
    "ｶﾀｶﾅとカタカナ、がぎぐげご",
    "从北京坐高铁去上海要四个半小时",
    "ภาษาไทยไม่มีช่องว่างระหว่างคำ",
    "မြန်မာဘာသာစကား",
    "ភាសាខ្មែរគ្មានចន្លោះ",
    "서울에서 부산까지 기차로 갑니다",
    "iPhoneを買うならgradient京都店へ",
    "the glacier is melting",
]


@pytest.fixture(params=["words indexed", "read each time"])
def store(process, home, request):
    one = process()
    for number, text in enumerate(SENTENCES, 1):
        one.request(number, at_ms=number, inputs={"question": text})
        one.end_request(number, at_ms=number + 1, started_ms=number)
    one.die()
    with SqliteStore(home) as store:
        if request.param == "words indexed":
            store.update_text()
        yield store


def found(store, query):
    return [run.key[0] for run in store.list(query).runs]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("新幹線", [1]),
        ("京都", [8, 1]),
        ("京", [8, 3, 1]),
        ("線新", []),
        ("高铁 上海", [3]),
        ('text:"京都まで新幹線"', [1]),
        ('text:"東京 京都"', []),
        ("iphone", [8]),
        ("phone", []),
        ("gradient", [8]),
        ("gradient京都", [8]),
        ("grad*", [8]),
        ("新幹*", [1]),
        ("-京都 -glacier -北京", [7, 6, 5, 4, 2]),
        ("부산", [7]),
        ("ช่องว่าง", [4]),
        ("glac", []),
    ],
)
def test_words_within_sentences_are_found(store, query, numbers):
    assert found(store, query) == numbers


def test_any_part_of_a_sentence_without_blanks_finds_it(store):
    chance = random.Random(11)
    for _ in range(60):
        number = chance.randrange(6)
        text = SENTENCES[number].rstrip("。").partition("、")[0]
        start = chance.randrange(len(text) - 1)
        part = text[start : chance.randrange(start + 1, len(text)) + 1]
        if part[0].isalnum() and part[-1].isalnum():
            assert number + 1 in found(store, f'text:"{part}"'), part


def test_an_index_of_words_of_an_older_form_is_made_anew(home, process):
    one = process()
    one.request(1, inputs="東京から京都まで")
    one.end_request(1, at_ms=1)
    one.die()
    with SqliteStore(home) as store:
        store.update_text()
        connection = store._connection
        connection.execute("UPDATE meta SET key = 'texts' WHERE key LIKE 'texts_by%'")
        assert found(store, "京都") == [1]
        store.update_text()
        assert found(store, "京都") == [1]
