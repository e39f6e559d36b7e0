"""No code of the user's keys and values runs because of us, wherever they are given to us or pass by.

Every method that Python calls by itself is watched, on objects of many types; a call counts where a frame of ours made
it. Keys look like each of the words that our code looks for, and are no plain texts: a lookup in a dictionary would
compare them. Exceptions are left out: as in a traceback, their message is what their `__str__` gives.
"""

import sys
from functools import partial
from pathlib import Path

import pytest
from langchain_core.runnables import RunnableLambda
from support.scripted import ScriptedModel, graph_of

import gradient.runtime
from gradient.sdk import annotate, entrypoint, session, set_metadata, step

OURS = Path(gradient.runtime.__file__).parents[1]
METHODS = [
    "__eq__", "__ne__", "__hash__", "__bool__", "__len__", "__repr__", "__str__", "__getattr__", "__iter__",
    "__format__",
    "__getitem__", "__contains__", "__lt__", "__add__", "__call__", "__index__", "__int__", "__float__", "__bytes__",
    "__fspath__", "__copy__", "__deepcopy__", "__reduce_ex__", "__getstate__", "__dir__", "__enter__", "__await__",
    "__next__", "__reversed__", "__missing__", "__length_hint__", "__instancecheck__", "__or__", "__ror__",
]  # fmt: skip
BASES = [object, str, int, float, bytes, list, tuple, dict, set, frozenset]


class Watch:
    """Notes which methods of watched objects our frames call."""

    def __init__(self):
        self.calls = []
        self.is_on = False

    def kind(self, base):
        """Return a class of watched objects."""
        found = {name: self._method(base, name) for name in METHODS if name == "__getattr__" or hasattr(base, name)}
        return type(f"Watched{base.__name__.title()}", (base,), found)

    def _method(self, base, name):
        inherited = getattr(base, name, None)

        def method(this, *args):
            frame = sys._getframe(1)
            if self.is_on and Path(frame.f_code.co_filename).is_relative_to(OURS):
                self.calls.append(f"{base.__name__}.{name} in {frame.f_code.co_name}:{frame.f_lineno}")
            if inherited is None:
                raise AttributeError(*args)
            return inherited(this, *args)

        return method


@pytest.fixture
def watch(runtime):
    """What watches, while the test runs."""
    watch = Watch()
    yield watch
    watch.is_on = False


def words():
    """Return every text in our code that could be looked for."""
    found = set()
    for path in sorted(OURS.rglob("*.py")):
        if path.parent.name in {"runtime", "instrumentors", "sdk", "conversations", "redaction", "journal"}:
            waiting = [compile(path.read_text("utf-8"), path, "exec")]
            for code in waiting:
                waiting += [constant for constant in code.co_consts if hasattr(constant, "co_consts")]
                found |= {each for each in code.co_consts if type(each) is str and len(each) < 30}
                found |= {each for few in code.co_consts if type(few) is tuple for each in few if type(each) is str}
    return sorted(found)


def values(watch):
    """Return watched objects of each type, alone and as keys, members and items of others."""
    kinds = [watch.kind(base) for base in BASES]
    alone = [kind() for kind in kinds]
    text = watch.kind(str)
    keys = {text(word): 1 for word in words()}
    hashable = [value for value in alone if not isinstance(value, (list, dict, set))]
    return {
        "alone": alone,
        "keys": dict.fromkeys(hashable, 1),
        "words as keys": keys,
        "words as keys, nested": [{"content": {"deep": [keys]}}],
        "members": set(hashable),
        "frozen members": frozenset(hashable),
        "subclass of dict": watch.kind(dict)(keys),
        "a message": {"role": text("user"), "content": [{"type": text("text"), "text": text("hello")}]},
        "messages": [{text("role"): "user", text("content"): text("hello")}],
        "numbers": [watch.kind(float)(1.5), watch.kind(int)(3)] * 20,
    }


CASES = list(values(Watch()))


@pytest.fixture(params=CASES)
def value(request, watch):
    """One of the values, watched from now on."""
    given = values(watch)[request.param]
    watch.is_on = True
    return given


def test_what_a_traced_function_is_given_and_gives_back(watch, value):
    traced = step("inner")(lambda given, **_: given)

    @entrypoint
    def agent(given, **more):
        with step("a block", inputs=given, metadata={"given": given}) as block:
            block.outputs = given
            block.set_metadata(given=given)
            block.event("noted", given=given)
        annotate("noted", given=given)
        set_metadata(given=given)
        return traced(given, more=given)

    @entrypoint
    def stream(given):
        yield given
        return given

    assert agent(value, more=value) is value
    assert next(stream(value)) is value
    assert not watch.calls, watch.calls[:6]


def test_what_a_request_is_called_and_belongs_to(watch, value):
    for each in value if isinstance(value, list) else [value]:
        decorated = entrypoint(name="agent", tags=["a", each], metadata={"given": each}, session_id=each, user_id=each)
        with session(each, user_id=each, tags=[each], metadata={"given": each}):
            decorated(lambda: None)()
            with step("named", kind="tool", metadata={"given": each}):
                pass

    assert not watch.calls, watch.calls[:6]


def test_what_passes_through_a_graph(watch, value):
    model = ScriptedModel()

    def node(state):
        RunnableLambda(lambda given: given).invoke(state["value"])
        model.invoke("hello", {"tags": ["t"], "metadata": {"given": value}})
        return {"value": value}

    config = {"configurable": {"thread_id": "1", "given": value}, "metadata": {"given": value}}
    entrypoint(partial(graph_of(node).invoke, config=config))({"value": value})

    assert not watch.calls, watch.calls[:6]


@pytest.mark.parametrize("base", [str, int, float, bytes, tuple, frozenset, object])
def test_what_a_graph_is_configured_with(watch, base):
    identity, text = watch.kind(base)(), watch.kind(str)
    # Under names that nobody looks for: in these dictionaries, LangGraph looks for its own.
    keys = {text(f"{word} of mine"): identity for word in words()}
    model = ScriptedModel(params={"temperature": identity, "model": text("m")})

    def node(state):
        return {"value": model.invoke("hello", {"metadata": {"ls_model_name": text("m"), **keys}})}

    graph = graph_of(node)
    config = {"configurable": {**keys, "thread_id": identity}, "metadata": keys, "tags": [text("a tag")]}
    watch.is_on = True

    entrypoint(graph.invoke)({"value": keys}, config)
    graph.invoke({"value": keys}, config | {"run_name": text("named")})

    assert not watch.calls, watch.calls[:6]
