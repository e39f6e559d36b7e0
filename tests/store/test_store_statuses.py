"""What is called running, aborted or unknown, and how long it took."""

from gradient.journal.failures import Failure
from gradient.store import SqliteStore


def test_a_run_that_ended_has_the_status_and_duration_it_ended_with(process, document):
    one = process()
    one.request(1, at_ms=5)
    one.end_request(1, at_ms=17, started_ms=5, status="cancelled")

    run = document()

    assert (run["status"], run["duration_ms"]) == ("cancelled", 12.0)


def test_what_a_living_process_has_not_ended_is_running_and_has_no_duration(process, document):
    one = process()
    one.request(1)
    one.start(1, 7, at_ms=3)

    run = document()
    (execution,) = run["executions"]

    assert (run["status"], run["duration_ms"]) == ("running", None)
    assert (execution["status"], execution["duration_ms"]) == ("running", None)


def test_what_a_dead_process_left_open_was_aborted_at_its_last_event(process, document):
    one = process()
    one.request(1)
    one.start(1, 7, at_ms=3)
    one.request(2, at_ms=20)
    one.end_request(2, at_ms=40, started_ms=20)
    one.die()

    run = document("0101")
    (execution,) = run["executions"]

    assert (run["status"], run["duration_ms"]) == ("aborted", 40.0)
    assert (execution["status"], execution["duration_ms"]) == ("aborted", 37.0)


def test_the_last_event_of_a_dead_process_counts_even_from_a_segment_that_does_not_hold_the_run(process, document):
    one = process(first_segment_bytes=4096, largest_segment_bytes=4096)
    one.request(1)
    for at_ms in range(100):
        one.request(2, at_ms=at_ms, inputs={"filling": "x" * 200})
    one.die()

    assert document("0101")["duration_ms"] == 99.0


def test_what_a_copied_journal_left_open_is_unknown(process, document):
    one = process()
    one.request(1)
    one.start(1, 7)
    one.forget_liveness()

    run = document()
    (execution,) = run["executions"]

    assert (run["status"], run["duration_ms"]) == ("unknown", None)
    assert (execution["status"], execution["duration_ms"]) == ("unknown", None)


def test_a_run_that_ended_in_a_copied_journal_keeps_its_status(process, document):
    one = process()
    one.request(1)
    one.end_request(1, at_ms=1)
    one.forget_liveness()

    assert document()["status"] == "completed"


def test_an_execution_that_outlives_its_run_in_a_living_process_is_running(process, document):
    one = process()
    one.request(1)
    one.start(1, 7)
    one.end_request(1, at_ms=4)

    run = document()

    assert run["status"] == "completed"
    assert run["executions"][0]["status"] == "running"


def test_an_execution_of_a_dead_child_is_aborted_while_the_run_goes_on(process, document):
    parent, child = process(), process()
    parent.request(1)
    child.start(1, 7, at_ms=5)
    child.update(1, 7, 9, "event", "tick", {})
    child.die()

    run = document()
    (execution,) = run["executions"]

    assert run["status"] == "running"
    assert (execution["status"], execution["duration_ms"]) == ("aborted", 4.0)


def test_a_failed_child_that_was_handled_leaves_the_run_completed(process, document):
    one = process()
    one.request(1)
    one.end(1, 7, at_ms=1, status="error", error=Failure("ValueError", "no", "trace"))
    one.end_request(1, at_ms=2)

    run = document()

    assert run["status"] == "completed"
    assert run["error"] is None
    only = run["executions"][0]
    told = {
        "type": "ValueError",
        "message": "no",
        "stacktrace": "trace",
        "notes": [],
        "causes": [],
        "causes_left_out": 0,
    }
    assert only["error"] == told | {"began_in": only["execution_id"]}


def test_a_process_that_died_after_it_was_read_is_running_until_it_is_read_again(process, home):
    one = process()
    one.request(1)
    with SqliteStore(home) as store:
        one.end_request(1, at_ms=1)
        one.die()

        assert [run.status for run in store] == ["running"]
        assert store.run_document(store.find("@last"))["status"] == "running"
        store.refresh()
        assert [run.status for run in store] == ["completed"]


def test_a_process_of_which_nobody_knows_whether_it_lives_is_read_on(process, home):
    one = process()
    one.request(1)
    (one.writer.folder / "alive").unlink()
    with SqliteStore(home) as store:
        assert [run.status for run in store] == ["unknown"]

        one.end_request(1, at_ms=1)
        store.refresh()

        assert [run.status for run in store] == ["completed"]
