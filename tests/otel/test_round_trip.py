"""A run that was sent as OTLP and taken again is the run it was."""

import pytest
from support.sent import JSON, runs_of

from gradient.export.otlp import otlp_json
from gradient.export.ship.destination import Destination
from gradient.export.ship.shipper import Shipper
from gradient.export.ship.source import Manner
from gradient.ingest import Ingest, listening
from gradient.runtime.settings.fields import Settings
from gradient.sdk import annotate, entrypoint, session, set_metadata, step

# What a span does not tell, or tells otherwise.
DIFFERENT = ("loss", "graphs", "process")


def record_something():
    @entrypoint(tags=["beta"], metadata={"version": 3})
    def agent(question):
        with step("plan", kind="agent") as plan:
            annotate("thought", depth=2)
            with step("ask", kind="llm", inputs={"messages": [{"role": "user", "parts": []}]}) as call:
                call.outputs = {"messages": [{"role": "assistant", "parts": [{"type": "text", "content": "hi"}]}]}
                call.set_usage(input_tokens=9, output_tokens=4, cost_usd=0.5, model="gpt-4o", provider="house")
                set_metadata(temperature=0.5)
            plan.outputs = ["a", 1, None]
        with pytest.raises(LookupError), step("search", kind="tool", inputs={"q": "x"}):
            raise LookupError("nothing there")
        return {"answer": question}

    with session("chat-17", user_id="ada"):
        agent("why")


def test_a_run_that_was_sent_and_taken_is_the_same_but_for_what_spans_do_not_tell(runtime, read_runs, home, other):
    record_something()
    ingest = Ingest(other, Settings())
    with listening(ingest, 0) as url:
        shipper = Shipper(home, Destination(url=f"{url}/v1/traces", compression="gzip"), Manner())
        shipper.round()
        shipper.close()
    ingest.close()

    (sent,), (taken,) = read_runs(), runs_of(other)
    for one in (sent, taken):
        for field in DIFFERENT:
            del one[field]
        for execution in one["executions"]:
            execution["metadata"].pop("graph_id", None)
    assert taken == sent


def test_json_says_the_same_as_protobuf(runtime, read_runs, ingest, other):
    record_something()
    (sent,) = read_runs()

    answer = ingest.take(b"".join(otlp_json([sent])), JSON)

    (taken,) = runs_of(other)
    assert (answer.code, answer.content_type, answer.body) == (200, JSON, b"{}")
    assert taken["executions"] == sent["executions"]
    assert taken["outputs"] == sent["outputs"]
