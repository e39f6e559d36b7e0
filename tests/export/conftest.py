import pytest
from support.studio import Studio


@pytest.fixture
def studio(nothing_is_left, read_runs):
    """Record runs in time that stands still."""
    return Studio(read_runs)
