"""`gradient export` writes runs to files that only their owner can read."""

import json
import os
import stat
import threading

import pytest

from gradient.export.formats import FORMATS


@pytest.fixture
def two(commands):
    commands.agent("fine", "bad")
    return commands


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_goes_to_stdout(two, name):
    done = two.gradient("export", "@last", "--format", name)

    assert (done.returncode, done.stderr) == (0, "")
    assert ("<!doctype html>" if name == "html" else "writer") in done.stdout  # what is in a page is packed


@pytest.mark.parametrize("name", [name for name, each in FORMATS.items() if each.several])
def test_several_runs_go_where_the_format_allows(two, name):
    ids = [run["request_id"] for run in two.json("ls")["runs"]]

    done = two.gradient("export", *ids, "--format", name)

    assert done.returncode == 0
    assert all(each in done.stdout for each in ids)


def test_where_it_does_not_that_is_wrong_usage(two):
    done = two.gradient("export", "@-2", "@last", "--format", "mermaid")

    assert (done.returncode, done.stdout) == (2, "")
    assert "mermaid holds one run" in done.stderr


def test_a_file_is_private_and_holds_what_stdout_would(two):
    done = two.gradient("export", "@last", "-o", "run.json")

    path = two.folder / "run.json"
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text("utf-8") == two.gradient("export", "@last", "--format", "json").stdout
    assert list(two.folder.glob(".run*")) == []


@pytest.mark.parametrize(
    ("name", "begins"),
    [("a.csv", "request_id,"), ("a.md", "# ✗"), ("a.mmd", "%%"), ("a.jsonl", '{"schema":'), ("a.txt", '{\n  "schema"')],
)
def test_the_name_of_the_file_chooses_the_format(two, name, begins):
    two.gradient("export", "@last", "-o", name)

    assert (two.folder / name).read_text("utf-8").startswith(begins)


def test_a_file_that_cannot_be_written_says_so(two):
    done = two.gradient("export", "@last", "-o", "nowhere/run.json")

    assert done.returncode == 1
    assert done.stderr == (
        "Error: Cannot write nowhere/run.json: No such file or directory.\nChoose another place with -o.\n"
    )


def test_a_run_that_is_not_found_leaves_the_old_file_as_it_was(two):
    path = two.script("run.json", "old")

    done = two.gradient("export", "ffffffff", "-o", "run.json")

    assert done.returncode == 3
    assert path.read_text() == "old"
    assert list(two.folder.glob(".run*")) == []


def test_a_pipe_is_written_to_and_not_replaced(two):
    pipe = two.folder / "pipe.json"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text("utf-8")))
    reader.start()

    done = two.gradient("export", "@last", "-o", "pipe.json")
    reader.join()

    assert done.returncode == 0
    assert json.loads(read[0])["schema"] == "gradient.run/1"
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_link_stays_a_link(two):
    target = two.script("elsewhere/target.json", "old")
    (two.folder / "link.json").symlink_to(target)

    two.gradient("export", "@last", "-o", "link.json")

    assert (two.folder / "link.json").is_symlink()
    assert json.loads(target.read_text("utf-8"))["schema"] == "gradient.run/1"


def test_without_io_nobody_reads_what_was_said(two):
    said = two.gradient("export", "@-2", "@last", "--format", "jsonl", "--no-io").stdout

    assert '"bad"' not in said
    assert "no stock" not in said
    assert "agent.py" not in said
    assert '"writer"' in said


def test_a_run_must_be_named(two):
    done = two.gradient("export")

    assert (done.returncode, done.stdout) == (2, "")
    assert "Missing argument 'RUN...'" in done.stderr


def test_every_format_is_in_the_help(two):
    help_text = two.gradient("export", "--help").stdout

    for name, each in FORMATS.items():
        assert f"{name:<9}  {each.about}" in help_text
