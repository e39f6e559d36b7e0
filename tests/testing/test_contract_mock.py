"""The mock framework's instrumentor passes the contract suite."""

from support.contracts import MockContract


class TestMockInstrumentor(MockContract):
    pass
