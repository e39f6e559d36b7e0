"""What is removed is gone: from answers, from the index, from journals, compressed or not; all else stays."""

import os

import pytest
import zstandard

from gradient.journal.events import Messages
from gradient.journal.failures import Failure
from gradient.store import NotRemovable, RunNotFound, SqliteStore, StillRunning

SECRET = "Xq7-secret"


def write(process):
    """Write run 1, full of a secret, between runs 2 and 3; 3 refers to a message that 1 wrote."""
    one = process(mapped=False, first_segment_bytes=64_000)
    one.request(2, inputs="mine")
    messages = Messages([(1, {"text": "hello"}), (2, {"text": SECRET})], [(1, 0, 0, [1]), (2, 1, 1, [2])])
    one.request(1, at_ms=1, inputs={"$list": 1}, session_id=SECRET, user_id=SECRET, tags=[SECRET],
                messages=messages)  # fmt: skip
    one.start(1, 11, at_ms=1, name=SECRET, inputs=[SECRET] * 3)
    one.update(1, 11, 2, "event", SECRET, {SECRET: SECRET})
    failure = Failure(SECRET, SECRET, SECRET)
    one.end(1, 11, at_ms=2, started_ms=1, name=SECRET, status="error", error=failure, model=SECRET)
    one.end_request(1, at_ms=3, started_ms=1, session_id=SECRET, user_id=SECRET, tags=[SECRET], outputs=SECRET)
    one.end_request(2, at_ms=4, outputs="my answer")
    one.request(3, at_ms=5, inputs={"$list": 1})
    one.end(3, 31, at_ms=6, started_ms=5, outputs="x" * 20_000)
    one.end_request(3, at_ms=6, started_ms=5)
    return one


def content(home):
    """Return all bytes of a home, those of compressed segments as they were."""
    for path in home.rglob("*"):
        if path.is_file():
            raw = path.read_bytes()
            compressed = path.suffix == ".zst"
            reader = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
            yield reader.read() if compressed else raw


@pytest.fixture(params=["raw", "compressed", "with an index of words"])
def store(process, home, request):
    write(process).die()
    with SqliteStore(home) as store:
        if request.param == "compressed":
            store.compact()
            assert list(home.rglob("*.seg.zst"))
        elif request.param == "with an index of words":
            store.update_text()
        yield store


def test_a_removed_run_is_gone_for_good(store, home):
    assert any(SECRET.encode() in raw for raw in content(home))

    removed = store.remove([store.find("0101")])
    store.close()

    assert (removed.runs, removed.frames, removed.files) == (1, 5, 1)
    assert removed.bytes > 300
    assert [raw for raw in content(home) if SECRET.encode() in raw or b"Xq7" in raw] == []


def test_a_removed_run_is_in_no_answer_and_comes_back_in_none(store, home):
    store.remove([store.find("0101")])

    for _ in ("from the index it was taken out of", "from an index made anew"):
        with SqliteStore(home) as after:
            assert [run.key[0] for run in after.all_runs()] == [3, 2]
            assert after.count(f"session:{SECRET}") == after.count(SECRET) == 0
            assert [group.name for group in after.stats("node")] == ["work"]
            assert after.stats("model") == []
            assert after.errors() == ()
            assert after.damaged == 0
            with pytest.raises(RunNotFound):
                after.find("0101")
        (home / "index" / "v1.sqlite").unlink()


def test_other_runs_stay_as_they_were(store, home):
    before = [store.run_document(store.find(reference)) for reference in ("0202", "0303")]
    assert before[1]["inputs"] == [{"text": "hello"}]

    store.remove([store.find("0101")])
    with SqliteStore(home) as after:
        assert [after.run_document(after.find(reference)) for reference in ("0202", "0303")] == before


def test_all_runs_can_be_removed(store):
    store.remove(list(store))

    assert store.all_runs() == []
    assert store.stats("entrypoint") == []


def test_a_run_that_a_living_process_writes_beside_is_not_removed(process, home):
    write(process)

    with SqliteStore(home) as store:
        with pytest.raises(StillRunning, match=r"Nothing was removed\. Try again"):
            store.remove([store.find("0202")])

        assert store.run_document(store.find("0202"))["outputs"] == "my answer"


def test_a_run_in_an_earlier_file_of_a_living_process_is_removed(process, home):
    one = write(process)
    one.request(4, at_ms=10, inputs="x" * 60_000)

    with SqliteStore(home) as store:
        store.remove([store.find("0101")])
        one.end_request(4, at_ms=11, started_ms=10)
        store.refresh()

        assert [run.key[0] for run in store] == [4, 3, 2]
        assert SECRET.encode() not in b"".join(content(home))


def test_what_cannot_be_written_is_not_removed(store, home, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gradient.journal.erasing._replace", full)

    with pytest.raises(NotRemovable, match="No space left"):
        store.remove([store.find("0101")])

    assert store.find("0101").executions == 1


def test_runs_go_when_retention_takes_the_files_they_were_in(process, home):
    old, new = process(), process(began_s=86_400)
    for one, number in ((old, 1), (new, 2)):
        one.request(number)
        one.end(number, 1, at_ms=1, name=f"node{number}", error=Failure("E", f"only {'ab'[number - 1]}"))
        one.end_request(number, at_ms=2)
    folder = old.writer.folder
    old.die()
    new.die()
    with SqliteStore(home, now_ns=lambda: 2_000 * 10**9) as store:
        (segment,) = folder.glob("*.seg")
        os.utime(segment, (1, 1))
        for other in home.glob("journal/*/*.seg"):
            if other != segment:
                os.utime(other, (1_999, 1_999))
        planned = store.prune(max_age_s=1_000, max_bytes=10**9, dry_run=True)
        assert segment.exists()

        assert store.prune(max_age_s=1_000, max_bytes=10**9) == planned == (1, planned.bytes)

        assert [run.key[0] for run in store.all_runs()] == [2]
        assert [group.name for group in store.stats("node")] == ["node2"]
        assert [group.message for group in store.errors()] == ["only b"]
        assert store.count("node:node1") == 0


def test_what_is_left_of_a_run_elsewhere_stays(process, home):
    one = process(first_segment_bytes=4_096, largest_segment_bytes=4_096, mapped=False)
    one.request(1, inputs="x" * 2_000)
    one.end(1, 11, at_ms=1, name="early", outputs="x" * 1_000)
    one.start(1, 12, at_ms=2, name="between", inputs="x" * 2_000)
    one.end(1, 12, at_ms=3, started_ms=2, name="between", outputs="y" * 2_000)
    one.end_request(1, at_ms=4)
    one.die()
    with SqliteStore(home) as store:
        first = min(home.rglob("*.seg"))
        assert len(store.run_document(store.find("@last"))["executions"]) == 2
        first.unlink()
        (home / "journal" / ".pruned").touch()
        store.refresh()
        kept = store.run_document(store.find("@last"))
        stats = store.stats("node")
    (home / "index" / "v1.sqlite").unlink()

    with SqliteStore(home) as anew:
        assert anew.run_document(anew.find("@last")) == kept
        assert [one["name"] for one in kept["executions"]] == ["between"]
        assert (kept["status"], kept["inputs"]) == ("completed", None)
        assert anew.stats("node") == stats


def test_a_run_is_removed_from_a_copied_folder_of_which_nobody_knows_whether_its_process_lives(process, home):
    write(process).forget_liveness()
    with SqliteStore(home) as store:
        removed = store.remove([store.find("0101")])

        assert (removed.runs, [run.key[0] for run in store]) == (1, [3, 2])
    assert not any(SECRET.encode() in raw for raw in content(home))
