"""Receivers that are down, killed, busy or picky, and runs that are broken, cost no other span."""

from collections import Counter

import pytest
from support.asked import ask, counts
from support.receiver import receiving

from gradient.export.ship.shipper import Unreachable
from gradient.journal.events import RequestEnded, RequestStarted, encode_event


def test_a_receiver_that_is_down_at_first_gets_everything_once(runtime, free_port, shipper_to):
    ask(runtime, 5)
    shipper = shipper_to(free_port)
    assert shipper.attempt(every_s=1) > 0  # nobody is there
    ask(runtime, 5)

    with receiving(free_port) as late:
        pause_s = shipper.attempt(every_s=1)

        assert pause_s == 1
        assert sorted(counts(late).values()) == [1] * 30
    assert "cannot be reached" in shipper.told[0]
    assert "takes spans again" in shipper.told[1]


def test_a_receiver_that_is_killed_and_comes_back_gets_everything_once(runtime, free_port, shipper_to):
    ask(runtime, 5)
    shipper = shipper_to(free_port)
    with receiving(free_port) as first:
        shipper.round()
    ask(runtime, 5)
    with pytest.raises(Unreachable):
        shipper.round()

    with receiving(free_port) as second:
        shipper.round()

        assert sorted((counts(first) + counts(second)).values()) == [1] * 30


def test_pauses_grow_to_a_minute_and_a_receiver_can_ask_for_more(runtime, receiver, shipper):
    ask(runtime)
    receiver.refuse = lambda _: (503, {})

    pauses = [shipper.attempt(every_s=1) for _ in range(9)]
    receiver.refuse = lambda _: (429, {"Retry-After": "300"})

    assert all(0.8 * 2**n <= pause <= 1.2 * 2**n for n, pause in enumerate(pauses[:6]))
    assert 48 <= pauses[-1] <= 72
    assert shipper.attempt(every_s=1) == 300
    assert len(shipper.told) == 1


def test_what_is_taken_in_between_sets_the_pauses_back_and_is_told_once(runtime, receiver, shipper):
    ask(runtime, 1_000)
    asked = []
    receiver.refuse = lambda _: asked.append(1) or ((503, {}) if len(asked) % 4 else None)

    pauses = []
    while len(receiver.spans) < 3_000:
        pauses.append(shipper.attempt(every_s=0))

    assert len(pauses) > 12
    assert max(pauses) < 5
    assert max(pauses[3::3]) < 1
    assert len(shipper.told) == 2  # in trouble, and out of it
    assert sorted(counts(receiver).values()) == [1] * 3_000


def test_a_size_that_is_refused_is_asked_for_no_more(runtime, receiver, shipper):
    ask(runtime, 1_000)
    sizes = []
    receiver.refuse = lambda spans: sizes.append(len(spans)) or ((413, {}) if len(spans) > 40 else None)

    shipper.round()

    taken, refused = [size for size in sizes if size <= 40], [size for size in sizes if size > 40]
    assert sum(taken) == 3_000
    assert len(refused) <= 5
    assert sum(refused) < 1_200
    assert shipper.shipped.dropped == 0


def test_a_span_that_is_too_large_by_itself_is_left_out_alone(runtime, receiver, shipper):
    ask(runtime, 4)
    receiver.refuse = lambda spans: (413, {}) if any(span.name == "node1" for span in spans) else None

    shipper.round()

    assert (shipper.shipped.spans, shipper.shipped.dropped) == (8, 4)


def test_a_wrong_key_loses_nothing(runtime, receiver, shipper):
    ask(runtime)
    receiver.refuse = lambda _: (401, {})
    shipper.attempt(every_s=1)
    receiver.refuse = lambda _: None

    shipper.attempt(every_s=1)

    assert sorted(counts(receiver).values()) == [1] * 3
    assert "answered 401" in shipper.told[0]


def test_a_span_that_is_never_taken_is_left_out_alone_and_told(runtime, receiver, shipper):
    ask(runtime, 4)
    receiver.refuse = lambda spans: (400, {}) if any(span.name == "node1" for span in spans) else None

    shipper.round()

    assert Counter(span.name for span in receiver.spans) == {"invoke_workflow agent": 4, "node0": 4}
    assert (shipper.shipped.spans, shipper.shipped.dropped) == (8, 4)
    assert "left out" in shipper.told[0]


def test_a_run_that_cannot_be_made_into_spans_holds_up_no_other(runtime, receiver, shipper, home):
    before = ask(runtime)
    key, at, wall = b"k" * 16, 1, -5_000_000_000  # no protobuf holds a time before 1970
    runtime.recorder.writer.append(encode_event(RequestStarted(key, at, wall, "agent", key)))
    runtime.recorder.writer.append(encode_event(RequestEnded(key, at, at, wall, "agent", key, "completed")))
    after = ask(runtime)

    shipper.round()

    assert {span.trace_id.hex() for span in receiver.spans} == {*before, *after}
    assert len(shipper.told) == 1
    assert "cannot be made into spans" in shipper.told[0]
