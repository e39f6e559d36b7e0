"""No test talks to LangSmith, and none leaves an open run in the handler's table or an error that LangChain hid."""

import pytest
from support.providers.fixture import provider  # noqa: F401 - a fixture


@pytest.fixture(autouse=True)
def without_langsmith(monkeypatch):
    for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "LANGSMITH_API_KEY", "LANGCHAIN_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANGSMITH_TRACING", "false")


@pytest.fixture
def handler(runtime):
    """The callback handler that LangChain and LangGraph tell their runs to."""
    from gradient.instrumentors.langchain.instrumentor import hook

    return hook.handler


@pytest.fixture(autouse=True)
def no_run_stays_open(request):
    """Every run that the handler learnt of has ended when the test has."""
    yield
    if "runtime" in request.fixturenames:
        from gradient.instrumentors.langchain.instrumentor import hook

        assert hook.handler is None or hook.handler.runs == {}


@pytest.fixture(autouse=True)
def no_event_of_the_handler_failed(caplog):
    """LangChain swallows what a handler raises, and logs it."""
    yield
    assert [record.getMessage() for record in caplog.records if "Error in Handler" in record.getMessage()] == []
