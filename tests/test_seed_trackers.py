"""Trackers of the seed: the default one by itself, and the user's own with only two methods."""

import pytest
from conformance.trees import expected_trees, trees_of
from support.seed import THREE_NODES, create_my_langgraph, invoke_graph, run_snippet

from gradient.runtime import DefaultExecutionTracker, ExecutionTracker, RuntimeManager
from gradient.runtime.manager import set_runtime_manager
from gradient.sdk import entrypoint


def test_a_tracker_can_be_tested_by_itself():
    run_snippet("""
        from gradient.runtime import DefaultExecutionTracker

        tracker = DefaultExecutionTracker()
        execution = tracker.start_node_execution("test", "test_node", "test_framework")
        tracker.end_node_execution(execution, outputs={"result": "success"})

        executions = tracker.get_executions()
        assert len(executions) == 1
        assert executions[0].status == "completed"
        assert executions[0].outputs == {"result": "success"}
        assert executions[0].duration_ms >= 0
    """)


def test_a_tracker_by_itself_tells_errors_and_forgets():
    tracker = DefaultExecutionTracker()

    execution = tracker.start_node_execution("test", "test_node", "test_framework", {"a": 1}, {"b": 2})
    assert (execution.status, execution.duration_ms, execution.end_time) == ("running", None, None)
    tracker.end_node_execution(execution, None, "it broke")

    assert (execution.status, execution.error) == ("error", "it broke")
    assert (execution.inputs, execution.metadata) == ({"a": 1}, {"b": 2})
    tracker.clear_executions()
    assert tracker.get_executions() == []


@pytest.fixture
def use_tracker():
    """Return a function that makes a tracker the process's."""

    def use(tracker):
        manager = RuntimeManager(tracker)
        set_runtime_manager(manager)
        manager.install_instrumentation()
        return manager

    return use


def test_a_custom_tracker_needs_its_two_methods_only(use_tracker, read_runs):
    names = run_snippet("""
        from gradient.runtime.interfaces import ExecutionTracker, NodeExecution

        calls = []

        class MyTracker(ExecutionTracker):
            def start_node_execution(self, node_id, node_name, framework, inputs=None, metadata=None):
                calls.append(("start", node_id, node_name, framework))
                return NodeExecution(...)

            def end_node_execution(self, execution, outputs=None, error=None):
                calls.append(("end", type(execution).__name__, outputs, error))
    """)
    manager = use_tracker(names["MyTracker"]())

    invoke_graph()

    of_nodes = [call for call in names["calls"] if call[1:2] != ("graph_LangGraph",)]
    assert ("start", "node_data_loader", "data_loader", "langgraph") in of_nodes
    assert [call[0] for call in names["calls"]].count("end") == 4
    assert manager.get_tracker().get_executions() == []
    assert manager.tracking.custom_failures == 0
    assert trees_of(read_runs()) == expected_trees(THREE_NODES)


def failing(*args, **kwargs):
    raise RuntimeError


@pytest.mark.parametrize(
    ("start", "end", "failures"),
    [
        (lambda *_: None, lambda *_: None, 4),
        (lambda *_: object(), failing, 4),
        (failing, lambda *_: None, 8),
        (failing, failing, 8),
    ],
)
def test_a_custom_tracker_that_fails_is_counted_and_costs_nothing(use_tracker, read_runs, start, end, failures):
    class MyTracker(ExecutionTracker):
        def start_node_execution(self, *args, **kwargs):
            return start()

        def end_node_execution(self, *args, **kwargs):
            return end()

    manager = use_tracker(MyTracker())

    invoke_graph()

    assert trees_of(read_runs()) == expected_trees(THREE_NODES)
    assert manager.tracking.custom_failures == failures


def test_the_default_tracker_gives_the_current_requests_executions(use_tracker):
    tracker = DefaultExecutionTracker()
    use_tracker(tracker)

    @entrypoint
    def agent():
        create_my_langgraph().invoke({"query": "hello"})
        return [execution.node_name for execution in tracker.get_executions()]

    names = ["LangGraph", "data_loader", "processor", "generator"]
    assert agent() == agent() == names
    assert [execution.node_name for execution in tracker.get_executions()] == names * 2


def test_an_execution_that_ends_twice_is_counted_and_keeps_its_first_end(use_tracker):
    tracker = DefaultExecutionTracker()
    manager = use_tracker(tracker)
    execution = tracker.start_node_execution("node_a", "a", "acme")

    tracker.end_node_execution(execution, outputs=1)
    tracker.end_node_execution(execution, outputs=2, error="late")

    assert (execution.outputs, execution.status, manager.tracking.unmatched) == (1, "completed", 1)
