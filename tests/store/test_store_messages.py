"""Readers show a message as it was recorded, or say that they cannot; what nobody needs any more is gone."""

import sqlite3
from contextlib import closing

import pytest

from gradient.journal.events import Messages
from gradient.store import SqliteStore

HI, SECRET = {"text": "hi"}, {"text": "lighthouse"}
A, B, LIST, LONGER = "aa" * 16, "bb" * 16, "cc" * 16, "dd" * 16


@pytest.fixture
def inputs(home):
    """Return a function that gives the inputs of a run."""

    def read(reference):
        with SqliteStore(home) as store:
            return store.run_document(store.find(reference))["inputs"]

    return read


def content(home):
    return b"".join(path.read_bytes() for path in (home / "journal").rglob("*.seg"))


def test_a_list_known_by_its_digest_is_followed_to_the_list_it_grew_from(process, inputs):
    one = process()
    one.request(1, inputs={"$list": LIST}, messages=Messages([(A, HI)], [(LIST, "", 0, [A])]))
    one.request(2, at_ms=1, inputs={"$list": LONGER}, messages=Messages([(B, SECRET)], [(LONGER, LIST, 1, [B])]))

    assert inputs("0202") == [HI, SECRET]


def test_a_second_copy_changes_nothing(process, inputs):
    one = process()
    news = Messages([(A, HI)], [(LIST, "", 0, [A])])
    one.request(1, inputs={"$list": LIST}, messages=news)
    one.request(2, at_ms=1, inputs={"$list": LIST}, messages=Messages([(A, HI), (B, SECRET)], [(LIST, "", 0, [A])]))

    assert inputs("0101") == inputs("0202") == [HI]


def test_a_number_that_was_given_out_twice_is_said_to_be_ambiguous(process, inputs):
    one = process()
    one.request(1, inputs={"$list": 2}, messages=Messages([(1, HI)], [(2, 0, 0, [1])]))
    one.request(2, at_ms=1, inputs={"$list": 3}, messages=Messages([(1, SECRET)], [(3, 0, 0, [1])]))

    assert inputs("0101") == inputs("0202") == [{"$ambiguous": "message"}]


def test_a_list_that_was_numbered_twice_is_said_to_be_ambiguous(process, inputs):
    one = process()
    one.request(1, inputs={"$list": 2}, messages=Messages([(1, HI)], [(2, 0, 0, [1])]))
    one.request(2, at_ms=1, inputs={"$list": 2}, messages=Messages([(3, SECRET)], [(2, 0, 0, [3])]))

    assert inputs("0101") == inputs("0202") == [{"$ambiguous": "messages"}]


def test_messages_whose_beginning_is_lost_say_how_many_there_were(process, inputs):
    one = process()
    one.request(1, inputs={"$list": LONGER}, messages=Messages([(B, HI)], [(LONGER, LIST, 7, [B])]))

    assert inputs("0101") == [{"$missing": LIST, "messages": 7}, HI]


def test_a_message_that_two_runs_share_is_gone_once_both_are_removed(process, home):
    one = process()
    one.request(1, inputs={"$list": LIST}, messages=Messages([(A, SECRET)], [(LIST, "", 0, [A])]))
    one.end_request(1, at_ms=1)
    one.request(2, at_ms=2, inputs={"$list": LIST})
    one.end_request(2, at_ms=3, started_ms=2)
    one.writer.close()

    with SqliteStore(home) as store:
        store.remove([store.find("0101")])
        assert b"lighthouse" in content(home)
        assert store.run_document(store.find("0202"))["inputs"] == [SECRET]
        store.remove([store.find("0202")])

    assert b"lighthouse" not in content(home)


def test_messages_of_a_list_that_is_needed_in_part_are_gone_beyond_that_part(process, home):
    one = process()
    first = Messages([(A, HI), (B, SECRET)], [(LIST, "", 0, [A, B])])
    one.request(1, inputs={"$list": LIST}, messages=first)
    one.end_request(1, at_ms=1)
    one.request(2, at_ms=2, inputs={"$list": LONGER}, messages=Messages([], [(LONGER, LIST, 1, [])]))
    one.end_request(2, at_ms=3, started_ms=2)
    one.writer.close()

    with SqliteStore(home) as store:
        store.remove([store.find("0101")])
        assert store.run_document(store.find("0202"))["inputs"] == [HI]

    assert b"lighthouse" not in content(home)


def test_an_index_of_before_learns_which_numbers_are_ambiguous(process, inputs, home):
    one = process()
    one.request(1, inputs={"$list": 2}, messages=Messages([(1, HI)], [(2, 0, 0, [1])]))
    one.request(2, at_ms=1, inputs={"$list": 3}, messages=Messages([(1, SECRET)], [(3, 0, 0, [1])]))
    inputs("0101")
    with closing(sqlite3.connect(home / "index" / "v1.sqlite")) as index:
        index.execute("UPDATE messages SET place = 1 << 28 WHERE number = 1")
        index.execute("PRAGMA user_version = 2")
        index.commit()

    assert inputs("0101") == [{"$ambiguous": "message"}]
