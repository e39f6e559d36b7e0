"""Whatever a disk does to the index, commands answer from the journals: right, and without a traceback.

Of a bit that flips in the middle of what a row says it is only asked that nothing fails, but for what runs did and for
their ids: these are noticed.
"""

import random
import shutil
import sqlite3
from contextlib import closing

import pytest

from gradient.cli import main
from gradient.store import SqliteStore, ls_document

INDEX, LOG, SHARED = "v1.sqlite", "v1.sqlite-wal", "v1.sqlite-shm"
HEAD_BYTES = 100
VERSION_AT = (62, 63)  # a newer version is refused, see the tests of the index
COMMANDS = [
    ["ls"],
    ["ls", "meadow"],
    ["ls", 'text:"word12 meadow"', "node:node2"],
    ["show", "3e3e3e3e"],
    ["stats"],
    ["stats", "--by", "day", "-q", "glacier"],
    ["errors"],
    ["doctor"],
    ["prune", "--older-than", "10000w", "--yes"],
]


@pytest.fixture
def recorded(process, home):
    """Return a folder with a whole index of eighteen runs, also of words, whose log holds the last three."""
    for began_s in (0, 10, 20):
        one = process(began_s=began_s, mapped=False)
        for number in range(began_s + 1, began_s + 6):
            one.request(number, at_ms=number, inputs=f"word{number} meadow", tags=["ci"], session_id=f"s{number}")
            for step in range(1, 5):
                one.end(number, step, at_ms=number + step, started_ms=number, name=f"node{step}", outputs="glacier")
            one.end_request(number, at_ms=number + 5, started_ms=number)
        one.die()
    with SqliteStore(home) as store:
        store.update_text()
    with SqliteStore(home) as store:
        late = process(began_s=50, mapped=False)
        for number in (60, 61, 62):
            late.request(number, at_ms=number, inputs="meadow")
            late.end_request(number, at_ms=number + 1, started_ms=number)
        late.die()
        store.refresh()
        store.update_text()
        shutil.copytree(home / "index", home.parent / "whole")
    return home.parent / "whole"


def answers(home):
    """Return what a store says to many questions."""
    with SqliteStore(home) as store:
        store.update_text()
        return {
            "listed": ls_document(store),
            "word": [run.key for run in store.list("meadow").runs],
            "words": [run.key for run in store.list('text:"word12 meadow" node:node2').runs],
            "run": store.run_document(store.find("@-4")),
            "tree": store.skeleton(store.find("@-5")),
            "nodes": store.stats("node"),
            "days": store.stats("day", query="tag:ci"),
            "errors": store.errors(),
            "damaged": store.damaged,
        }


def bit(content, at):
    content[at] ^= 1 << at % 8


def damage(chance, content, *, head):
    """Do what disks do; tell whether somebody must notice."""
    how = chance.choice(["bit", "head", "cut", "zeros", "rubbish"])
    at = chance.randrange(len(content))
    if how == "bit":
        bit(content, at)
    elif how == "head":
        bit(content, chance.choice([at for at in range(head) if at not in VERSION_AT]))
    elif how == "cut":
        del content[at:]
    else:
        page = at - at % 4096
        content[page : page + 4096] = bytes(4096) if how == "zeros" else chance.randbytes(4096)
    return how != "bit"


def damaged(chance, whole, home, names):
    """Put an index that is damaged in the place of the one that is there; tell whether somebody must notice."""
    shutil.rmtree(home / "index")
    shutil.copytree(whole, home / "index")
    file = home / "index" / chance.choice(names)
    content = bytearray(file.read_bytes())
    noticed = damage(chance, content, head=HEAD_BYTES)
    file.write_bytes(content)
    return noticed or file.name != INDEX


@pytest.mark.parametrize("names", [[INDEX], [LOG, SHARED]], ids=["the index", "its log"])
@pytest.mark.parametrize("rounds", [40, pytest.param(600, marks=pytest.mark.slow)])
def test_a_damaged_index_answers_as_a_whole_one(recorded, home, names, rounds):
    right = answers(home)
    chance = random.Random(f"{names}{rounds}")

    for _ in range(rounds):
        must_be_right = damaged(chance, recorded, home, names)

        said = answers(home)

        assert said == right or not must_be_right


@pytest.mark.parametrize("rounds", [2, pytest.param(60, marks=pytest.mark.slow)])
def test_no_command_fails_over_a_damaged_index(recorded, home, capsys, rounds):
    chance = random.Random(rounds)

    for _ in range(rounds):
        for words in COMMANDS:
            damaged(chance, recorded, home, [INDEX, LOG, SHARED])

            assert main(words) == 0, (words, capsys.readouterr().err)


def test_each_byte_of_the_head_of_an_index_may_be_damaged_before_the_first_search(recorded, home):
    shutil.rmtree(home / "index")
    SqliteStore(home).close()
    whole = (home / "index" / INDEX).read_bytes()

    for at in (at for at in range(HEAD_BYTES) if at not in VERSION_AT):
        content = bytearray(whole)
        bit(content, at)
        for path in (home / "index").glob(f"{INDEX}*"):
            path.unlink()
        (home / "index" / INDEX).write_bytes(content)
        for _ in range(2):
            with SqliteStore(home) as store:
                store.update_text()
                assert (store.count("meadow"), store.count()) == (18, 18), at


@pytest.fixture
def only_file(recorded, home):
    """Return the file of a whole index that nobody has open, and what it holds."""
    with SqliteStore(home):
        pass
    (file,) = (home / "index").glob(f"{INDEX}*")
    return file, file.read_bytes()


def occurrences(content, of):
    at = content.find(of)
    while at >= 0:
        yield at
        at = content.find(of, at + 1)


def test_no_byte_of_what_a_run_did_is_another_without_being_noticed(only_file, home):
    file, whole = only_file
    with closing(sqlite3.connect(file)) as index:
        number, packed = index.execute("SELECT run, rows FROM trees LIMIT 1").fetchone()
    (start,) = occurrences(whole, packed)
    with SqliteStore(home) as store:
        run = next(one for one in store if one.number == number)
        right = store.run_document(run), store.skeleton(run), store.stats("node", query="project:demo")

    for at in range(start, start + len(packed), 11):
        content = bytearray(whole)
        bit(content, at)
        file.write_bytes(content)

        with SqliteStore(home) as store:
            said = store.run_document(run), store.skeleton(run), store.stats("node", query="project:demo")

        assert said == right, at - start


def test_a_run_is_found_by_its_id_although_that_is_damaged_where_ids_are_looked_up(only_file, home):
    file, whole = only_file
    for number in (1, 5, 60):
        places = list(occurrences(whole, bytes([number]) * 16))
        assert len(places) >= 2  # in the table, and in what ids are looked up by
        for at in places:
            content = bytearray(whole)
            bit(content, at + 15)
            file.write_bytes(content)

            with SqliteStore(home) as store:
                assert store.find(f"{number:02x}" * 15).executions == (0 if number == 60 else 4), (number, at)


def test_a_run_whose_executions_went_missing_is_read_anew(only_file, home):
    file, _ = only_file
    with closing(sqlite3.connect(file)) as index, index:
        index.execute("UPDATE trees SET run = run + 1")

    with SqliteStore(home) as store:
        assert {len(store.run_document(run)["executions"]) for run in store} == {0, 4}


def test_a_run_is_removed_although_the_index_is_damaged(recorded, home):
    chance = random.Random(7)
    with SqliteStore(home) as store:
        for number in (1, 2, 3):
            content = bytearray((home / "index" / INDEX).read_bytes())
            content[4096:12288] = chance.randbytes(8192)
            (home / "index" / INDEX).write_bytes(content)
            store.remove([store.find(f"{number:02}" * 4)])

        assert store.count() == 15
        assert store.count("meadow") == 15
