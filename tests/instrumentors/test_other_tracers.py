"""Beside somebody else's tracer each call is recorded once, theirs is told as ever, and answers are what they were."""

import asyncio
from functools import partial, wraps

import pytest
from support.outlines import outline
from support.providers.answers import say

from gradient.runtime import RuntimeManager
from gradient.runtime.manager import set_runtime_manager

openai = pytest.importorskip("openai")
wrapt = pytest.importorskip("wrapt")
Completions = pytest.importorskip("openai.resources.chat.completions").Completions

ASK = {"model": "gpt-5.2", "messages": [{"role": "user", "content": "How are you?"}]}
OURS = ["request gpt-5.2\n  llm gpt-5.2"]
ORDERS = ["first", "last"]


@pytest.fixture
def install():
    """Return a function that installs the runtime now."""
    managers = []

    def installed():
        manager = RuntimeManager()
        set_runtime_manager(manager)
        manager.install_instrumentation()
        managers.append(manager)

    yield installed
    for manager in managers:
        manager.shutdown()


def begin(theirs, ours, comes):
    for beginning in (theirs, ours) if comes == "first" else (ours, theirs):
        beginning()


def client_of(provider, kind=openai.OpenAI):
    provider.script(say("fine, thank you"))
    return kind(base_url=provider.openai_url, api_key="none", max_retries=0)


# ── ways to follow a stream ──────────────────────────────────────────────────────────────────────────────────────────


def by_its_iterator(stream, heard):
    """As Sentry does."""
    items = stream._iterator
    stream._iterator = (heard.append(item) or item for item in items)
    return stream


def by_a_proxy(stream, heard):
    """As ddtrace and OpenLLMetry do."""

    class Proxy(wrapt.ObjectProxy):
        def __iter__(self):
            for item in self.__wrapped__:
                heard.append(item)
                yield item

    return Proxy(stream)


def by_a_generator(stream, heard):
    """As Langfuse and LangSmith do."""
    for item in stream:
        heard.append(item)
        yield item


def by_its_next(stream, heard):
    """As those do that want each item as it is taken."""

    class Items:
        def __iter__(self):
            return self

        def __next__(self):
            heard.append(item := next(stream))
            return item

    return Items()


@pytest.mark.parametrize("comes", ORDERS)
@pytest.mark.parametrize("follow", [by_its_iterator, by_a_proxy, by_a_generator, by_its_next])
def test_a_stream_that_another_tracer_follows_is_recorded_whole(  # noqa: PLR0913, PLR0917 - fixtures, and a table
    install, read_runs, provider, monkeypatch, follow, comes
):
    heard = []

    def theirs():
        original = Completions.create

        @wraps(original)
        def create(*args, **kwargs):
            return follow(original(*args, **kwargs), heard)

        monkeypatch.setattr(Completions, "create", create)

    begin(theirs, install, comes)
    with client_of(provider) as client:
        taken = list(client.chat.completions.create(**ASK, stream=True))

    (run,) = read_runs()
    assert outline(run) == OURS[0]
    assert heard == taken
    (answer,) = run["executions"][0]["outputs"]["messages"]
    assert [part["content"] for part in answer["parts"]] == ["fine, thank you"]


# ── LangSmith ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def langsmith_runs():
    """A client of LangSmith that keeps what it is told, and sends nothing."""
    langsmith = pytest.importorskip("langsmith")

    class Keeping(langsmith.Client):
        def create_run(self, name, inputs, run_type, **_):
            self.kept.append(run_type)

        def update_run(self, *_, **__):
            pass

    Keeping.kept = []
    client = Keeping(api_url="http://127.0.0.1:9", api_key="none", auto_batch_tracing=False)
    with langsmith.tracing_context(enabled=True, client=client):
        yield client


async def read(stream):
    return [chunk async for chunk in stream]


def calls(client):
    """Return a call that waits for its answer, and one that streams it."""
    create = partial(client.chat.completions.create, **ASK)
    if isinstance(client, openai.OpenAI):
        return {"whole": create, "streamed": lambda: list(create(stream=True))}

    async def whole():
        async with client:
            await create()

    async def streamed():
        async with client:
            await read(await create(stream=True))

    return {"whole": lambda: asyncio.run(whole()), "streamed": lambda: asyncio.run(streamed())}


@pytest.mark.parametrize("comes", ORDERS)
@pytest.mark.parametrize("way", ["whole", "streamed"])
@pytest.mark.parametrize("kind", [openai.OpenAI, openai.AsyncOpenAI], ids=lambda kind: kind.__name__)
def test_a_client_that_langsmith_wraps_is_recorded_once(  # noqa: PLR0913, PLR0917 - fixtures, and a table
    install, read_runs, provider, langsmith_runs, kind, way, comes
):
    from langsmith.wrappers import wrap_openai

    client = client_of(provider, kind)
    begin(lambda: wrap_openai(client, tracing_extra={"client": langsmith_runs}), install, comes)

    calls(client)[way]()

    assert [outline(run) for run in read_runs()] == OURS
    assert langsmith_runs.kept == ["llm"]


@pytest.mark.parametrize("comes", ORDERS)
def test_a_model_with_langsmiths_handler_is_recorded_once(install, read_runs, provider, langsmith_runs, comes):
    langchain_openai = pytest.importorskip("langchain_openai")
    from langchain_core.tracers import LangChainTracer

    handlers = []
    begin(lambda: handlers.append(LangChainTracer(client=langsmith_runs)), install, comes)
    provider.script("fine")

    model = langchain_openai.ChatOpenAI(model="gpt-5.2", base_url=provider.openai_url, api_key="none")
    model.invoke("hi", {"callbacks": handlers})

    assert [outline(run) for run in read_runs()] == ["request ChatOpenAI\n  llm ChatOpenAI"]
    assert langsmith_runs.kept == ["llm"]


@pytest.mark.parametrize("comes", ORDERS)
def test_openllmetry_and_we_record_a_call_once(install, read_runs, provider, comes):
    theirs = pytest.importorskip("opentelemetry.instrumentation.openai").OpenAIInstrumentor()
    begin(theirs.instrument, install, comes)

    with client_of(provider) as client:
        client.chat.completions.create(**ASK)
    theirs.uninstrument()

    assert [outline(run) for run in read_runs()] == OURS
