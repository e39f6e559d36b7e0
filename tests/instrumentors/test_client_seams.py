"""What the clients no longer have costs what was seen through it, one warning, and nothing else."""

import pytest

openai = pytest.importorskip("openai")

from support.outlines import found, outline  # noqa: E402 - needs the package

from gradient.instrumentors.openai.instrumentor import OpenAIInstrumentor  # noqa: E402
from gradient.runtime import RuntimeManager  # noqa: E402
from gradient.runtime.manager import set_runtime_manager  # noqa: E402

HELLO = [{"role": "user", "content": "How are you?"}]


@pytest.fixture
def start():
    """Return a function that installs a runtime with the OpenAI instrumentor alone, and returns that."""
    managers = []

    def started():
        instrumentor = OpenAIInstrumentor()
        manager = RuntimeManager(instrumentors=[instrumentor])
        set_runtime_manager(manager)
        manager.install_instrumentation()
        managers.append(manager)
        return instrumentor

    yield started
    for manager in managers:
        manager.shutdown()


@pytest.fixture
def ask(provider):
    """Return a function that asks a model once."""
    with openai.OpenAI(base_url=provider.openai_url, api_key="none", max_retries=0) as client:

        def asked():
            provider.script("fine")
            return client.chat.completions.create(model="gpt-5.2", messages=HELLO)

        asked.client = client
        yield asked


def test_a_method_that_is_missing_is_told_of_once_and_costs_itself_alone(monkeypatch, capsys, start, ask, read_runs):
    monkeypatch.delattr(openai._response.APIResponse, "parse")
    monkeypatch.setattr(openai._base_client.SyncAPIClient, "_process_response", answer_by_hand, raising=True)

    instrumentor = start()
    ask()

    assert instrumentor.missing == ["APIResponse.parse"]
    assert capsys.readouterr().err.count("APIResponse.parse") == 1
    assert outline(read_runs()[0]) == "request gpt-5.2\n  llm gpt-5.2"


def answer_by_hand(self, *, cast_to, options, response, **_):
    return self._process_response_data(data=response.json(), cast_to=cast_to, response=response)


def test_a_class_that_is_missing_is_told_of_likewise(monkeypatch, capsys, start, ask, read_runs):
    monkeypatch.delattr(openai._base_client, "AsyncAPIClient")

    instrumentor = start()
    ask()

    assert instrumentor.missing == ["openai._base_client.AsyncAPIClient"]
    assert capsys.readouterr().err.count("AsyncAPIClient") == 1
    assert len(read_runs()) == 1


def test_a_stream_that_is_built_otherwise_is_handed_out_and_its_call_recorded(start, ask, provider, read_runs):
    class Stream(openai.Stream[object]):
        """Has no iterator to be read through."""

        def __init__(self, *, response, **_):
            self.response = response

        def __iter__(self):
            return self.response.iter_lines()

        def __next__(self):
            return next(self.response.iter_lines())

    start()
    provider.script("one two")
    body = {"model": "gpt-5.2", "messages": HELLO, "stream": True}

    stream = ask.client.post("/chat/completions", cast_to=object, body=body, stream=True, stream_cls=Stream)

    assert sum("chunk" in line for line in stream) == 4
    call = found(read_runs()[0], "gpt-5.2")
    assert (call["status"], call["outputs"]) == ("completed", None)


def test_a_request_of_an_unknown_shape_costs_its_record_alone(start, ask, provider, read_runs, capsys):
    start()
    provider.script("fine")

    ask.client.post("/chat/completions", cast_to=object, body={"model": "gpt-5.2", "messages": 3})

    assert capsys.readouterr().err.count("could not be recorded") == 1
    assert read_runs() == []


def test_both_clients_let_themselves_be_installed_before_they_are_imported(start):
    """Nothing is imported by installing; see test_import_order for the frameworks that are there."""
    instrumentor = start()

    assert instrumentor.is_installed()
    assert instrumentor.missing == []
