"""What the tests of the user's own steps read."""

import pytest


@pytest.fixture
def only_execution(runtime, read_runs):
    """Return a function that gives the one execution of the one run."""

    def read():
        (run,) = read_runs()
        (execution,) = run["executions"]
        return execution

    return read
