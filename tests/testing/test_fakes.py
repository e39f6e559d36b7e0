"""Clock and ids that tests decide on."""

from datetime import datetime, timedelta, timezone

from gradient.sdk import entrypoint, step
from gradient.testing import CountingIdentities, FakeClock, record

NOON = datetime(2026, 5, 1, 12, 0, 0, 250_000, tzinfo=timezone.utc)


def test_times_are_what_the_clock_was_told():
    clock = FakeClock(NOON)

    @entrypoint
    def agent():
        clock.advance(ms=5)
        with step("slow"):
            clock.advance(ms=20.5)

    with record(clock=clock) as recorded:
        agent()

    (request,) = recorded.requests
    (execution,) = recorded.executions
    assert request.start_time == NOON
    assert request.duration_ms == 25.5
    assert execution.start_time == NOON + timedelta(milliseconds=5)
    assert execution.duration_ms == 20.5


def test_ids_count_from_one():
    @entrypoint
    def agent():
        with step("first"), step("second"):
            pass

    with record(identities=CountingIdentities()) as recorded:
        agent()
        agent()

    assert [request.request_id for request in recorded.requests] == [
        "00000000-0000-4000-8000-000000000001",
        "00000000-0000-4000-8000-000000000002",
    ]
    assert [(execution.execution_id, execution.parent_id) for execution in recorded.executions] == [
        (1, 0),
        (2, 1),
        (3, 0),
        (4, 3),
    ]
