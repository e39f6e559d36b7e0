"""The bytes of images and the like are kept where that is asked for: once, whole, privately, no longer than runs."""

import base64
import errno
import os
import random
import stat
import sys
from hashlib import sha256

import pytest
from langchain_core.messages import HumanMessage

from gradient.cli import main
from gradient.runtime import RuntimeManager, Settings
from gradient.runtime.step import Step
from gradient.store import MediumNotFound, SqliteStore

PICTURES = [b"\x89PNG\r\n\x1a\n" + random.Random(seed).randbytes(3_000) for seed in range(4)]
LONG_AGO_S = 1_000_000_000


@pytest.fixture
def managers(home):
    """Return a function that gives a manager that keeps media; each ends with the test at the latest."""
    made = []

    def make(**settings):
        chosen = {"media": "keep", "console": "off", **settings}
        made.append(RuntimeManager(settings=Settings(home=home, **chosen), instrumentors=[]))
        return made[-1]

    yield make
    for manager in made:
        manager.shutdown()


def run(manager, name, given):
    manager.start_request(name, {"given": given})
    manager.end_request()


def data_url(content):
    return "data:image/png;base64," + base64.b64encode(content).decode()


def files(home):
    """Return all files of media in a home that have their names."""
    return [path for path in sorted(home.glob("journal/*/*.media/*")) if not path.name.startswith(".")]


def holding(home, content):
    """Return the files of a home that hold these bytes, as they are or as base64."""
    texts = (content[8:200], base64.b64encode(content)[40:200])
    return [path for path in home.rglob("*") if path.is_file() and any(text in path.read_bytes() for text in texts)]


def refuse(*_):
    raise OSError(errno.EPERM, "no such names here")


def note_in(document):
    return document["inputs"]["given"]["$media"]


def test_the_bytes_of_a_medium_are_kept_once_and_can_be_read_again(managers, home, tmp_path):
    manager = managers()
    for given in (PICTURES[0], {"shot": data_url(PICTURES[0])}, f"Look: {data_url(PICTURES[0])}.", [PICTURES[1]]):
        run(manager, "agent", given)
    manager.shutdown()

    with SqliteStore(home) as store:
        first = store.all_runs()[-1]
        note = note_in(store.run_document(first))
        assert note["kept"] is True
        assert store.medium(first, note["digest"]) == PICTURES[0]
    put_out = ["--medium", note["digest"][:15], "-o", str(tmp_path / "a.png")]
    assert main(["--home", str(home), "export", first.id, *put_out]) == 0
    assert (tmp_path / "a.png").read_bytes() == PICTURES[0]
    assert [len(holding(home, content)) for content in PICTURES[:3]] == [1, 1, 0]


def test_without_the_setting_nothing_is_kept(managers, home):
    manager = managers(media="note")
    run(manager, "agent", PICTURES[0])
    manager.shutdown()

    with SqliteStore(home) as store:
        (only,) = store.all_runs()
        assert "kept" not in note_in(store.run_document(only))
        with pytest.raises(MediumNotFound, match="None is"):
            store.medium(only, "")
    assert holding(home, PICTURES[0]) == []


@pytest.mark.parametrize("settings", [{"content": "none"}, {"redact_hook": lambda _: "withheld"}], ids=["off", "hook"])
def test_what_is_withheld_is_not_kept(managers, home, settings):
    manager = managers(**settings)
    run(manager, "agent", PICTURES[0])
    manager.shutdown()

    assert holding(home, PICTURES[0]) == []


def test_a_removed_run_takes_its_media_with_it_but_for_those_that_others_share(managers, home):
    manager = managers()
    run(manager, "gone", [PICTURES[0], PICTURES[1]])
    run(manager, "stays", [PICTURES[1], PICTURES[2]])
    manager.shutdown()

    with SqliteStore(home) as store:
        stays, gone = store.all_runs()
        store.remove([gone])
        assert [len(holding(home, content)) for content in PICTURES[:3]] == [0, 1, 1]
        store.remove([stays])
    assert [len(holding(home, content)) for content in PICTURES[:3]] == [0, 0, 0]


def test_media_go_with_journals_that_are_too_old(managers, home):
    manager = managers()
    run(manager, "old", PICTURES[0])
    manager.shutdown()
    for segment in home.glob("journal/*/*.seg"):
        os.utime(segment, (LONG_AGO_S, LONG_AGO_S))

    run(managers(retention_days=1), "new", PICTURES[1])

    assert [path.read_bytes() for path in files(home)] == [PICTURES[1]]


def test_media_count_for_the_size_of_journals(managers, home):
    manager = managers()
    run(manager, "old", b"\x89PNG" + bytes(range(256)) * 8_000)
    manager.shutdown()

    with SqliteStore(home) as store:
        pruned = store.prune(max_age_s=float("inf"), max_bytes=1_000_000, dry_run=True)

    assert (pruned.files, pruned.bytes > 2_000_000) == (1, True)


@pytest.mark.parametrize(
    ("settings", "reason", "kept"),
    [
        ({"max_medium_bytes": 2_000}, "larger than max_medium_bytes", []),
        ({"max_media_bytes": 7_000}, "no room in max_media_bytes", PICTURES[:2]),
    ],
    ids=["one", "all"],
)
def test_a_medium_beyond_a_limit_is_not_kept_and_says_so(managers, home, settings, reason, kept):
    manager = managers(**settings)
    for content in PICTURES[:3]:
        run(manager, "agent", content)
    manager.shutdown()

    with SqliteStore(home) as store:
        newest = store.run_document(store.all_runs()[0])
    assert note_in(newest)["kept"] == reason
    assert sorted(path.read_bytes() for path in files(home)) == sorted(kept)


def test_what_is_not_whole_is_not_shown(managers, home):
    manager = managers()
    run(manager, "agent", [PICTURES[0], PICTURES[1]])
    manager.shutdown()
    torn, whole = files(home)
    torn.write_bytes(torn.read_bytes()[:-1])
    whole.rename(whole.with_name(f".{whole.name}.4711-1"))

    with SqliteStore(home) as store:
        (only,) = store.all_runs()
        for digest in (torn.name, whole.name):
            with pytest.raises(MediumNotFound):
                store.medium(only, digest)
        store.remove([only])
    assert list(home.glob("journal/*/*.media")) == []


def test_media_are_for_their_owner_alone(managers, home):
    run(managers(), "agent", PICTURES[0])

    (path,) = files(home)
    assert [stat.S_IMODE(each.stat().st_mode) for each in (path, path.parent)] == [0o600, 0o700]


def test_a_medium_lies_beside_each_segment_that_tells_of_it_under_one_file(runtime, home, managers):
    """Also where the segment is told of a message that an earlier one had, and that nobody has looked at again."""
    manager = managers()
    manager.tracking.shapes = runtime.tracking.shapes  # which know LangChain's messages
    manager.reconfigure(manager.settings)
    conversation = [HumanMessage([{"type": "image", "base64": data_url(PICTURES[0])[22:], "mime_type": "image/png"}])]
    for turn in range(12):
        conversation.append(HumanMessage("x" * 30_000 + str(turn)))
        run(manager, "agent", list(conversation))
    manager.shutdown()

    kept = files(home)
    assert len(list(home.glob("journal/*/*.seg"))) == len(kept) > 1
    assert {path.read_bytes() for path in kept} == {PICTURES[0]}
    assert len({path.stat().st_ino for path in kept}) == 1
    with SqliteStore(home) as store:
        assert [store.medium(each, kept[0].name) for each in store.all_runs()] == [PICTURES[0]] * 12


def test_a_run_is_recorded_also_where_its_media_cannot_be_kept(managers, home):
    manager = managers()
    run(manager, "first", "nothing to see")
    (segment,) = home.glob("journal/*/*.seg")
    segment.with_name("000001.media").write_text("in the way")
    run(manager, "second", PICTURES[0])
    manager.shutdown()

    with SqliteStore(home) as store:
        second, first = store.all_runs()
        assert (second.status, first.status) == ("completed", "completed")
        with pytest.raises(MediumNotFound):
            store.medium(second, "")


def test_where_a_file_has_one_name_only_a_medium_is_copied(managers, home, monkeypatch):
    monkeypatch.setattr(os, "link", refuse)
    manager = managers()
    for turn in range(12):
        run(manager, "agent", {"shot": PICTURES[0], "text": [str(turn) * 30_000]})
    manager.shutdown()

    assert len(list(home.glob("journal/*/*.seg"))) == len(files(home)) > 1
    assert {path.read_bytes() for path in files(home)} == {PICTURES[0]}


def test_nothing_holds_the_bytes_once_they_are_on_disk(managers):
    contents = [b"\x89PNG" + random.Random(seed).randbytes(3_000) for seed in range(50)]
    before = [sys.getrefcount(content) for content in contents]
    manager = managers()

    manager.start_request("agent")
    open_ones = [manager.get_tracker().start_node_execution("n", "n", "f", {"given": content}) for content in contents]

    assert [sys.getrefcount(content) for content in contents] == before
    assert manager.recorder.keeper.written_bytes == sum(map(len, contents))
    for execution in open_ones:
        manager.get_tracker().end_node_execution(execution)
    manager.end_request()


@pytest.mark.parametrize("within_a_step", [True, False])
def test_what_an_event_tells_is_kept_too(managers, home, within_a_step):
    manager = managers()
    request = manager.start_request("agent")
    scope = manager.get_tracker().start(Step("look", "tool", "custom")) if within_a_step else request
    manager.update(scope, "event", "seen", {"picture": PICTURES[0]})
    manager.update(scope, "event", "seen", {"url": data_url(PICTURES[1])})
    manager.get_tracker().end(scope if within_a_step else None)
    manager.end_request()

    with SqliteStore(home) as store:
        (run,) = store.all_runs()
        kept = [store.medium(run, sha256(picture).hexdigest()) for picture in PICTURES[:2]]

    assert kept == PICTURES[:2]
    assert len(files(home)) == 2
