"""What was recorded arrives, each span once, whoever sends it and whenever."""

import os

from support.asked import ask, counts
from support.receiver import attributes, receiving

from gradient.export.ship.destination import Destination
from gradient.export.ship.shipper import Shipper
from gradient.export.ship.source import Manner
from gradient.runtime.step import Step
from gradient.sdk import configure


def test_a_request_arrives_with_its_executions_below_it(runtime, receiver, shipper):
    (trace,) = ask(runtime)

    shipper.round()

    root, *nodes = receiver.spans
    assert {span.trace_id.hex() for span in receiver.spans} == {trace}
    assert [node.parent_span_id for node in nodes] == [root.span_id] * 2
    assert (root.name, root.parent_span_id) == ("invoke_workflow agent", b"")
    assert attributes(nodes[0])["output.value"] == '{"n":1}'


def test_the_process_is_the_resource(runtime, receiver, shipper):
    ask(runtime)

    shipper.round()

    (resource,) = receiver.resources
    assert resource["process.pid"] == os.getpid()
    assert resource["service.name"] == runtime.recorder.project


def test_what_was_sent_is_not_sent_again(runtime, receiver, shipper):
    ask(runtime, 3)
    shipper.round()
    ask(runtime, 2)

    shipper.round()
    shipper.round()

    assert sorted(counts(receiver).values()) == [1] * 15


def test_another_shipper_goes_on_where_the_last_one_ended(runtime, receiver, shipper_to):
    ask(runtime, 3)
    first = shipper_to(receiver.server_port)
    first.round()
    first.close()
    ask(runtime, 2)

    shipper_to(receiver.server_port).round()

    assert sorted(counts(receiver).values()) == [1] * 15


def test_two_shippers_at_once_send_nothing_twice(runtime, receiver, shipper_to):
    ask(runtime, 3)
    first, second = shipper_to(receiver.server_port), shipper_to(receiver.server_port)

    first.round()
    second.round()

    assert sorted(counts(receiver).values()) == [1] * 9


def test_a_request_that_was_open_when_the_shipper_ended_arrives_whole(runtime, receiver, shipper_to):
    request = runtime.open_request("agent")
    early = runtime.get_tracker().start(Step("early", "node", "custom", parent=request))
    ask(runtime)
    first = shipper_to(receiver.server_port)
    first.round()
    first.close()
    runtime.get_tracker().end(early)
    runtime.end_request(request=request)

    shipper_to(receiver.server_port).round()

    names = [span.name for span in receiver.spans if span.trace_id.hex() == request.trace_id]
    assert names == ["invoke_workflow agent", "early"]
    assert sorted(counts(receiver).values()) == [1] * 5


def test_other_destinations_get_all_of_it_too(runtime, receiver, shipper):
    ask(runtime)
    shipper.round()

    with receiving() as other:
        second = Shipper(runtime.recorder.home, Destination(url=f"{other.url}/v1/traces"), Manner())
        second.round()
        second.close()

        assert counts(other) == counts(receiver)


def test_requests_that_are_not_sampled_are_not_sent(runtime, receiver, shipper):
    configure(sample_rate=0.0)
    ask(runtime, 3)
    failed = runtime.open_request("agent")
    runtime.end_request(error=ValueError("no"), request=failed)

    shipper.round()

    assert [span.trace_id.hex() for span in receiver.spans] == [failed.trace_id]


def test_what_runs_is_sent_when_it_ended_and_not_before(runtime, receiver, shipper):
    request = runtime.open_request("agent")
    shipper.round()
    sent_before = len(receiver.spans)
    runtime.end_request(request=request)

    shipper.round()

    assert (sent_before, len(receiver.spans)) == (0, 1)


def test_where_settings_want_it_a_long_run_is_told_of_while_it_runs(runtime, receiver, shipper_to, seconds):
    shipper = shipper_to(receiver.server_port, in_flight_s=30)
    request = runtime.open_request("agent")
    done = runtime.get_tracker().start(Step("done", "node", "custom", parent=request))
    runtime.get_tracker().end(done)
    runtime.get_tracker().start(Step("hangs", "node", "custom", parent=request))
    shipper.round()
    sent_before = len(receiver.spans)
    seconds.now = 31

    shipper.round()
    shipper.round()

    told = {span.name: attributes(span)["gradient.status"] for span in receiver.spans}
    assert sent_before == 0
    assert told == {"invoke_workflow agent": "running", "done": "completed", "hangs": "running"}
    assert sorted(counts(receiver).values()) == [1] * 3


def test_an_execution_that_outlives_its_request_arrives_when_it_ends(runtime, receiver, shipper):
    request = runtime.open_request("agent")
    late = runtime.get_tracker().start(Step("late", "node", "custom", parent=request))
    runtime.end_request(request=request)
    shipper.round()
    sent_before = [span.name for span in receiver.spans]
    runtime.get_tracker().end(late)

    shipper.round()

    assert sent_before == ["invoke_workflow agent"]
    assert [span.name for span in receiver.spans] == ["invoke_workflow agent", "late"]


def test_an_execution_that_its_program_forgot_to_end_is_waited_for_an_hour(runtime, receiver, shipper, seconds):
    request = runtime.open_request("agent")
    runtime.get_tracker().start(Step("forgotten", "node", "custom", parent=request))
    runtime.end_request(request=request)
    shipper.round()
    seconds.now = 3_600

    shipper.round()
    shipper.round()

    assert [span.name for span in receiver.spans] == ["invoke_workflow agent", "forgotten"]


def test_a_run_larger_than_a_batch_keeps_its_parents(runtime, receiver, shipper):
    request = runtime.open_request("agent")
    parent = request
    for number in range(1_500):
        execution = runtime.get_tracker().start(Step(f"node{number}", "node", "custom", parent=parent))
        runtime.get_tracker().end(execution)
        parent = execution
    runtime.end_request(request=request)

    shipper.round()

    spans = {span.span_id: span for span in receiver.spans}
    below = [span for span in spans.values() if span.parent_span_id]
    assert len(spans) == 1_501
    assert len(receiver.requests) > 2
    assert all(
        spans[span.parent_span_id].name == f"node{int(span.name[4:]) - 1}" for span in below if span.name != "node0"
    )


def test_messages_of_a_growing_conversation_are_sent_in_full(runtime, receiver, shipper):
    from langchain_core.messages import AIMessage, HumanMessage

    said = [HumanMessage("hello", id="1")]
    for turn in range(3):
        request = runtime.open_request("agent", {"messages": said})
        said = [*said, AIMessage(f"answer {turn}", id=f"a{turn}")]
        runtime.end_request({"messages": said}, request=request)

    shipper.round()

    outputs = [attributes(span)["output.value"] for span in receiver.spans]
    assert [text.count('"content"') for text in outputs] == [2, 3, 4]
    assert "$list" not in "".join(outputs)


def test_files_of_journals_that_are_gone_go_too(runtime, receiver, shipper, home):
    ask(runtime)
    shipper.round()
    runtime.shutdown()
    shipper.round()
    noted = {path.suffix for path in home.glob("otlp/*/*")}

    for path in sorted(home.glob("journal/*/*")):
        path.unlink()
    for folder in home.glob("journal/*"):
        folder.rmdir()
    shipper.round()

    assert noted == {".done"}
    assert list(home.glob("otlp/*/*")) == []


def test_content_can_be_left_out(runtime, receiver, shipper_to):
    ask(runtime)

    shipper_to(receiver.server_port, content=False).round()

    assert all("value" not in name for span in receiver.spans for name in attributes(span))
