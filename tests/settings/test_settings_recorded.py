"""What each setting makes of a real graph's record."""

import re

import pytest
from langchain_core.messages import HumanMessage
from langchain_core.runnables import RunnableLambda
from support.scripted import ScriptedModel, graph_of

from gradient.runtime import Listener, get_runtime_manager, install_runtime
from gradient.sdk import configure, entrypoint, step
from gradient.store import SqliteStore


def make_agent():
    """An entrypoint around a graph of two nodes, a chain, a model and a step."""
    model = ScriptedModel()

    def plan(state):
        return {"value": RunnableLambda(lambda value: [*value, "planned"]).invoke(state["value"])}

    def act(state):
        with step("look", kind="tool"):
            answer = model.invoke([HumanMessage(state["value"][0])])
        return {"value": [*state["value"], answer.text if isinstance(answer.text, str) else answer.text()]}

    graph = graph_of(plan, act)

    @entrypoint
    def agent(question):
        return graph.invoke({"value": [question]})["value"]

    return agent


@pytest.fixture
def recorded(read_runs):
    """Return a function that runs the agent with some settings, and gives the only run of it."""

    def recorded(question="a question", **settings):
        configure(console="off", **settings)
        assert make_agent()(question) == [question, "planned", "a script"]
        (run,) = read_runs()
        assert run["status"] == "completed"
        return run

    return recorded


def kinds(run):
    return sorted(execution["kind"] for execution in run["executions"])


def parents(run):
    names = {execution["execution_id"]: execution["name"] for execution in run["executions"]}
    return {execution["name"]: names.get(execution["parent_id"]) for execution in run["executions"]}


EVERYTHING = ["chain", "graph", "llm", "node", "node", "tool"]


def test_by_default_everything_is_recorded_in_full(recorded):
    run = recorded()

    assert kinds(run) == EVERYTHING
    assert run["inputs"] == {"question": "a question"}
    assert run["outputs"] == ["a question", "planned", "a script"]


def test_nothing_is_recorded_or_made_where_we_are_not_enabled(monkeypatch, home):
    monkeypatch.setenv("GRADIENT_ENABLED", "0")

    def agent(question):
        return question

    assert entrypoint(agent) is agent
    assert entrypoint(name="named")(agent) is agent
    make_agent()("a question")

    assert not home.exists()
    assert not any(instrumentor.is_installed() for instrumentor in get_runtime_manager()._instrumentors)


def test_disabling_later_stops_what_was_decorated_before(home):
    agent = make_agent()
    configure(enabled=False)

    assert agent("a question") == ["a question", "planned", "a script"]

    assert not home.exists()


def test_the_home_is_where_journals_go(tmp_path, home):
    configure(home=tmp_path / "elsewhere")

    make_agent()("a question")

    assert len(SqliteStore(tmp_path / "elsewhere").all_runs()) == 1
    assert not home.exists()


def test_the_project_is_recorded(recorded):
    assert recorded(project="shop")["project"] == "shop"


def test_short_content_is_cut_at_two_hundred_characters(recorded):
    run = recorded("q" * 300, content="short")

    assert run["inputs"]["question"] == {"$cut": {"length": 300, "head": "q" * 134, "tail": "q" * 66}}
    assert kinds(run) == EVERYTHING
    assert run["loss"]["truncated"] > 0


def test_no_content_leaves_the_tree(recorded):
    run = recorded(content="none")

    assert kinds(run) == EVERYTHING
    withheld = {"$redacted": "content is not recorded"}
    assert (run["inputs"], run["outputs"]) == (withheld, withheld)
    assert all(execution["inputs"] in (None, withheld) for execution in run["executions"])


@pytest.mark.parametrize(
    ("granularity", "left"),
    [("all", EVERYTHING), ("nodes", ["graph", "llm", "node", "node", "tool"]), ("request", [])],
)
def test_granularity_decides_which_kinds_are_recorded(recorded, granularity, left):
    run = recorded(granularity=granularity)

    assert kinds(run) == left
    assert run["outputs"] == ["a question", "planned", "a script"]


@pytest.mark.parametrize(
    ("settings", "left"),
    [
        ({"include": ["plan", "LangGraph"]}, {"LangGraph": None, "plan": "LangGraph"}),
        ({"include": ["node_*"]}, {"plan": None, "act": None}),
        (
            {"exclude": ["act", "chain_*"]},
            {"LangGraph": None, "plan": "LangGraph", "look": "LangGraph", "ScriptedModel": "look"},
        ),
        ({"include": ["node_*"], "exclude": ["plan"]}, {"act": None}),
        ({"exclude": ["*"]}, {}),
    ],
)
def test_patterns_choose_and_children_move_up(recorded, settings, left):
    assert parents(recorded(**settings)) == left


@pytest.mark.parametrize(
    ("settings", "left"),
    [
        ({"instrumentors": ["langgraph", "threads"]}, ["graph", "node", "node", "tool"]),
        ({"instrumentors": ["langchain"]}, None),
        ({"disabled_instrumentors": ["langchain"]}, ["graph", "node", "node", "tool"]),
        ({"instrumentors": []}, ["tool"]),
        ({"disabled_instrumentors": ["langchain", "langgraph", "threads"]}, ["tool"]),
    ],
)
def test_instrumentors_can_be_chosen_and_left_out(recorded, settings, left):
    run = recorded(**settings)

    if left is None:
        assert set(kinds(run)) == {"chain", "llm", "tool"}
    else:
        assert kinds(run) == left


def test_a_root_run_is_a_request_of_its_own_unless_that_is_off(read_runs):
    def node(state):
        return {}

    graph = graph_of(node)
    configure(root_runs=False)
    install_runtime()
    graph.invoke({"value": 1})
    without = read_runs()
    configure(root_runs=True)
    graph.invoke({"value": 1})

    (run,) = read_runs()

    assert without == []
    assert (run["entrypoint"], kinds(run)) == ("LangGraph", ["graph", "node"])


def test_sampling_decides_what_is_listed_and_failures_always_are(home, read_runs):
    configure(sample_rate=0)

    @entrypoint
    def agent(divisor):
        return 1 / divisor

    agent(1)
    with pytest.raises(ZeroDivisionError):
        agent(0)

    store = SqliteStore(home)
    assert [run.status for run in store] == ["error"]
    assert len(store.all_runs()) == 2


@pytest.mark.parametrize(("rate", "least", "most"), [(1.0, 200, 200), (0.5, 50, 150), (0.0, 0, 0)])
def test_the_share_of_listed_requests_is_the_rate(home, rate, least, most):
    configure(sample_rate=rate)
    agent = entrypoint(lambda: None)

    for _ in range(200):
        agent()

    assert least <= SqliteStore(home).count() <= most


@pytest.mark.parametrize(
    ("limit", "given", "recorded_as"),
    [
        ({"max_string_chars": 5}, "123456789", {"$cut": {"length": 9, "head": "12345"}}),
        ({"max_items": 2}, [1, 2, 3], [1, 2, {"$cut": {"length": 3, "head": "the first 2 items"}}]),
        ({"max_items": 1}, {"a": 1, "b": 2}, {"a": 1, "$cut": {"length": 2, "head": "the first 1 items"}}),
        ({"max_depth": 3}, [[["deep"]]], [[{"$cut": {"length": 1, "head": "<builtins.list>"}}]]),
    ],
)
def test_what_is_over_a_limit_is_cut_and_marked(read_runs, limit, given, recorded_as):
    configure(**limit)

    entrypoint(lambda given: None)(given)

    (run,) = read_runs()
    assert run["inputs"] == {"given": recorded_as}
    assert run["loss"]["truncated"] == 1


@pytest.mark.parametrize("limit", [500, 5_000])
def test_a_payload_is_no_larger_than_its_limit(home, read_runs, limit):
    configure(max_payload_bytes=limit)

    entrypoint(lambda given: None)([f"item {number}" for number in range(900)])

    (run,) = read_runs()
    text = str(run["inputs"])
    assert "$cut" in text
    assert len(text) < limit + 500


def test_values_at_the_limits_are_not_cut(read_runs):
    configure(max_string_chars=5, max_items=2, max_depth=3)

    entrypoint(lambda given: None)([["12345"], 1])

    (run,) = read_runs()
    assert run["inputs"] == {"given": [["12345"], 1]}
    assert run["loss"]["truncated"] == 0


class Report(Listener):
    """A listener as users write them."""

    def __init__(self):
        self.lines = []

    def on_request_end(self, request):
        executions = [f"{execution.node_name} {execution.status}" for execution in request.executions]
        self.lines.append((request.entrypoint_name, request.status, request.inputs, request.outputs, executions))


def test_a_listener_of_the_users_learns_what_became_of_each_request():
    report = Report()
    configure(granularity="nodes").add_listener(report)
    agent = make_agent()

    agent("a question")
    configure(exclude=["look"])
    agent("another")

    names = ["LangGraph completed", "plan completed", "act completed", "look completed", "ScriptedModel completed"]
    assert report.lines == [
        ("agent", "completed", {"question": "a question"}, ["a question", "planned", "a script"], names),
        (
            "agent",
            "completed",
            {"question": "another"},
            ["another", "planned", "a script"],
            [name for name in names if not name.startswith("look")],
        ),
    ]


def printed(capsys):
    streams = capsys.readouterr()
    lines = [re.sub(r"[0-9a-f]{8}[0-9a-f-]*|\d+\.\d+ms", "*", line) for line in streams.err.splitlines() if line]
    return [line.removeprefix("[RUNTIME] ") for line in lines], streams.out


def test_the_console_is_silent_when_off(capsys):
    configure(console="off")

    make_agent()("a question")

    assert printed(capsys) == ([], "")


def test_the_console_prints_a_summary(capsys):
    configure(console="summary", granularity="nodes")

    make_agent()("a question")

    lines, out = printed(capsys)
    assert out == ""
    assert lines == [
        "=== Request Summary ===",
        "Request ID: *",
        "Entrypoint: agent",
        "Status: completed",
        "Duration: *",
        "Node Executions: 4",
        "=== Node Details ===",
        " 1. [langgraph] plan - COMPLETED (*)",
        " 2. [langgraph] act - COMPLETED (*)",
        " 3. [custom] look - COMPLETED (*)",
        " 4. [langchain] ScriptedModel - COMPLETED (*)",
        "=== End Summary ===",
    ]


def test_the_console_prints_nodes_as_they_start_and_end(capsys):
    configure(console="nodes", include=["node_*"])

    make_agent()("a question")

    lines, _ = printed(capsys)
    assert lines[: lines.index("=== Request Summary ===")] == [
        "Started request * for entrypoint: agent",
        "Request * | Started langgraph node: plan (id: node_plan)",
        "Request * | COMPLETED langgraph node: plan (*)",
        "Request * | Started langgraph node: act (id: node_act)",
        "Request * | COMPLETED langgraph node: act (*)",
        "COMPLETED request * (*)",
    ]


def test_the_console_prints_payloads_graphs_and_chains_when_debugging(capsys):
    configure(console="debug")

    make_agent()("a question")

    lines, _ = printed(capsys)
    assert '    inputs: {"question":"a question"}' in lines
    assert any("Started langgraph graph: LangGraph" in line for line in lines)
    assert any("Started langchain chain: RunnableLambda" in line for line in lines)


def test_the_console_prints_to_the_stream_of_the_settings(capsys):
    configure(console="summary", console_stream="stdout")

    make_agent()("a question")

    lines, out = printed(capsys)
    assert lines == []
    assert "[RUNTIME] Entrypoint: agent" in out
