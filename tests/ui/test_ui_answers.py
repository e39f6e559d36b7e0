"""What the server answers about runs."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from gradient.sdk import annotate, entrypoint, session, step
from gradient.store import SqliteStore
from gradient.store.index.database import index_path
from gradient.ui.reader import Reader


@entrypoint
def shop_agent(question):
    with step("planner"), step("gpt", kind="llm", inputs={"messages": [said("user", question)]}) as call:
        call.set_usage(input_tokens=120, output_tokens=30, cost_usd=0.004, model="gpt-4o")
        call.outputs = {"messages": [said("assistant", "By train.")]}
    annotate("planned")
    with step("search", kind="tool", inputs={"q": question}):
        if question == "bad":
            raise ValueError("no stock of 17")
    return "answer"


def said(role, text):
    return {"role": role, "parts": [{"type": "text", "content": text}]}


@pytest.fixture
def asked(runtime):
    """Return a function that lets the agent answer and returns the ids of its runs."""

    def ask(*questions):
        for question in questions:
            try:
                shop_agent(question)
            except ValueError:
                pass

    return ask


def test_runs_are_listed_newest_first_and_page_by_page(asked, get):
    asked("one", "bad", "three")

    first = get("runs?limit=2")
    second = get(f"runs?limit=2&cursor={first['cursor']}")

    assert [run["status"] for run in first["runs"]] == ["completed", "error"]
    assert [run["status"] for run in second["runs"]] == ["completed"]
    assert second["cursor"] is None


def test_a_query_selects_and_facets_count(asked, get):
    asked("one", "bad")

    listed = get("runs?q=status:error")
    facets = get("facets?q=entrypoint:shop_agent")

    assert len(listed["runs"]) == 1
    assert (facets["count"], facets["status"]) == (2, {"completed": 1, "error": 1})


def test_a_query_that_is_written_wrongly_says_where_and_what_was_meant(asked, get):
    asked("one")

    told = get("runs?q=statsu:error", status=400)["error"]

    assert (told["kind"], told["column"], told["nearest"]) == ("QueryError", 1, "status")


def test_a_run_has_its_executions_by_column_with_parents_as_rows(asked, get):
    asked("one")

    columns = get("runs/@last")["columns"]

    names = [columns["name"]["words"][at] for at in columns["name"]["at"]]
    assert names == ["planner", "gpt", "search"]
    assert columns["parent"] == [-1, 0, -1]
    assert columns["input_tokens"] == [None, 120, None]


def test_an_execution_has_its_payloads(asked, get):
    asked("one")
    (_, _, search) = get("runs/@last")["columns"]["execution_id"]

    execution = get(f"runs/@last/executions/{search}")

    assert (execution["name"], execution["inputs"]) == ("search", {"q": "one"})


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("runs/ffff", 404, "No run is 'ffff'"),
        ("runs/@nothing", 400, "no reference"),
        ("runs/@last/executions/12", 404, "no execution"),
        ("runs/@last/executions/zz", 404, "hexadecimal"),
        ("runs/@last/secrets", 404, "it has request"),
        ("stats?by=moon", 400, "node, model"),
        ("stats?since=yesterday", 400, "24h"),
        ("compare?a=@last", 400, "two runs"),
        ("runs/@last/export?format=doc", 400, "jsonl"),
        ("runs?cursor=x", 400, "cursor"),
        ("runs?limit=0", 400, "from 1"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_reason(asked, get, path, status, said):
    asked("one")

    assert said in get(path, status=status)["error"]["message"]


def test_views_of_a_run_tell_graph_conversation_and_events(asked, get):
    asked("bad")

    (graph,) = get("runs/@last/graph")["graphs"]
    (turn,) = get("runs/@last/chat")["turns"]
    events = get("runs/@last/events")["events"]

    assert [node["id"] for node in graph["nodes"]] == ["shop_agent", "planner", "gpt", "search"]
    assert [message["role"] for message in turn["heard"] + turn["said"]] == ["user", "assistant"]
    assert [event["name"] for event in events] == ["planned", "ValueError"]


def test_two_runs_are_compared(asked, get):
    asked("one", "two")

    compared = get("compare?a=@-2&b=@last")

    assert compared["first_divergence"]["what"] == "inputs"


def test_statistics_and_errors_add_runs_up(asked, get):
    asked("one", "bad", "bad")

    groups = {group["name"]: group for group in get("stats?by=node")["groups"]}
    (failure,) = get("errors")["groups"]

    assert (groups["search"]["count"], groups["search"]["errors"]) == (3, 2)
    assert (failure["type"], failure["message"], failure["runs"]) == ("ValueError", "no stock of 17", 2)


def test_runs_of_a_session_stand_together_oldest_first(asked, get):
    with session('a "quoted" \\ name'):
        asked("one", "bad")

    (listed,) = get("sessions")["sessions"]
    runs = get("sessions/a%20%22quoted%22%20%5C%20name")["runs"]

    assert (listed["runs"], listed["errors"]) == (2, 1)
    assert [run["status"] for run in runs] == ["completed", "error"]


@entrypoint
def silent_agent():
    with step("gpt", kind="llm"):
        pass


def test_sums_of_many_runs_say_which_calls_they_lack(asked, get):
    with session("s1"):
        asked("one")
        silent_agent()
        silent_agent()

    (listed,) = get("sessions")["sessions"]
    (day,) = get("stats?by=day")["groups"]

    assert listed["missing"] == day["missing"] == {"tokens": 2, "cost": 2}


def test_fields_are_explained_and_complete_names_that_occur(asked, get):
    asked("one")

    known = get("fields")

    assert {"status", "dur", "text"} <= {field["name"] for field in known["fields"]}
    assert known["values"]["model"] == ["gpt-4o"]


@pytest.mark.parametrize(
    ("format_", "media"), [("html", "text/html"), ("json", "application/json"), ("csv", "text/csv")]
)
def test_a_run_can_be_taken_away_and_is_never_shown_as_a_page_of_ours(asked, client, format_, media):
    asked("one")

    response = client.get(f"/api/runs/@last/export?format={format_}")

    assert response.headers["content-type"].startswith(media)
    assert response.headers["content-disposition"].startswith("attachment;")


def test_what_is_recorded_later_is_in_a_later_answer(home, asked):
    seconds = [0.0]
    reader = Reader(lambda: SqliteStore(home), lambda: seconds[0])
    asked("one")
    assert counted(reader) == 1

    asked("two")
    at_once = counted(reader)
    seconds[0] += 1
    later = counted(reader)

    reader.close()
    assert (at_once, later) == (1, 2)


def counted(reader):
    return asyncio.run(reader.ask(lambda store: store.count()))


def test_without_a_home_there_are_no_runs(get):
    assert get("runs")["runs"] == []
    assert get("facets")["elsewhere"] == 0


def test_an_index_of_a_newer_version_is_told(asked, get, home):
    asked("one")
    SqliteStore(home).close()
    with closing(sqlite3.connect(index_path(home))) as connection:
        connection.execute("PRAGMA user_version = 9999")

    assert get("runs", status=503)["error"]["kind"] == "NewerIndex"
