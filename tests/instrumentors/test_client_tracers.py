"""Somebody else wraps a client before us or after us, or keeps what we wrap: each call is recorded once."""

import asyncio
import inspect
from functools import partial, wraps

import pytest
from support.outlines import outline

from gradient.runtime import RuntimeManager
from gradient.runtime.manager import set_runtime_manager

openai = pytest.importorskip("openai")
anthropic = pytest.importorskip("anthropic")

HELLO = [{"role": "user", "content": "How are you?"}]
CLIENTS = [openai.OpenAI, openai.AsyncOpenAI, anthropic.Anthropic, anthropic.AsyncAnthropic]


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


@pytest.fixture(params=CLIENTS, ids=lambda kind: kind.__name__)
def kind(request):
    return request.param


def wrapped(original, heard):
    """Return what a tracer makes of a method."""
    if inspect.iscoroutinefunction(original):

        @wraps(original)
        async def call(*args, **kwargs):
            heard.append(original)
            return await original(*args, **kwargs)

    else:

        @wraps(original)
        def call(*args, **kwargs):
            heard.append(original)
            return original(*args, **kwargs)

    return call


def on_the_class(kind, name, heard, monkeypatch):
    monkeypatch.setattr(kind, name, wrapped(getattr(kind, name), heard))
    return kind


def on_each_instance(kind, name, heard, monkeypatch):
    def made(**options):
        client = kind(**options)
        setattr(client, name, wrapped(getattr(client, name), heard))
        return client

    return made


def in_a_subclass(kind, name, heard, monkeypatch):
    return type("Gateway", (kind,), {name: wrapped(getattr(kind, name), heard)})


def in_a_partial(kind, name, heard, monkeypatch):
    def made(**options):
        client = kind(**options)
        setattr(client, name, partial(wrapped(getattr(kind, name), heard), client))
        return client

    return made


def wrapt_as_others_do(kind, name, heard, monkeypatch):
    import wrapt

    def call(original, instance, args, kwargs):
        heard.append(original)
        return original(*args, **kwargs)

    monkeypatch.setattr(kind, name, wrapt.FunctionWrapper(vars(kind).get(name) or getattr(kind, name), call))
    return kind


WAYS = [on_the_class, on_each_instance, in_a_subclass, in_a_partial, wrapt_as_others_do]


def client_of(made, kind, provider):
    base = provider.openai_url if "OpenAI" in kind.__name__ else provider.anthropic_url
    return made(base_url=base, api_key="none", max_retries=0)


def ask(client, kind, provider):
    """Ask a model once, in whichever colour and shape the client has."""
    provider.script("fine")
    if "OpenAI" in kind.__name__:
        call = partial(client.chat.completions.create, model="gpt-5.2", messages=HELLO)
    else:
        call = partial(client.messages.create, model="gpt-5.2", messages=HELLO, max_tokens=9)
    if "Async" not in kind.__name__:
        with client:
            return call()

    async def asked():
        async with client:
            return await call()

    return asyncio.run(asked())


@pytest.mark.parametrize("name", ["request", "post"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("comes", ["first", "last"])
def test_a_call_is_recorded_once_whoever_came_first(  # noqa: PLR0913, PLR0917 - fixtures, and a table
    install, read_runs, provider, monkeypatch, kind, name, way, comes
):
    heard = []
    if comes == "last":
        install()
    made = way(kind, name, heard, monkeypatch)
    client = client_of(made, kind, provider)
    if comes == "first":
        install()

    ask(client, kind, provider)

    assert len(heard) == 1
    assert [outline(run) for run in read_runs()] == ["request gpt-5.2\n  llm gpt-5.2"]


def test_a_client_that_was_wrapped_and_used_before_us_is_recorded(install, read_runs, provider, monkeypatch, kind):
    client = client_of(on_each_instance(kind, "request", [], monkeypatch), kind, provider)
    resource = client.chat.completions if "OpenAI" in kind.__name__ else client.messages
    install()
    assert resource._client is client  # it keeps what it calls with, from before
    ask(client, kind, provider)

    assert len(read_runs()) == 1


def test_a_client_that_tries_another_model_makes_two_calls(install, read_runs, provider):
    class Twice(openai.OpenAI):
        def request(self, cast_to, options, **more):
            super().request(cast_to, options, **more)
            return super().request(cast_to, options, **more)

    install()
    provider.script("fine")
    ask(client_of(Twice, openai.OpenAI, provider), openai.OpenAI, provider)

    assert len(read_runs()) == 2


def test_a_function_is_what_it_was_once_nobody_listens(install, provider, kind):
    function = kind.request
    before = (function.__code__, dict(vars(function)), inspect.signature(function))

    install()
    assert inspect.signature(function) == before[2]
    assert inspect.iscoroutinefunction(function) is ("Async" in kind.__name__)
    install()
    set_runtime_manager(None).shutdown()


@pytest.mark.parametrize("comes", ["first", "last"])
def test_openinference_and_we_record_a_call_once(install, read_runs, provider, comes):
    theirs = pytest.importorskip("openinference.instrumentation.openai").OpenAIInstrumentor()
    for begin in (theirs.instrument, install) if comes == "first" else (install, theirs.instrument):
        begin()

    ask(client_of(openai.OpenAI, openai.OpenAI, provider), openai.OpenAI, provider)
    theirs.uninstrument()

    assert [outline(run) for run in read_runs()] == ["request gpt-5.2\n  llm gpt-5.2"]
