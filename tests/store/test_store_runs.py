"""A run is rebuilt from whatever the store hold of it."""

import re
from datetime import datetime, timezone

import pytest

from gradient.journal.events import ExecutionStarted, GraphSeen, Messages, encode_event
from gradient.store import SqliteStore

RUN_KEYS = re.findall(
    r"\w+",
    "schema request_id entrypoint project status started_at duration_ms inputs outputs error tags metadata events"
    " session_id user_id links process usage trace_id span_id remote_parent loss graphs executions",
)
EXECUTION_KEYS = re.findall(
    r"\w+",
    "execution_id parent_id node_id name framework kind status start_offset_ms duration_ms inputs outputs error attempt"
    " cached model provider usage time_to_first_token_ms metadata events links",
)


def test_the_document_has_the_promised_names_and_no_others(process, document):
    one = process()
    one.request(1)
    one.start(1, 7)

    run = document()

    assert run["schema"] == "gradient.run/1"
    assert list(run) == RUN_KEYS
    assert list(run["executions"][0]) == EXECUTION_KEYS


def test_what_a_request_said_of_itself_is_in_its_document(process, document):
    one = process(began_s=60, project="shop")
    one.request(0xAB, at_ms=1, session_id="s", user_id="u", tags=["a"], inputs={"q": 1})
    one.end_request(0xAB, at_ms=3, started_ms=1, session_id="s", user_id="u", tags=["a", "b"], outputs=["x"])

    run = document()

    assert run["request_id"] == "abababab-abab-abab-abab-abababababab"
    assert (run["trace_id"], run["span_id"]) == ("ab" * 16, "ab" * 8)
    assert (run["entrypoint"], run["project"]) == ("agent", "shop")
    assert (run["session_id"], run["user_id"], run["tags"]) == ("s", "u", ["a", "b"])
    assert (run["inputs"], run["outputs"]) == ({"q": 1}, ["x"])
    assert run["process"] == {"pid": 42, "host": "box", "python": "3.12.1", "argv": ["agent.py", "--fast"]}


def test_times_of_day_are_rfc_3339_in_utc_with_microseconds(process, document):
    process(began_s=1).request(1, at_ms=250)

    started_at = document()["started_at"]

    assert started_at == "2023-11-14T22:13:21.250000Z"
    assert datetime.fromisoformat(started_at[:-1]).replace(tzinfo=timezone.utc).timestamp() == 1_700_000_001.25


def test_executions_are_ordered_by_start_and_the_outermost_have_no_parent(process, document):
    one = process()
    one.request(1, at_ms=100)
    one.end(1, 3, at_ms=140, started_ms=130, parent=1)
    one.end(1, 2, at_ms=125, started_ms=120, parent=1)
    one.end(1, 1, at_ms=150, started_ms=110)

    executions = document()["executions"]

    assert [one["execution_id"] for one in executions] == ["8000000000000001", "8000000000000002", "8000000000000003"]
    assert [one["parent_id"] for one in executions] == [None, "8000000000000001", "8000000000000001"]
    assert [one["start_offset_ms"] for one in executions] == [10.0, 20.0, 30.0]
    assert [one["duration_ms"] for one in executions] == [40.0, 5.0, 10.0]


def test_executions_that_began_together_keep_the_order_of_the_journal(process, document):
    one = process()
    one.request(1)
    for execution in (9, 3, 6):
        one.start(1, execution, at_ms=1)

    assert [one["execution_id"] for one in document()["executions"]] == [
        "8000000000000009",
        "8000000000000003",
        "8000000000000006",
    ]


def test_an_end_whose_start_is_gone_is_enough_but_knows_no_inputs(process, only_execution):
    one = process()
    one.request(1)
    one.end(1, 7, at_ms=9, started_ms=4, name="search", kind="tool", outputs={"found": 2})

    execution = only_execution()

    assert (execution["name"], execution["kind"], execution["node_id"]) == ("search", "tool", "tool_search")
    assert (execution["inputs"], execution["outputs"]) == (None, {"found": 2})
    assert execution["duration_ms"] == 5.0


def test_a_run_whose_own_frames_are_gone_is_told_by_its_executions(process, document):
    one = process(began_s=5)
    one.end(1, 7, at_ms=2500, started_ms=2000)

    run = document()

    assert (run["entrypoint"], run["inputs"]) == (None, None)
    assert run["started_at"] == "2023-11-14T22:13:27.000000Z"
    assert run["executions"][0]["start_offset_ms"] == 0.0


def test_inputs_that_were_known_only_at_the_end_are_inputs(process, only_execution):
    one = process()
    one.request(1)
    one.start(1, 7, inputs={"early": 1})
    one.end(1, 7, at_ms=1, late_inputs={"late": 2})

    assert only_execution()["inputs"] == {"late": 2}


def test_attempt_cache_model_and_first_token_are_read(process, only_execution):
    one = process()
    one.request(1)
    one.start(1, 7, at_ms=2, kind="llm", model="m-1", provider="acme")
    one.end(1, 7, at_ms=50, started_ms=2, kind="llm", attempt=3, cached=True, first_token_at=12_000_000)

    execution = only_execution()

    assert (execution["attempt"], execution["cached"]) == (3, True)
    assert (execution["model"], execution["provider"]) == ("m-1", "acme")
    assert execution["time_to_first_token_ms"] == 10.0


def test_events_stand_on_the_time_axis_of_the_request(process, only_execution):
    one = process()
    one.request(1, at_ms=10)
    one.start(1, 7, at_ms=20)
    one.update(1, 7, 25, "event", "retrying", {"after": 2})

    assert only_execution()["events"] == [{"name": "retrying", "offset_ms": 15.0, "attributes": {"after": 2}}]


def test_of_metadata_the_last_word_wins_and_the_end_has_it(process, document):
    one = process()
    one.request(1, metadata={"a": 1, "b": 1, "c": 1})
    one.start(1, 7, metadata={"x": 1})
    one.update(1, 0, 1, "metadata", "", {"b": 2, "c": 2})
    one.update(1, 7, 1, "metadata", "", {"x": 2})
    one.update(1, 7, 2, "metadata", "", {"x": 3, "y": 3})
    before = document()
    one.end_request(1, at_ms=3, metadata={"c": 3})

    assert before["metadata"] == {"a": 1, "b": 2, "c": 2}
    assert before["executions"][0]["metadata"] == {"x": 3, "y": 3}
    assert document()["metadata"] == {"a": 1, "b": 2, "c": 3}


def test_losses_that_a_request_counted_are_told(process, document):
    one = process()
    one.request(1)
    one.end_request(1, at_ms=1, dropped=2, truncated=3)

    assert document()["loss"] == {"dropped": 2, "truncated": 3}


def test_only_the_graphs_that_ran_are_described(process, document):
    one = process()
    one.write(GraphSeen("g1", "ran", {"name": "ran", "nodes": ["a"], "edges": [["a", "b"]]}))
    one.write(GraphSeen("g2", "did not", {"nodes": [], "edges": []}))
    one.request(1)
    one.start(1, 7, kind="graph", metadata={"graph_id": "g1"})
    one.start(1, 8, kind="graph", metadata={"graph_id": "g1"})

    assert document()["graphs"] == [{"graph_id": "g1", "name": "ran", "nodes": ["a"], "edges": [["a", "b"]]}]


def test_executions_of_a_forked_child_join_the_run_that_its_parent_opened(process, home, document):
    parent, child = process(), process()
    parent.request(1)
    parent.start(1, 7, at_ms=1)
    child.start(1, 8, at_ms=2, parent=7, inputs="from the child")
    child.end(1, 8, at_ms=3, started_ms=2, parent=7)
    child.end(1, 7, at_ms=3, started_ms=1, status="error")
    parent.end(1, 7, at_ms=9, started_ms=1)
    parent.end_request(1, at_ms=10)

    opened, inherited = document()["executions"]

    assert len(SqliteStore(home).all_runs()) == 1
    assert (opened["status"], opened["duration_ms"]) == ("completed", 8.0)
    assert (inherited["parent_id"], inherited["inputs"]) == (opened["execution_id"], "from the child")


def test_references_to_messages_of_another_run_in_the_same_segment_are_followed(process, document):
    one = process()
    one.request(1, inputs={"$list": 1}, messages=Messages([(1, {"text": "hi"})], [(1, 0, 0, [1])]))
    one.request(2, at_ms=1, inputs={"$list": 2}, messages=Messages([(2, {"text": "there"})], [(2, 1, 1, [2])]))

    assert document("0202")["inputs"] == [{"text": "hi"}, {"text": "there"}]


def test_the_same_numbers_mean_other_messages_in_another_segment(process, document):
    one = process(first_segment_bytes=4096, largest_segment_bytes=4096)
    filling = {"filling": "x" * 3000}
    one.request(1, inputs={"$list": 1}, messages=Messages([(1, {"text": "old"})], [(1, 0, 0, [1])]))
    one.update(1, 0, 1, "event", "filled", filling)
    one.update(1, 0, 2, "event", "filled", filling)
    one.end_request(1, at_ms=3, outputs={"$list": 1}, messages=Messages([(1, {"text": "new"})], [(1, 0, 0, [1])]))

    run = document()

    assert (run["inputs"], run["outputs"]) == ([{"text": "old"}], [{"text": "new"}])


@pytest.mark.parametrize("number", [2, 3])
def test_payloads_of_other_runs_stay_out(process, document, number):
    one = process()
    one.request(1, inputs="mine")
    one.request(number, at_ms=1, inputs="theirs")

    assert document("0101")["inputs"] == "mine"


def test_a_start_that_says_nothing_does_not_take_its_end_with_it(process, only_execution):
    one = process()
    one.request(1)
    started = ExecutionStarted(
        bytes([1]) * 16, one.number_of(7), 0, 5, "LangGraph", "graph", "langgraph", "graph_LangGraph"
    )
    one.writer.append(encode_event(started).replace(b'"langgraph"', b"17"))
    one.end(1, 7, at_ms=3, kind="graph", name="LangGraph")

    assert only_execution()["status"] == "completed"
