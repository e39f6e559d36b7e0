"""LangGraph's and LangChain's own behaviour is the same with and without us: events, streams, debug output, objects."""

import operator
import re
import sys
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import tool
from langgraph.graph import START, StateGraph
from langgraph.types import StreamWriter
from support.models import StreamingModel
from support.old_langgraph import LOSES_UPDATES

from gradient.runtime import RuntimeManager
from gradient.runtime.manager import set_runtime_manager

MODES = ["values", "updates", "messages", "custom"]
IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}|\d{4}-\d\d-\d\dT[\d:.+]+")


class State(TypedDict, total=False):
    log: Annotated[list[Any], operator.add]


@tool
def shout(word: str) -> str:
    """Say it loudly."""
    return word.upper()


def act(state, writer: StreamWriter):
    writer("half way")
    return {"log": [shout.invoke({"word": "a"}), RunnableLambda(str).invoke(1)]}


def build():
    model = StreamingModel(script=["one two", "three four"])
    inner = StateGraph(State)
    inner.add_node("think", lambda state: {"log": [model.invoke("hi").content]})
    inner.add_edge(START, "think")
    builder = StateGraph(State)
    builder.add_node("team", inner.compile())
    builder.add_node("act", act)
    builder.add_edge(START, "team")
    builder.add_edge("team", "act")
    return builder.compile()


@pytest.fixture
def with_and_without(nothing_is_left):
    """Return a function that runs something without us and with us, and gives both results."""
    manager = RuntimeManager()
    set_runtime_manager(manager)

    async def run(function):
        without_us = await function()
        manager.install_instrumentation()
        with_us = await function()
        manager.uninstall_instrumentation()
        return without_us, with_us

    return run


def masked(value):
    """Return a value as text, with ids and times masked."""
    return IDS.sub("<id>", re.sub(r"0x[0-9a-f]+", "<address>", repr(value)))


async def test_the_events_of_astream_events_are_identical(with_and_without):
    async def events():
        return [masked(event) async for event in build().astream_events({"log": []}, version="v2")]

    without_us, with_us = await with_and_without(events)

    assert len(without_us) > 10
    assert with_us == without_us


@pytest.mark.parametrize("mode", [*MODES, "debug", ["updates", "messages"]], ids=str)
async def test_what_a_stream_gives_is_identical(with_and_without, mode):
    if LOSES_UPDATES and ("updates" in mode or mode == "debug"):
        pytest.skip("this LangGraph does not wait for the last update of a step, and may lose it")

    async def items():
        return [masked(item) for item in build().stream({"log": []}, stream_mode=mode, subgraphs=True)]

    without_us, with_us = await with_and_without(items)

    assert without_us
    assert with_us == without_us


@pytest.mark.parametrize("mode", [*MODES, "debug"])
async def test_what_an_async_stream_gives_is_identical(with_and_without, mode):
    if mode == "custom" and sys.version_info < (3, 11):
        pytest.skip("LangGraph's writer needs Python 3.11 in an async graph")

    async def items():
        return [masked(item) async for item in build().astream({"log": []}, stream_mode=mode, subgraphs=True)]

    without_us, with_us = await with_and_without(items)

    assert with_us == without_us


async def test_the_printed_debug_output_is_identical(with_and_without, capsys):
    async def printed():
        build().invoke({"log": []}, debug=True)
        return masked(capsys.readouterr().out)

    without_us, with_us = await with_and_without(printed)

    assert without_us
    assert with_us == without_us


async def test_a_handler_of_the_users_own_is_told_the_same_in_the_same_order(with_and_without):
    class Mine(BaseCallbackHandler):
        def __init__(self):
            self.told = []

        def on_chain_start(self, serialized, inputs, *, name=None, tags=None, parent_run_id=None, **kwargs):
            self.told.append(("chain", name, tags, parent_run_id is None))

        def on_chain_end(self, outputs, *, tags=None, **kwargs):
            self.told.append(("chain end", tags))

        def on_chat_model_start(self, serialized, messages, **kwargs):
            self.told.append(("model", [message.content for message in messages[0]]))

        def on_llm_new_token(self, token, **kwargs):
            self.told.append(("token", token))

        def on_tool_start(self, serialized, input_str, **kwargs):
            self.told.append(("tool", input_str))

    async def told():
        mine = Mine()
        build().invoke({"log": []}, {"callbacks": [mine]})
        return mine.told

    without_us, with_us = await with_and_without(told)

    assert len(without_us) > 5
    assert with_us == without_us


async def test_nodes_are_given_and_return_the_very_same_objects(with_and_without):
    given, made = object(), object()
    seen = []

    def node(state):
        seen.append(state["log"][0])
        return {"log": [made]}

    async def run():
        builder = StateGraph(State)
        builder.add_node("node", node)
        builder.add_edge(START, "node")
        return builder.compile().invoke({"log": [given]})["log"]

    without_us, with_us = await with_and_without(run)

    assert [without_us[0] is given, without_us[1] is made] == [True, True]
    assert [with_us[0] is given, with_us[1] is made] == [True, True]
    assert all(one is given for one in seen)


async def test_the_runs_of_a_callback_manager_are_not_made_ours(with_and_without):
    """Our handler is handed out for one run at a time: a configuration of the user's does not come back with it."""
    config = {"callbacks": [BaseCallbackHandler()], "tags": ["mine"]}

    async def run():
        RunnableLambda(str).invoke(1, config)
        return [type(handler).__name__ for handler in config["callbacks"]]

    without_us, with_us = await with_and_without(run)

    assert with_us == without_us == ["BaseCallbackHandler"]
