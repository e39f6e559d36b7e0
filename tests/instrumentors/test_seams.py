"""Seams over classes that override each other's methods, and over streams that end before they are exhausted."""

import sys
from types import ModuleType

import pytest

from gradient.instrumentors.seams import Call, Seam, SeamCall, SeamInstrumentor
from gradient.runtime import Step
from gradient.testing import record

END = "end"


class Client:
    """What a framework has its users derive from."""

    def ask(self, question):
        raise NotImplementedError

    ask.__isabstractmethod__ = True

    async def stream(self, question):
        for word in question.split():
            yield word
        yield END
        yield "never asked for"


class Polite(Client):
    def ask(self, question):
        return f"please: {question}"


class VeryPolite(Polite):
    def ask(self, question):
        return super().ask(f"please: {question}")

    def stream(self, question):
        """As some frameworks have it: a plain function that returns an async generator."""
        if not question:
            raise ValueError("nothing is asked")
        return super().stream(question)


class ClientInstrumentor(SeamInstrumentor):
    """Listens to clients, whatever they are derived from."""

    name = "acme"
    modules = ("acme_clients",)

    def seams(self, module):
        yield Seam(module.Client, "ask", describe, overrides=True, nests=False, call=Counted)
        yield Seam(module.Client, "stream", describe, is_result=END.__eq__, overrides=True, nests=False)


class Counted(SeamCall):
    """Learns from the result."""

    def end(self, result, error):
        self.scope.metadata = {"characters": len(result)}
        super().end(result, "too long" if len(result) > 30 else error)


def describe(call: Call) -> Step:
    return Step(type(call.instance).__name__, "llm", "acme", call.argument("question"))


@pytest.fixture(autouse=True)
def framework(monkeypatch):
    module = ModuleType("acme_clients")
    module.Client = Client
    monkeypatch.setitem(sys.modules, "acme_clients", module)


@pytest.fixture
def recorded(framework):
    with record(ClientInstrumentor()) as recorded:
        yield recorded


def told(recorded):
    return [(each.node_name, each.status, each.inputs, each.outputs) for each in recorded.executions]


@pytest.mark.parametrize("kind", [Polite, VeryPolite])
def test_a_method_that_overrides_the_seam_is_one_call_also_where_it_calls_what_it_overrides(recorded, kind):
    answer = kind().ask("why?")

    assert told(recorded) == [(kind.__name__, "completed", "why?", answer)]


def test_a_class_that_is_defined_later_is_recorded_until_we_leave_and_is_left_as_it_was(recorded):
    def ask(self, question):
        return question

    late = type("Late", (Client,), {"ask": ask})
    late().ask("why?")
    recorded.manager.uninstall_instrumentation()
    late().ask("why?")

    assert [name for name, *_ in told(recorded)] == ["Late"]
    assert vars(late)["ask"] is ask
    assert "__init_subclass__" not in vars(Client)


def test_what_a_class_learns_of_its_subclasses_it_still_learns(recorded):
    learnt = []

    class Learning(Client):
        def __init_subclass__(cls, *, title, **options):
            super().__init_subclass__(**options)
            learnt.append((cls.__name__, title))

    type(Client)("Titled", (Learning,), {}, title="a")

    assert learnt == [("Titled", "a")]


def test_an_abstract_method_stays_abstract(recorded):
    assert Client.ask.__isabstractmethod__
    assert told(recorded) == []


@pytest.mark.parametrize("kind", [Polite, VeryPolite])
async def test_a_stream_is_over_with_its_result_although_nobody_exhausts_it(recorded, kind):
    stream = kind().stream("a b")
    async for item in stream:
        if item == END:
            break

    assert told(recorded) == [(kind.__name__, "completed", "a b", END)]
    await stream.aclose()
    assert told(recorded) == [(kind.__name__, "completed", "a b", END)]


async def test_a_stream_that_is_closed_before_its_result_is_abandoned(recorded):
    stream = VeryPolite().stream("a b")
    await stream.__anext__()
    await stream.aclose()

    assert told(recorded) == [("VeryPolite", "abandoned", "a b", "a")]


def test_a_plain_function_that_fails_before_there_is_a_stream_is_an_error(recorded):
    with pytest.raises(ValueError, match="nothing is asked"):
        VeryPolite().stream("")

    assert told(recorded) == [("VeryPolite", "error", "", None)]


def test_a_result_that_cannot_be_described_costs_the_outputs_and_one_warning(recorded, capsys):
    class Silent(Client):
        def ask(self, question):
            return None

    assert Silent().ask("why?") is None

    assert told(recorded) == [("Silent", "completed", "why?", None)]
    assert capsys.readouterr().err.count("the end of a call could not be recorded") == 1


def test_a_call_of_its_own_may_learn_from_the_result_and_find_an_error_in_it(recorded):
    Polite().ask("why?")
    Polite().ask("why " * 10)

    short, long = recorded.executions
    assert (short.status, short.metadata) == ("completed", {"characters": 12})
    assert (long.status, long.error) == ("error", "too long")
