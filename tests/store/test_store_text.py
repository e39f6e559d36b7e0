"""Text search finds words of inputs, outputs and errors, whether the index of words has them or not."""

import pytest

from gradient.journal.events import Messages
from gradient.journal.failures import Failure
from gradient.store import SqliteStore


@pytest.fixture
def library(process, home):
    """Runs 1 to 3 are over, 4 is not."""
    one = process()
    for number, text in ((1, "the glacier is melting"), (2, "melting, the\nglacier: É tude"), (3, "nothing")):
        one.request(number, at_ms=number, inputs={"question": text})
        one.end(number, number, at_ms=number, started_ms=number, status="error", error=Failure("E", f"code {number}"))
        one.end_request(number, at_ms=number + 1, started_ms=number, outputs={"answer": text.upper()})
    one.request(4, at_ms=4, inputs=["a glacier, too"])
    return one


@pytest.fixture(params=["words indexed", "read each time"])
def store(library, home, request):
    with SqliteStore(home) as store:
        if request.param == "words indexed":
            store.update_text()
        yield store


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("glacier", [4, 2, 1]),
        ("text:GLACIER", [4, 2, 1]),
        ("glacier melting", [2, 1]),
        ('"glacier is melting"', [1]),
        ('text:"melting the glacier"', [2]),
        ('"the glacier is"', [1]),
        ('"lacier is"', []),
        ('"glacier i"', []),
        ('"code 3"', [3]),
        ('"code 3 answer"', []),
        ('-"glacier is melting" glacier', [4, 2]),
        ("text:nothing,too", [4, 3]),
        ("glacier -melting", [4]),
        ("-glacier", [3]),
        ("etude", []),
        ("e tude", [2]),
        ("glac*", [4, 2, 1]),
        ("glac", []),
        ('text:"code 3"', [3]),
        ("glacier status:completed", [2, 1]),
        ("elephant", []),
        ('-"\ufc5e"', []),  # nothing but an accent
    ],
)
def test_words_are_found(store, query, numbers):
    assert [run.key[0] for run in store.list(query).runs] == numbers


def test_what_is_recorded_after_a_search_is_found_by_the_next(library, home):
    with SqliteStore(home) as store:
        store.update_text()
        library.end_request(4, at_ms=9, started_ms=4, outputs="an iceberg")
        library.request(5, at_ms=10, inputs="another iceberg")
        library.end_request(5, at_ms=11, started_ms=10)
        store.refresh()

        before = [run.key[0] for run in store.list("iceberg").runs]
        store.update_text()

        assert before == [run.key[0] for run in store.list("iceberg").runs] == [5, 4]


def test_executions_that_come_after_the_end_of_their_run_are_found(library, home):
    with SqliteStore(home) as store:
        store.update_text()
        library.end(1, 77, at_ms=50, started_ms=40, outputs="an afterthought")
        store.refresh()
        store.update_text()

        assert [run.key[0] for run in store.list("afterthought").runs] == [1]


def test_a_page_of_a_search_goes_on_where_the_last_one_ended(library, home):
    with SqliteStore(home) as store:
        store.update_text()
        first = store.list("glacier", limit=2)

        assert [run.key[0] for run in first.runs] == [4, 2]
        assert [run.key[0] for run in store.list("glacier", limit=2, cursor=first.cursor).runs] == [1]


def test_a_message_is_found_in_the_run_that_wrote_it(process, home):
    one = process()
    one.request(1, inputs={"$list": 1}, messages=Messages([(1, {"text": "glacier"})], [(1, 0, 0, [1])]))
    one.end_request(1, at_ms=1)

    with SqliteStore(home) as store:
        assert store.count("glacier") == 1


def test_what_ended_late_stands_where_it_began(process, home):
    one = process()
    with SqliteStore(home) as store:
        for number in (1, 2, 3, 4, 5):
            one.request(number, at_ms=number, inputs="a glacier")
        for number in (2, 4, 5, 1, 3):
            one.end_request(number, at_ms=number + 10, started_ms=number)
            store.refresh()
            store.update_text()
        pages, cursor = [], None
        for _ in range(3):
            page = store.list("glacier", limit=2, cursor=cursor)
            cursor = page.cursor
            pages.append([run.key[0] for run in page.runs])

    assert pages == [[5, 4], [3, 2], [1]]
