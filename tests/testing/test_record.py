"""`record` keeps what a block does in memory, and puts the process back as it was."""

import subprocess
import sys

import pytest

import gradient.testing
from gradient.runtime.context import get_current_context
from gradient.runtime.manager import get_runtime_manager, installed_manager
from gradient.sdk import entrypoint, step
from gradient.testing import document_tree, mockframework, record
from gradient.testing.mockinstrumentor import MockInstrumentor

TREE = ("request", "agent", "completed", [("agent", "solo", "completed", [("step", "inner", "completed", [])])])


def work(task):
    with step("inner"):
        return task


@entrypoint
def agent(task="task"):
    return mockframework.Agent("solo", work).run(task)


@entrypoint
def failing():
    with step("outer"):
        raise ValueError("no")


def test_what_the_block_does_is_told_as_trees():
    with record(MockInstrumentor()) as recorded:
        agent()

        with pytest.raises(ValueError, match="no"):
            failing()

    assert recorded.trees() == [TREE, ("request", "failing", "error", [("step", "outer", "error", [])])]


def test_inputs_and_outputs_can_be_read_after_the_block():
    with record(MockInstrumentor()) as recorded:
        agent("question")

    solo, inner = recorded.executions_of(recorded.requests[0])
    assert (solo.inputs, solo.outputs, inner.node_name) == ("question", "question", "inner")


def test_nothing_is_written_and_nothing_is_printed(home, capfd, monkeypatch):
    monkeypatch.setenv("GRADIENT_CONSOLE", "debug")

    with record(MockInstrumentor()):
        agent()

    assert not home.exists()
    assert capfd.readouterr() == ("", "")


def test_only_the_instrumentors_that_are_named_are_installed():
    with record(MockInstrumentor()) as recorded:
        installed = [instrumentor.framework_name for instrumentor in recorded.manager._instrumentors]

    assert installed == ["mock"]


def test_without_names_all_frameworks_that_are_there_are_installed():
    with record() as recorded:
        installed = {instrumentor.framework_name for instrumentor in recorded.manager._instrumentors}

    assert {"threads", "langchain", "langgraph"} <= installed


def test_the_process_s_own_manager_hears_nothing_and_is_put_back(runtime, read_runs):
    runtime.register_instrumentor(MockInstrumentor())
    with record(MockInstrumentor()) as recorded:
        agent()
        meanwhile = runtime.is_instrumented()

    agent()

    assert recorded.trees() == [TREE]
    assert not meanwhile
    assert get_runtime_manager() is runtime
    assert [document_tree(run) for run in read_runs()] == [TREE]


def test_a_manager_that_was_not_installed_is_not_installed_afterwards():
    manager = get_runtime_manager()

    with record():
        pass

    assert not manager.is_instrumented()


def test_a_process_without_a_manager_has_none_afterwards():
    with record():
        pass

    assert installed_manager() is None


def test_the_block_begins_outside_of_the_request_around_it():
    with record() as outer:
        around = outer.manager.start_request("around")
        with record(MockInstrumentor()) as recorded:
            agent()
        after = get_current_context()
        outer.manager.end_request()

    assert recorded.trees() == [TREE]
    assert outer.trees() == [("request", "around", "completed", [])]
    assert after is around


def test_agents_of_a_crew_belong_to_it_though_they_run_in_threads():
    crew = mockframework.Crew("crew", [mockframework.Agent(name, work) for name in ("left", "right")])

    with record(MockInstrumentor()) as recorded:
        results = crew.kickoff("task")

    ((_, _, _, (tree,)),) = recorded.trees()
    below = [("agent", name, "completed", [("step", "inner", "completed", [])]) for name in ("left", "right")]
    assert results == ["task", "task"]
    assert (tree[:3], sorted(tree[3])) == (("workflow", "crew", "completed"), below)


def test_an_error_of_an_agent_reaches_whoever_set_its_crew_to_work():
    error = ValueError("no")

    def fail(task):
        raise error

    crew = mockframework.Crew("crew", [mockframework.Agent("solo", fail)])

    with record(MockInstrumentor()) as recorded, pytest.raises(ValueError, match="no") as caught:
        crew.kickoff("task")

    assert caught.value is error
    assert recorded.trees() == [
        ("request", "crew", "error", [("workflow", "crew", "error", [("agent", "solo", "error", [])])])
    ]


def test_all_names_what_can_be_imported_and_nothing_else():
    public = {name for name, value in vars(gradient.testing).items() if not name.startswith("_")}
    modules = {name for name in public if type(getattr(gradient.testing, name)).__name__ == "module"}

    assert public - modules == set(gradient.testing.__all__)


def test_importing_it_needs_neither_pytest_nor_a_framework():
    program = "import sys, gradient.testing; print({'pytest', 'langgraph', 'langchain_core'} & set(sys.modules))"

    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert printed.stdout == "set()\n"
