"""LiteLLM: what is wrapped, what is put back, and what is missing in a version that has it no more."""

import pytest
from support.litellm_models import OWNERS, ask, litellm
from support.noise import NOISE

from gradient.instrumentors.litellm.instrumentor import LiteLLMInstrumentor, closure_of
from gradient.testing import record

pytestmark = NOISE
HELLO = [{"role": "user", "content": "How are you?"}]


def attributes():
    cells = [closure_of(getattr(litellm.main, name), name) for name in ("completion", "acompletion", "embedding")]
    return [dict(vars(owner)) for owner in (*cells, *OWNERS)]


def test_everything_is_left_as_it_was():
    before = attributes()
    lists = [list(getattr(litellm, name)) for name in ("callbacks", "success_callback", "failure_callback")]

    with record(LiteLLMInstrumentor()) as recorded:
        ask("gpt-5.2", HELLO, mock_response="fine")
        assert attributes() != before

    assert attributes() == before
    assert [list(getattr(litellm, name)) for name in ("callbacks", "success_callback", "failure_callback")] == lists
    assert len(recorded.executions) == 1


def test_a_function_is_the_same_object_whether_or_not_we_listen():
    before = litellm.completion, litellm.main.completion

    with record(LiteLLMInstrumentor()):
        assert (litellm.completion, litellm.main.completion) == before


@pytest.mark.parametrize("name", ["completion", "embedding"])
def test_a_seam_that_is_missing_costs_itself_and_one_warning(monkeypatch, capsys, name):
    monkeypatch.delattr(litellm.main, f"a{name}")
    instrumentor = LiteLLMInstrumentor()

    with record(instrumentor) as recorded:
        instrumentor.install(recorded.manager.get_tracker())
        ask("gpt-5.2", HELLO, mock_response="fine")

    assert instrumentor.missing == [f"litellm.main.a{name}"]
    assert capsys.readouterr().err.count(f"Cannot trace litellm.main.a{name}") == 1
    assert [each.kind for each in recorded.executions] == ["llm"]


def test_a_stream_that_cannot_be_followed_is_read_all_the_same(monkeypatch, capsys):
    monkeypatch.delattr(litellm.CustomStreamWrapper, "aclose")

    with record(LiteLLMInstrumentor()) as recorded:
        chunks = list(litellm.completion("gpt-5.2", HELLO, mock_response="fine", stream=True))

    assert chunks
    assert [each.status for each in recorded.executions] == ["completed"]
