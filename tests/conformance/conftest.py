"""What tests of work that is given back begin with."""

import pytest
from conformance.returning import closed


@pytest.fixture
def nothing_is_closed(runtime):
    """No stream was closed yet, and there is a runtime."""
    closed.clear()
