"""What is installed is uninstalled to the very same objects, and installing again doubles nothing."""

import functools

import pytest
from langchain_core.runnables import RunnableLambda
from langgraph.graph import START, StateGraph
from langgraph.pregel.remote import RemoteGraph
from support.leaks import seams
from support.outlines import outline, tree

from gradient.instrumentors.langchain.instrumentor import hook
from gradient.runtime import RuntimeManager, Settings
from gradient.runtime.manager import set_runtime_manager
from gradient.runtime.status import status_of

try:
    from langgraph.pregel import _runner as runner
except ImportError:
    from langgraph.pregel import runner

TREE = tree("""
    request LangGraph
      graph LangGraph
        node work
""")


def graph():
    builder = StateGraph(dict)
    builder.add_node("work", lambda state: state)
    builder.add_edge(START, "work")
    return builder.compile()


@pytest.fixture
def manager(nothing_is_left):
    manager = RuntimeManager()
    set_runtime_manager(manager)
    return manager


def test_uninstalling_restores_the_very_same_objects(manager):
    before = seams()

    manager.install_instrumentation()
    during = seams()
    manager.uninstall_instrumentation()

    after = seams()
    assert [name for name in before if during[name] is before[name]] == []
    assert [name for name in before if after[name] is not before[name]] == []
    assert before.keys() == after.keys()


def test_nothing_is_recorded_after_uninstalling(manager, read_runs):
    manager.install_instrumentation()
    manager.uninstall_instrumentation()

    graph().invoke({})

    assert read_runs() == []


def test_installing_again_doubles_nothing(manager, read_runs):
    for _ in range(3):
        manager.install_instrumentation()
        manager.install_instrumentation()
        manager.uninstall_instrumentation()
    manager.install_instrumentation()

    graph().invoke({})

    assert [outline(run) for run in read_runs()] == [TREE]


def test_a_patch_over_ours_survives_and_our_wrapper_goes_inert(manager, read_runs):
    ours_installed = manager.install_instrumentation
    original = runner.run_with_retry
    ours_installed()
    ours, calls = runner.run_with_retry, []

    def theirs(*args, **kwargs):
        calls.append(1)
        return ours(*args, **kwargs)

    runner.run_with_retry = theirs
    try:
        manager.uninstall_instrumentation()
        assert runner.run_with_retry is theirs
        graph().invoke({})
        assert read_runs() == []

        manager.install_instrumentation()
        assert runner.run_with_retry is theirs
        graph().invoke({})
        assert [outline(run) for run in read_runs()] == [TREE]
        assert len(calls) >= 2
    finally:
        manager.uninstall_instrumentation()
        runner.run_with_retry = original


def test_a_patch_over_ours_that_was_taken_back_leaves_no_double(manager, read_runs):
    original = runner.run_with_retry
    manager.install_instrumentation()
    runner.run_with_retry = functools.partial(runner.run_with_retry)
    manager.uninstall_instrumentation()
    runner.run_with_retry = original

    manager.install_instrumentation()
    graph().invoke({})

    assert [outline(run) for run in read_runs()] == [TREE]


def test_a_method_that_a_subclass_inherits_stays_inherited(manager):
    class Mine(RemoteGraph):
        """Inherits its streams, as most subclasses in frameworks do."""

    manager.install_instrumentation()
    manager.uninstall_instrumentation()

    assert "stream" not in vars(Mine)


def test_the_last_of_two_managers_to_install_records_and_neither_doubles(manager, read_runs, tmp_path):
    second = RuntimeManager(settings=Settings(home=tmp_path / "second", console="off"))
    manager.install_instrumentation()
    second.install_instrumentation()
    try:
        graph().invoke({})
    finally:
        second.shutdown()

    recorded_by_second = [execution.node_name for execution in second.get_tracker().get_executions()]
    recorded_by_first = [execution.node_name for execution in manager.get_tracker().get_executions()]
    assert sorted(recorded_by_first + recorded_by_second) == ["LangGraph", "work"]


def test_a_manager_that_is_uninstalled_does_not_take_anothers_handler_away(manager, tmp_path):
    second = RuntimeManager(settings=Settings(home=tmp_path / "second", console="off"))
    manager.install_instrumentation()
    second.install_instrumentation()
    RunnableLambda(str).invoke("")  # from its first run on, LangChain asks for handlers

    manager.uninstall_instrumentation()
    handed_out = hook.get()
    second.shutdown()

    assert handed_out is not None
    assert handed_out.tracker is second.get_tracker()
    assert hook.get() is None


def test_uninstalling_while_a_graph_runs_breaks_nothing(manager, read_runs):
    def work(state):
        manager.uninstall_instrumentation()
        return RunnableLambda(lambda value: value).invoke(state)

    builder = StateGraph(dict)
    builder.add_node("work", work)
    builder.add_edge(START, "work")
    manager.install_instrumentation()

    assert builder.compile().invoke({"a": 1}) == {"a": 1}
    assert hook.get() is None


def test_langgraphs_control_flow_is_forgotten_with_it(manager):
    from langgraph.errors import GraphInterrupt

    manager.install_instrumentation()
    during = status_of(GraphInterrupt(()))
    manager.uninstall_instrumentation()

    assert (during, status_of(GraphInterrupt(()))) == ("interrupted", "error")


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ({"disabled_instrumentors": ("langchain",)}, ["node work"]),
        ({"disabled_instrumentors": ("langgraph",)}, []),
        ({"instrumentors": ("langgraph",)}, ["node work"]),
    ],
    ids=str,
)
def test_one_of_the_two_can_be_installed_without_the_other(nothing_is_left, read_runs, home, setting, expected):
    manager = RuntimeManager(settings=Settings(home=home, console="off", **setting))
    set_runtime_manager(manager)
    manager.install_instrumentation()
    builder = StateGraph(dict)
    builder.add_node("work", lambda state: RunnableLambda(lambda value: value, name="inner").invoke(state))
    builder.add_edge(START, "work")

    builder.compile().invoke({"a": 1})

    (run,) = read_runs()
    lines = [f"{one['kind']} {one['name']}" for one in run["executions"]]
    assert [line for line in lines if line.startswith("node")] == expected
    assert ("chain inner" in lines) is ("langchain" not in setting.get("disabled_instrumentors", ()) and not expected)


def test_events_go_to_the_manager_of_the_request_whoever_installed_last(manager, read_runs, tmp_path):
    second = RuntimeManager(settings=Settings(home=tmp_path / "second", console="off"))
    manager.install_instrumentation()
    second.install_instrumentation()
    manager.start_request("mine")
    try:
        graph().invoke({})
    finally:
        manager.end_request()
        second.shutdown()

    (run,) = read_runs()
    assert outline(run) == tree("""
        request mine
          graph LangGraph
            node work
    """)
    assert run["graphs"][0]["name"] == "LangGraph"
    assert second.get_tracker().get_executions() == []


@pytest.mark.parametrize("first_goes_first", [True, False])
def test_managers_may_go_in_any_order(manager, tmp_path, first_goes_first):
    before = seams()
    second = RuntimeManager(settings=Settings(home=tmp_path / "second", console="off"))
    manager.install_instrumentation()
    second.install_instrumentation()

    for leaving in (manager, second) if first_goes_first else (second, manager):
        leaving.uninstall_instrumentation()

    assert all(found is before[name] for name, found in seams().items())


def test_the_manager_that_stays_goes_on_recording(manager, read_runs, tmp_path):
    second = RuntimeManager(settings=Settings(home=tmp_path / "second", console="off"))
    manager.install_instrumentation()
    second.install_instrumentation()
    second.shutdown()

    graph().invoke({})

    assert [outline(run) for run in read_runs()] == [TREE]
