"""The fixture; a conftest imports it: `from support.providers.fixture import provider`."""

import pytest
from support.providers.server import ProviderServer


@pytest.fixture
def provider():
    """A provider on loopback that says what the test scripts."""
    with ProviderServer() as server:
        yield server
