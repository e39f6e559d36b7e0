"""What is on disk, byte for byte."""

import pytest

from gradient.sdk import entrypoint


@pytest.fixture
def written(home):
    """Return a function that gives the bytes of every file below the home, one after the other."""

    def read():
        files = [path for path in home.rglob("*") if path.is_file()]
        assert any(path.suffix == ".seg" for path in files), "nothing was recorded, so nothing is proven"
        return b"".join(path.read_bytes() for path in files)

    return read


@pytest.fixture
def agent(runtime):
    """An entrypoint that is given one thing and gives it back."""

    @entrypoint
    def agent(given):
        return given

    return agent
