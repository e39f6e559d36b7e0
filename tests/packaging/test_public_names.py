"""What programs use of a release must be there in the next one."""

from pathlib import Path

from support.public_api import listing

BEFORE = Path(__file__).with_name("public_names.txt")


def test_every_name_of_the_release_before_is_there_and_is_called_as_before():
    now = set(listing())

    assert [line for line in BEFORE.read_text("utf-8").splitlines() if line not in now] == []
