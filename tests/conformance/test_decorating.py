"""Decorated functions travel, can be switched off, and nothing but what can be called is decorated."""

import functools
import multiprocessing
import os
import pickle
import sys
from concurrent.futures import ProcessPoolExecutor

import pytest
from conformance import pickled_agents
from conformance.trees import expected_trees, trees_of

from gradient.runtime import GradientError, NotTraceable, get_runtime_manager
from gradient.runtime.context import current_scope
from gradient.sdk import current_request, entrypoint, step

# ── pickling ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "function",
    [
        pickled_agents.answer,
        pickled_agents.answer_async,
        pickled_agents.lookup,
        pickled_agents.Agent.static,
        pickled_agents.Agent.method,
    ],
)
def test_a_decorated_function_is_pickled_by_its_name(function):
    assert pickle.loads(pickle.dumps(function)) is function


@pytest.mark.parametrize("method", ["method", "static", "of_class"])
def test_a_decorated_method_is_pickled_with_its_object(runtime, method):
    bound = getattr(pickled_agents.Agent(), method)

    assert pickle.loads(pickle.dumps(bound))("Why") == "Why!"


def test_a_spawned_process_runs_a_decorated_function_and_records_it(runtime, read_runs, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))

    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        answer = pool.submit(pickled_agents.answer, "Why").result()

    (run,) = read_runs()
    assert answer == "Why!"
    assert run["process"]["pid"] != os.getpid()
    assert trees_of([run]) == "request answer: completed\n  step think: completed\n"


def test_what_is_submitted_to_a_process_pool_in_a_request_can_be_pickled(runtime, monkeypatch):
    """A pool of processes must not be handed our scope, as a pool of threads is."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))

    @entrypoint
    def agent():
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            return pool.submit(pickled_agents.lookup, "Why").result()

    assert agent() == "Why!"


# ── arguments of the decorator ───────────────────────────────────────────────────────────────────────────────────────


def test_every_argument_of_the_decorator_is_recorded(runtime, read_runs):
    @entrypoint(
        name="support", tags=["beta", "eu"], metadata={"version": 3}, session_id="chat-1", user_id="ann",
        capture_inputs=False, capture_outputs=False,
    )  # fmt: skip
    def agent(question):
        return "secret"

    agent("secret")

    (run,) = read_runs()
    told = ("entrypoint", "tags", "metadata", "session_id", "user_id", "inputs", "outputs")
    assert {key: run[key] for key in told} == {
        "entrypoint": "support",
        "tags": ["beta", "eu"],
        "metadata": {"version": 3},
        "session_id": "chat-1",
        "user_id": "ann",
        "inputs": None,
        "outputs": None,
    }


def test_a_bare_decorator_records_arguments_by_name_and_the_answer(runtime, read_runs):
    @entrypoint
    def agent(question, *more, polite=True, **rest):
        return {"answer": 42}

    agent("Why", 1, 2, polite=False, tone="dry")

    (run,) = read_runs()
    assert run["inputs"] == {"question": "Why", "more": [1, 2], "polite": False, "tone": "dry"}
    assert run["outputs"] == {"answer": 42}


def test_one_tag_may_stand_alone(runtime, read_runs):
    entrypoint(tags="beta")(lambda: None)()

    assert [run["tags"] for run in read_runs()] == [["beta"]]


def test_the_items_of_a_stream_and_what_it_returns_are_recorded(runtime, read_runs):
    @entrypoint
    def stream():
        yield "a"
        yield "b"
        return "end"

    list(stream())

    assert [run["outputs"] for run in read_runs()] == [{"items": ["a", "b"], "returned": "end"}]


def test_decorating_twice_records_once_and_the_last_one_wins(runtime, read_runs):
    @entrypoint(name="outer")
    @entrypoint(name="inner")
    def agent():
        pass

    agent()

    assert trees_of(read_runs()) == "request outer: completed\n"


def test_decorating_a_static_method_twice_records_once(runtime, read_runs):
    class Agent:
        @entrypoint
        @staticmethod
        @entrypoint
        def answer():
            pass

    Agent.answer()

    assert trees_of(read_runs()) == "request answer: completed\n"


def test_what_somebody_else_put_around_a_decorated_function_stays(runtime):
    """Their wrapper has all that ours has in `__dict__`, and must not be taken for ours."""
    inner = entrypoint(lambda: "inner")

    @functools.wraps(inner)
    def around():
        return f"around {inner()}"

    assert entrypoint(around)() == "around inner"


# ── switched off, and misused ────────────────────────────────────────────────────────────────────────────────────────


def test_switched_off_the_decorator_is_the_identity(monkeypatch, home):
    monkeypatch.setenv("GRADIENT_ENABLED", "0")

    def agent():
        with step("work") as work:
            work.outputs = 1
        return current_request()

    method = staticmethod(agent)

    assert entrypoint(agent) is entrypoint()(agent) is entrypoint(name="agent")(agent) is agent
    assert entrypoint(method) is method
    assert agent() is None
    assert get_runtime_manager().get_tracker().get_executions() == []
    assert not home.exists()


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (3, "int."),
        ("agent", "str. A name is given by keyword: name=..."),
        (property(lambda self: 1), "property. Put it on the function, below @property."),
        (functools.partialmethod(print), "partialmethod."),
        (pickled_agents.Agent, "the class Agent. Put it on a method."),
    ],
)
@pytest.mark.parametrize(("decorator", "word"), [(entrypoint, "entrypoint"), (step("work"), "step")])
def test_what_cannot_be_called_is_refused_with_what_it_is(runtime, decorator, word, target, told):
    with pytest.raises(NotTraceable) as raised:
        decorator(target)

    assert str(raised.value) == f"@{word} needs a function or a callable object, not {told}"
    assert isinstance(raised.value, TypeError)
    assert isinstance(raised.value, GradientError)


def test_a_runtime_that_cannot_start_leaves_the_function_as_it_is(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("gradient.runtime.manager.load_settings", None)

    def agent():
        return 1

    assert entrypoint(agent) is agent
    assert "nothing is traced" in capsys.readouterr().err


def test_a_nested_entrypoint_that_fails_is_recorded_as_a_failed_step(runtime, read_runs):
    @entrypoint
    def inner():
        raise KeyError

    @entrypoint
    def outer():
        with pytest.raises(KeyError):
            inner()

    outer()

    assert trees_of(read_runs()) == expected_trees("""
        request outer: completed
          step inner: error
    """)
    assert current_scope.get() is None
