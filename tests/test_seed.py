"""The API of the seed: its README's snippets run as written, and what they promise holds."""

import dataclasses
import inspect
import subprocess
import sys
from datetime import datetime, timezone

import pytest
from conformance.trees import expected_trees, trees_of
from support.seed import THREE_NODES, invoke_graph, run_snippet

import gradient.runtime
from gradient.runtime import (
    FrameworkInstrumentor,
    LangGraphInstrumentor,
    NodeExecution,
    RequestContext,
    RuntimeManager,
    end_request_context,
    get_current_context,
    get_runtime_manager,
    install_runtime,
    start_request_context,
    uninstall_runtime,
)
from gradient.sdk import entrypoint

# ── snippets ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_decorator_is_all_that_an_agent_needs(read_runs):
    run_snippet("""
        from gradient.sdk import entrypoint

        @entrypoint
        def my_agent(query: str, context: dict):
            graph = create_my_langgraph()
            result = graph.invoke({"query": query})
            return result

        my_agent("hello", {})
    """)

    (run,) = read_runs()
    assert trees_of([run]) == expected_trees(THREE_NODES)
    assert run["inputs"] == {"query": "hello", "context": {}}
    assert run["outputs"] == {"query": "hello"}


def test_streaming_needs_nothing_more(read_runs):
    run_snippet("""
        from gradient.sdk import entrypoint

        @entrypoint
        def my_agent(query):
            graph = create_my_langgraph()
            for chunk in graph.stream({"query": query}):
                pass

        my_agent("hello")
    """)

    assert trees_of(read_runs()) == expected_trees(THREE_NODES)


def test_requests_can_be_made_by_hand(read_runs):
    run_snippet("""
        from gradient.runtime import get_runtime_manager

        runtime = get_runtime_manager()
        runtime.start_request("my_function", inputs={"query": "hello"})

        graph = create_my_langgraph()
        result = graph.invoke({"query": "hello"})

        runtime.end_request(outputs={"result": result})
    """)

    (run,) = read_runs()
    assert trees_of([run]) == expected_trees(THREE_NODES.replace("my_agent", "my_function"))
    assert (run["inputs"], run["outputs"]) == ({"query": "hello"}, {"result": {"query": "hello"}})


CUSTOM_INSTRUMENTOR = """
    from gradient.runtime.interfaces import FrameworkInstrumentor, ExecutionTracker

    class MyFrameworkInstrumentor(FrameworkInstrumentor):
        @property
        def framework_name(self) -> str:
            return "my_framework"

        def install(self, tracker: ExecutionTracker) -> None:
            installed.append(tracker)

        def uninstall(self) -> None:
            installed.pop()

        def is_installed(self) -> bool:
            return self._installed
"""


@pytest.mark.parametrize("when", ["before installation", "after installation"])
def test_a_custom_instrumentor_is_installed_whenever_it_is_appended(when):
    installed = []
    names = run_snippet(CUSTOM_INSTRUMENTOR, installed=installed)
    manager = get_runtime_manager()
    if when == "after installation":
        install_runtime()

    manager._instrumentors.append(names["MyFrameworkInstrumentor"]())
    entrypoint(lambda: None)()

    assert installed == [manager.get_tracker()]
    uninstall_runtime()
    assert installed == []


def test_a_custom_instrumentor_that_is_appended_is_installed_by_a_request_by_hand():
    installed = []
    names = run_snippet(CUSTOM_INSTRUMENTOR, installed=installed)
    manager = install_runtime()

    manager._instrumentors.append(names["MyFrameworkInstrumentor"]())
    manager.start_request("by hand")
    manager.end_request()

    assert installed == [manager.get_tracker()]


def test_a_custom_instrumentor_may_be_registered_by_a_subclass_of_the_manager():
    installed = []
    names = run_snippet(CUSTOM_INSTRUMENTOR, installed=installed)

    class MyManager(RuntimeManager):
        def _register_default_instrumentors(self):
            super()._register_default_instrumentors()
            self._instrumentors.append(names["MyFrameworkInstrumentor"]())

    manager = MyManager()
    manager.install_instrumentation()
    manager.uninstall_instrumentation()

    assert installed == []
    assert not names["MyFrameworkInstrumentor"]().is_installed()


def test_a_custom_instrumentor_tells_of_nodes_by_the_trackers_two_methods(read_runs):
    class Acme:
        def run(self, task):
            return f"{task}!"

    class AcmeInstrumentor(FrameworkInstrumentor):
        framework_name = "acme"

        def install(self, tracker):
            original = self.original = Acme.run

            def run(self, task):
                execution = tracker.start_node_execution("node_acme", "acme", "acme", inputs={"task": task})
                answer = original(self, task)
                tracker.end_node_execution(execution, outputs=answer)
                return answer

            Acme.run = run

        def uninstall(self):
            Acme.run = self.original

    original = Acme.run
    get_runtime_manager().register_instrumentor(AcmeInstrumentor())
    agent = entrypoint(name="agent")(lambda: Acme().run("work"))

    assert agent() == "work!"
    uninstall_runtime()

    assert Acme.run is original
    (run,) = read_runs()
    (execution,) = run["executions"]
    told = ("node_id", "name", "framework", "kind", "status", "inputs", "outputs")
    assert {key: execution[key] for key in told} == {
        "node_id": "node_acme",
        "name": "acme",
        "framework": "acme",
        "kind": "node",
        "status": "completed",
        "inputs": {"task": "work"},
        "outputs": "work!",
    }


# ── data classes and functions ───────────────────────────────────────────────────────────────────────────────────────


def test_node_executions_take_the_seeds_fields_in_its_order():
    start, end = datetime(2026, 1, 1, tzinfo=timezone.utc), datetime(2026, 1, 1, 0, 0, 1, tzinfo=timezone.utc)

    execution = NodeExecution("node_a", "a", "acme", start, end, {"in": 1}, {"out": 2}, "it broke", {"meta": 3})

    assert dataclasses.is_dataclass(execution)
    assert (execution.node_id, execution.node_name, execution.framework) == ("node_a", "a", "acme")
    assert (execution.start_time, execution.end_time) == (start, end)
    assert (execution.inputs, execution.outputs) == ({"in": 1}, {"out": 2})
    assert (execution.error, execution.metadata) == ("it broke", {"meta": 3})
    assert (execution.duration_ms, execution.status) == (1000.0, "error")


def test_node_executions_can_be_changed():
    execution = NodeExecution("node_a", "a", "acme", datetime.now(timezone.utc))
    assert (execution.duration_ms, execution.status) == (None, "running")

    execution.end_time = datetime.now(timezone.utc)
    execution.outputs = {"a": 1}

    assert (execution.status, execution.outputs) == ("completed", {"a": 1})
    assert execution.duration_ms >= 0


def test_request_contexts_take_the_seeds_fields_in_its_order():
    start, end = datetime(2026, 1, 1, tzinfo=timezone.utc), datetime(2026, 1, 1, 0, 0, 2, tzinfo=timezone.utc)
    request_id = "a1b2c3d4-5e6f-4890-abcd-ef1234567890"

    context = RequestContext(request_id, "my_agent", start, end, {"in": 1}, {"out": 2}, None, {"meta": 3})

    assert (context.request_id, context.entrypoint_name) == (request_id, "my_agent")
    assert (context.inputs, context.outputs, context.metadata) == ({"in": 1}, {"out": 2}, {"meta": 3})
    assert (context.duration_ms, context.status) == (2000.0, "completed")


def test_the_context_functions_give_and_take_the_current_context():
    context = start_request_context("my_function", {"a": 1}, {"b": 2})

    assert get_current_context() is context
    assert end_request_context({"c": 3}, None) is context
    assert get_current_context() is None
    assert end_request_context() is None


def test_there_is_one_manager_in_a_process():
    assert get_runtime_manager() is get_runtime_manager() is install_runtime()


def test_installing_and_uninstalling_twice_is_harmless(read_runs):
    for _ in range(2):
        install_runtime()
        install_runtime()
        uninstall_runtime()
        uninstall_runtime()
    install_runtime()

    invoke_graph()

    assert trees_of(read_runs()) == expected_trees(THREE_NODES)


def test_every_name_of_the_seed_is_where_it_was():
    names = """
        RequestContext get_current_context start_request_context end_request_context FrameworkInstrumentor
        ExecutionTracker NodeExecution LangGraphInstrumentor DefaultExecutionTracker RuntimeManager
        get_runtime_manager install_runtime uninstall_runtime"""
    assert set(names.split()) <= set(gradient.runtime.__all__)

    run_snippet("""
        from gradient.runtime.context import RequestContext, clear_request_context, end_request_context
        from gradient.runtime.context import get_current_context, start_request_context
        from gradient.runtime.interfaces import ExecutionTracker, FrameworkInstrumentor, NodeExecution
        from gradient.runtime.langgraph_instrumentor import LangGraphInstrumentor
        from gradient.runtime.manager import RuntimeManager, get_runtime_manager, install_runtime, uninstall_runtime
        from gradient.runtime.tracker import DefaultExecutionTracker
    """)
    assert LangGraphInstrumentor().framework_name == "langgraph"


def test_importing_everything_of_the_seed_installs_nothing_and_writes_nothing(home, tmp_path):
    code = """
        import logging, threading
        import gradient.runtime, gradient.sdk
        from concurrent.futures import ThreadPoolExecutor
        assert "gradient" not in ThreadPoolExecutor.submit.__code__.co_filename
        assert threading.active_count() == 1 and logging.getLogger().handlers == []
    """
    command = [sys.executable, "-c", inspect.cleandoc(code)]
    subprocess.run(
        command, check=True, cwd=tmp_path, env={"PYTHONPATH": ":".join(sys.path), "GRADIENT_HOME": str(home)}
    )

    assert list(tmp_path.iterdir()) == []
