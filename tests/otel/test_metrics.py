"""What was sent is counted, in the names of OpenTelemetry's conventions."""

import pytest

from gradient.export.ship.metrics import Metrics
from gradient.runtime.step import Step
from gradient.sdk import entrypoint, step
from gradient.testing import FakeClock


@pytest.fixture
def counting(shipper_to, receiver):
    """A shipper to the receiver that counts."""
    shipper = shipper_to(receiver.server_port)
    shipper._metrics = Metrics(f"{receiver.url}/v1/metrics")
    return shipper


def points(receiver):
    """Return the points of each metric, by name."""
    found = {}
    for metric in receiver.metrics:
        found[metric.name] = list(getattr(metric, metric.WhichOneof("data")).data_points)
    return found


def test_calls_tools_and_agents_have_durations_and_models_their_tokens(runtime, receiver, counting):
    @entrypoint
    def agent():
        for _ in range(2):
            with step("ask", kind="llm") as call:
                call.set_usage(input_tokens=9, output_tokens=4, model="gpt-4o", provider="openai")
        with step("search", kind="tool"):
            pass

    agent()
    counting.round()
    counting.close()

    found = points(receiver)
    assert {name: [getattr(point, "count", 0) or point.as_int for point in each] for name, each in found.items()} == {
        "gen_ai.client.inference.duration": [2],
        "gen_ai.client.inference.usage.input_tokens": [18],
        "gen_ai.client.inference.usage.output_tokens": [8],
        "gen_ai.execute_tool.duration": [1],
        "gen_ai.invoke_agent.duration": [1],
    }
    (point,) = found["gen_ai.client.inference.duration"]
    told = {pair.key: pair.value.string_value for pair in point.attributes}
    assert told["gen_ai.request.model"] == "gpt-4o"
    assert list(point.explicit_bounds) == [0.01 * 2**power for power in range(14)]


def test_a_duration_is_in_seconds(runtime, receiver, counting, monkeypatch):
    clock = FakeClock()
    monkeypatch.setattr(runtime.tracking, "clock", clock)
    request = runtime.open_request("agent")
    tool = runtime.get_tracker().start(Step("search", "tool", "custom", parent=request))
    clock.advance(ms=1_500)
    runtime.get_tracker().end(tool)
    runtime.end_request(request=request)
    counting.round()
    counting.close()

    assert points(receiver)["gen_ai.execute_tool.duration"][0].sum == 1.5


def test_what_did_not_arrive_is_not_counted(runtime, receiver, counting):
    receiver.refuse = lambda spans: (400, {}) if spans else None
    entrypoint(lambda: 1)()
    counting.round()
    counting.close()

    assert points(receiver) == {}


def test_metrics_are_sent_each_minute(runtime, receiver, counting, seconds):
    entrypoint(lambda: 1)()
    counting.round()
    before = len(receiver.metrics)
    seconds.now = 60

    counting.round()

    assert (before, len(receiver.metrics)) == (0, 1)


def test_who_has_no_place_for_metrics_is_asked_once_and_that_is_told(runtime, receiver, counting, seconds):
    receiver.refuse = lambda spans: None if spans else (405, {})
    for minute in (1, 2, 3):
        entrypoint(lambda: 1)()
        seconds.now = 60 * minute
        counting.round()
    counting.close()

    assert (receiver.attempts, len(receiver.spans)) == (4, 3)
    assert len(counting.told) == 1
    assert "/v1/metrics answered 405" in counting.told[0]
