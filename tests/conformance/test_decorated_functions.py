"""What the decorator gives back is the function it was given, as far as anybody can tell."""

import asyncio
import functools
import inspect
import sys

import pytest
from conformance.trees import trees_of

from gradient.sdk import entrypoint, step


def plain(question: str, *more: int, polite: bool = True, **rest: float) -> str:
    """Answer a question."""
    return question


async def coroutine(question: str) -> str:
    return question


def generator(question: str):
    yield question


async def async_generator(question: str):
    yield question


COLOURS = [plain, coroutine, generator, async_generator]
PREDICATES = [
    inspect.isfunction,
    inspect.isroutine,
    inspect.iscoroutinefunction,
    inspect.isgeneratorfunction,
    inspect.isasyncgenfunction,
    asyncio.iscoroutinefunction if sys.version_info < (3, 14) else inspect.iscoroutinefunction,
]
DECORATORS = [
    pytest.param(entrypoint, id="entrypoint"),
    pytest.param(entrypoint(), id="entrypoint()"),
    pytest.param(step("work"), id="step"),
]


@pytest.fixture(params=DECORATORS)
def decorator(request, runtime):
    return request.param


@pytest.mark.parametrize("function", COLOURS)
def test_a_function_keeps_its_colour(decorator, function):
    decorated = decorator(function)

    assert [is_of(decorated) for is_of in PREDICATES] == [is_of(function) for is_of in PREDICATES]


@pytest.mark.parametrize("function", COLOURS)
def test_a_function_keeps_signature_name_and_documentation(decorator, function):
    decorated = decorator(function)

    assert inspect.signature(decorated) == inspect.signature(function)
    for attribute in ("__name__", "__qualname__", "__module__", "__doc__", "__annotations__"):
        assert getattr(decorated, attribute) == getattr(function, attribute)
    assert decorated.__wrapped__ is function


def test_what_a_function_returns_is_the_very_same_object(decorator):
    answer = object()

    assert decorator(lambda: answer)() is answer


def test_what_a_stream_yields_and_returns_are_the_very_same_objects(decorator):
    items, end = [object(), object()], object()

    @decorator
    def stream():
        yield from items
        return end

    read = stream()
    assert [next(read) is item for item in items] == [True, True]
    with pytest.raises(StopIteration) as stopped:
        next(read)
    assert stopped.value.value is end


def test_what_is_sent_to_a_stream_and_thrown_into_it_arrives(decorator):
    sent, thrown, arrived = object(), KeyError("thrown"), []

    @decorator
    def stream():
        arrived.append((yield))
        try:
            yield
        except KeyError as error:
            arrived.append(error)
        yield

    read = stream()
    next(read)
    read.send(sent)
    read.throw(thrown)

    assert arrived[0] is sent
    assert arrived[1] is thrown


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), SystemExit(2), asyncio.CancelledError()])
def test_what_a_function_raises_is_the_very_same_exception(decorator, error):
    cause = LookupError()

    @decorator
    def agent():
        raise error from cause

    with pytest.raises(type(error)) as raised:
        agent()
    assert raised.value is error
    assert error.__cause__ is cause


async def test_what_a_coroutine_raises_is_the_very_same_exception(decorator):
    error = ValueError("no")

    @decorator
    async def agent():
        raise error

    with pytest.raises(ValueError, match="no") as raised:
        await agent()
    assert raised.value is error


async def test_what_a_stream_raises_is_the_very_same_exception(decorator):
    error = ValueError("no")

    @decorator
    async def stream():
        yield 1
        raise error

    read = stream()
    await anext(read)
    with pytest.raises(ValueError, match="no") as raised:
        await anext(read)
    assert raised.value is error


def test_a_stream_is_read_one_by_one(decorator):
    made = []

    @decorator
    def stream():
        for number in range(3):
            made.append(number)
            yield number

    read = stream()
    assert made == []
    next(read)
    assert made == [0]


def test_arguments_are_the_very_same_objects(decorator):
    given = [object(), object()]

    @decorator
    def agent(first, *, second):
        return first, second

    assert all(got is sent for got, sent in zip(agent(given[0], second=given[1]), given, strict=True))


def test_a_call_that_does_not_fit_the_signature_raises_what_the_function_raises(decorator):
    with pytest.raises(TypeError, match=r"plain\(\) missing 1 required positional argument: 'question'"):
        decorator(plain)()


# ── methods ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def methods_of(decorator):
    class Agent:
        @decorator
        def method(self, question):
            return self, question

        @staticmethod
        @decorator
        def static_above(question):
            return question

        @decorator
        @staticmethod
        def static_below(question):
            return question

        @classmethod
        @decorator
        def class_above(cls, question):
            return cls, question

        @decorator
        @classmethod
        def class_below(cls, question):
            return cls, question

    return Agent


def test_methods_work_above_and_below_static_and_class_methods(decorator):
    cls = methods_of(decorator)
    agent = cls()

    assert agent.method("?") == (agent, "?")
    for owner in (cls, agent):
        assert owner.static_above("?") == owner.static_below("?") == "?"
        assert owner.class_above("?") == owner.class_below("?") == (cls, "?")


def test_self_and_cls_are_no_inputs(decorator, read_runs):
    agent = methods_of(decorator)()
    calls = [agent.method, agent.static_above, agent.static_below, agent.class_above, agent.class_below]

    for call in calls:
        call("?")

    recorded = [run["executions"][0] if run["executions"] else run for run in read_runs()]
    assert [run["inputs"] for run in recorded] == [{"question": "?"}] * 5


def test_a_method_that_calls_its_parents_is_one_inside_the_other(runtime, read_runs):
    class Base:
        @entrypoint
        def answer(self):
            return 1

    class Derived(Base):
        @entrypoint
        def answer(self):
            return super().answer() + 1

    assert Derived().answer() == 2
    assert trees_of(read_runs()) == "request answer: completed\n  step answer: completed\n"


# ── callable objects ─────────────────────────────────────────────────────────────────────────────────────────────────


class Callable:
    def __call__(self, question):
        return question


class AsyncCallable:
    async def __call__(self, question):
        return question


class StreamingCallable:
    def __call__(self, question):
        yield question


class AsyncStreamingCallable:
    async def __call__(self, question):
        yield question


@pytest.mark.parametrize(
    ("target", "predicate", "name"),
    [
        (Callable(), lambda function: not inspect.iscoroutinefunction(function), "Callable"),
        (AsyncCallable(), inspect.iscoroutinefunction, "AsyncCallable"),
        (StreamingCallable(), inspect.isgeneratorfunction, "StreamingCallable"),
        (AsyncStreamingCallable(), inspect.isasyncgenfunction, "AsyncStreamingCallable"),
        (functools.partial(plain, "?"), inspect.isroutine, "plain"),
        (functools.partial(coroutine, "?"), inspect.iscoroutinefunction, "coroutine"),
        (functools.partial(generator, "?"), inspect.isgeneratorfunction, "generator"),
        (functools.partial(functools.partial(async_generator), "?"), inspect.isasyncgenfunction, "async_generator"),
    ],
)
def test_what_can_be_called_becomes_a_function_of_its_colour(runtime, read_runs, target, predicate, name):
    arguments = () if isinstance(target, functools.partial) else ("?",)
    decorated = entrypoint(target)

    answer = run_to_the_end(decorated(*arguments))

    assert predicate(decorated)
    assert inspect.signature(decorated) == inspect.signature(target)
    assert answer in ("?", ["?"])
    assert trees_of(read_runs()) == f"request {name}: completed\n"


def run_to_the_end(answer):
    async def read():
        return [item async for item in answer]

    if inspect.iscoroutine(answer):
        return asyncio.run(answer)
    if inspect.isasyncgen(answer):
        return asyncio.run(read())
    return list(answer) if inspect.isgenerator(answer) else answer


async def test_what_is_sent_to_a_streaming_object_arrives_and_it_is_closed(runtime):
    heard = []

    class Stream:
        async def __call__(self):
            try:
                while True:
                    heard.append((yield))
            finally:
                heard.append("closed")

    stream = entrypoint(Stream())()
    await anext(stream)
    await stream.asend("hello")
    await stream.aclose()

    assert heard == ["hello", "closed"]


def test_an_object_keeps_its_attributes_to_itself(runtime):
    target = Callable()
    target.secret = 1

    decorated = entrypoint(target)

    assert decorated.__wrapped__ is target
    assert decorated.__name__ == "Callable"
    assert not hasattr(decorated, "secret")
