"""What tests of work that is given back begin with."""

import gc

import pytest
from conformance.returning import closed


@pytest.fixture
def nothing_is_closed(runtime):
    """No stream was closed yet, and there is a runtime."""
    closed.clear()


@pytest.fixture
def no_garbage():
    """What other tests left to the collector is gone: what complains from now on is this test's."""
    gc.collect()
