"""What frameworks leave behind when they are used as they ask to be used: open sockets, and coroutines nobody awaits.

A test module that uses such a framework has it as its `pytestmark`. Warnings of our code stay errors.
"""

import pytest

NOISE = pytest.mark.filterwarnings(
    "ignore::ResourceWarning",
    "ignore:coroutine .* was never awaited:RuntimeWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
