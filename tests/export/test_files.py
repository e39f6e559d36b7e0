"""Runs as JSON, CSV, Markdown and Mermaid."""

import csv
import io
import json

import msgspec
import pytest
from support.studio import say

from gradient.analysis.documents import read_documents
from gradient.export.content import without_content
from gradient.export.formats import FORMATS


def written(name, *runs):
    return b"".join(FORMATS[name].write(runs))


def rows(*runs):
    return list(csv.DictReader(io.StringIO(written("csv", *runs).decode(), newline="")))


@pytest.mark.parametrize("name", ["json", "jsonl"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_what_was_exported_can_be_read_again(studio, name, number):
    runs = [studio.shop() for _ in range(number)]

    assert read_documents(written(name, *runs)) == runs


@pytest.mark.parametrize("name", ["json", "jsonl", "md", "mermaid"])
def test_no_run_is_an_empty_file(name):
    assert written(name) == b""


@pytest.mark.parametrize("name", ["otlp-json", "perfetto"])
def test_no_run_is_an_empty_document(name):
    assert json.loads(written(name)) in ({"resourceSpans": []}, {"displayTimeUnit": "ms", "traceEvents": []})


def test_csv_has_a_row_for_the_request_and_for_each_execution(studio):
    run = studio.shop()

    request, shop, planner, gpt, *_ = rows(run)

    assert (request["kind"], request["name"], request["execution_id"]) == ("request", "shop_agent", "")
    assert (planner["path"], planner["parent_id"]) == ("shop > planner", shop["execution_id"])
    assert (gpt["model"], gpt["input_tokens"], gpt["cost_usd"]) == ("gpt-4o", "1204", "0.0041")
    assert (gpt["started_at"], gpt["duration_ms"]) == ("2026-01-01T00:00:00.000000Z", "800.0")
    assert json.loads(request["inputs"]) == {"question": "a lamp"}


def test_csv_of_several_runs_has_one_heading(studio):
    assert len(rows(studio.steps("a"), studio.steps("b"))) == 4


@pytest.mark.parametrize("name", ['=HYPERLINK("http://evil")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_spreadsheet_takes_nothing_for_a_formula(studio, name):
    run = studio.steps("a")
    run["executions"][0] |= {"name": name, "error": {"type": name, "message": name, "stacktrace": None}}

    _, execution = rows(run)

    assert execution["name"] == execution["path"] == execution["error_message"] == f"'{name}"


def test_a_negative_number_stays_a_number(studio):
    run = studio.steps("a")
    run["executions"][0]["start_offset_ms"] = -1.5

    assert rows(run)[1]["start_offset_ms"] == "-1.5"


def test_without_content_a_run_still_tells_when_and_what(studio):
    run = studio.shop("a secret lamp", fails=True)

    bare = without_content(run)

    assert "secret" not in msgspec.json.encode(bare).decode()
    assert "no stock" not in msgspec.json.encode(bare).decode()
    assert [each["name"] for each in bare["executions"]] == [each["name"] for each in run["executions"]]
    assert bare["executions"][-1]["error"]["type"] == "ValueError"
    assert run["inputs"] == {"question": "a secret lamp"}


def test_a_report_tells_outcome_failures_and_what_ran(studio):
    report = written("md", studio.shop(fails=True)).decode()

    assert report.startswith("# ✗ shop_agent\n")
    assert "| Duration | 1.00 s |" in report
    assert "| Tokens | 1,204 in, 311 out |" in report
    assert "ValueError: no stock" in report
    assert "    - ✓ **gpt** llm, 800 ms, gpt-4o, 1,204 → 311 tokens, $0.0041\n" in report
    assert "<details><summary>✓ gpt (llm)</summary>" in report


def test_a_report_cannot_be_broken_by_what_was_said(studio):
    def agent():
        studio.work("<b>*a*</b>|`x`", outputs="```\n# not a heading\n````\n")

    report = written("md", studio.record(agent)).decode()

    assert r"- ✓ **\<b\>\*a\*\</b\>\|\`x\`** step" in report
    assert "<summary>✓ &lt;b&gt;*a*&lt;/b&gt;|`x` (step)</summary>" in report
    assert "`````text\n```\n# not a heading\n````\n\n`````" in report


def test_a_flowchart_numbers_what_was_taken(studio):
    chart = written("mermaid", studio.shop(searches=2)).decode()

    assert chart.startswith("%% shop_agent\nflowchart TD\n")
    assert '    n4["search<br/>2x, 80.0 ms"]:::completed' in chart
    assert '    n1 -->|"4, 5"| n4' in chart


def test_a_flowchart_shows_what_was_not_taken_and_what_failed(studio):
    run = studio.shop(fails=True)
    run["graphs"] = [
        {
            "graph_id": "g",
            "name": "shop",
            "nodes": [{"id": name} for name in ("__start__", "planner", "writer", "team:x", "__end__")],
            "edges": [
                {"source": "__start__", "target": "planner"},
                {"source": "planner", "target": "writer", "conditional": True},
                {"source": "planner", "target": "team:x", "conditional": True},
                {"source": "writer", "target": "__end__"},
            ],
        }
    ]
    run["executions"][0]["metadata"] = {"graph_id": "g"}

    lines = written("mermaid", run).decode().splitlines()

    assert '    n0(["start"])' in lines
    assert '    n2["writer<br/>1x, 160 ms"]:::error' in lines
    assert lines[lines.index('    subgraph s1["team"]') :][:3] == [
        '    subgraph s1["team"]',
        '        n3["x"]:::unvisited',
        "    end",
    ]
    assert '    n1 -->|"2"| n2' in lines
    assert "    n1 -.-> n3" in lines
    assert "    n2 -.- n4" in lines


def test_names_mean_nothing_to_a_flowchart(studio):
    chart = written("mermaid", studio.steps('a"]:::error; click <b>`x`')).decode()

    assert "#quot;]:::error; click #lt;b#gt;#96;x#96;<br/>" in chart


def test_a_message_of_an_unusual_shape_is_exported_all_the_same(studio):
    odd = {"messages": [{"role": "user"}, "text", None]}

    def agent():
        studio.work("gpt", kind="llm", inputs=odd, outputs={"messages": [say("assistant", {"type": "blob"}, "hi")]})

    run = studio.record(agent)

    for name in FORMATS:
        assert written(name, run)


@pytest.mark.parametrize("metadata", [{"triggers": 5, "step": [1]}, {"graph_id": {}, "tool_call_id": {"a": 1}}])
def test_metadata_of_the_user_may_be_called_as_ours_is(studio, metadata):
    run = studio.shop()
    for execution in run["executions"]:
        execution["metadata"] = metadata
    run["graphs"] = [{"graph_id": "g", "name": None, "nodes": [], "edges": []}]

    for name in FORMATS:
        assert written(name, run)
