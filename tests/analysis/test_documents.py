"""Runs are read from files, and what is no run says why."""

import msgspec
import pytest

from gradient.analysis.documents import NotARun, read_documents


@pytest.fixture
def run(studio):
    return studio.shop()


def test_a_document_an_array_and_lines_are_read(run):
    line = msgspec.json.encode(run)

    assert read_documents(line) == [run]
    assert read_documents(msgspec.json.format(line, indent=2)) == [run]
    assert read_documents(b"[" + line + b"," + line + b"]") == [run, run]
    assert read_documents(line + b"\n\n" + line + b"\n") == [run, run]


def test_what_a_later_version_added_is_kept(run):
    assert read_documents(msgspec.json.encode(run | {"colour": "green"})) == [run | {"colour": "green"}]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"schema": "gradient.run/2"}, "it is gradient.run/2, and this version of Gradient reads gradient.run/1"),
        ({"schema": "gradient.ls/1"}, "it is gradient.ls/1, not gradient.run/1"),
        ({"schema": None}, "it is None, not gradient.run/1"),
        ({"status": 3}, r"Expected `str`, got `int` - at `\$.status`"),
        ({"started_at": "yesterday"}, r"at `\$.started_at`"),
        ({"trace_id": "xyz"}, r"at `\$.trace_id`"),
        ({"executions": [{}]}, r"missing required field `execution_id` - at `\$.executions\[0\]`"),
    ],
)
def test_a_document_that_is_no_run_says_why(run, change, why):
    with pytest.raises(NotARun, match=why):
        read_documents(msgspec.json.encode(run | change))


def test_of_two_executions_with_the_same_id_nobody_knows_which_is_meant(run):
    run["executions"].append(run["executions"][0] | {"parent_id": run["executions"][0]["execution_id"]})

    with pytest.raises(NotARun, match="several executions have the same id"):
        read_documents(msgspec.json.encode(run))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it is empty"),
        (b" \n", "it is empty"),
        (b"[]", "it holds no run"),
        (b"hello", "JSON is malformed"),
        (b"3", "it is no gradient.run/1"),
        (b'{"schema":', "truncated"),
        (b"[" * 100_000, "truncated|recursion"),
    ],
)
def test_a_file_that_holds_no_run_says_why(data, why):
    with pytest.raises(NotARun, match=why):
        read_documents(data)


def test_of_lines_the_wrong_one_is_named(run):
    line = msgspec.json.encode(run)

    with pytest.raises(NotARun, match="line 2: JSON is malformed"):
        read_documents(line + b"\nnonsense\n")
    with pytest.raises(NotARun, match="line 3: it is no"):
        read_documents(line + b"\n" + line + b"\n{}\n")


def test_only_a_newer_version_is_called_newer(run):
    with pytest.raises(NotARun) as newer:
        read_documents(msgspec.json.encode(run | {"schema": "gradient.run/2"}))
    with pytest.raises(NotARun) as other:
        read_documents(b"{}")

    assert (newer.value.newer, other.value.newer) == (True, False)
