"""Runs that belong together say so, whichever process they ran in."""


def graph(one, number, execution, *, at_ms, status="completed", **metadata):
    """Write that a graph ran for a millisecond."""
    one.end(number, execution, at_ms + 1, at_ms, kind="graph", status=status, metadata=metadata)


def run_id(number):
    digits = f"{number:02x}"
    return "-".join(digits * size for size in (4, 2, 2, 2, 6))


def link(number, relation):
    return {"request_id": run_id(number), "relation": relation}


def test_a_run_that_follows_another_links_to_it(process, document):
    one = process()
    one.request(1)
    one.request(2, at_ms=1, follows=bytes([1]) * 16)

    assert document("0202")["links"] == [link(1, "follows")]


def test_a_resumed_run_and_the_interrupted_one_link_to_each_other_across_processes(process, document):
    first, second = process(), process(began_s=60)
    first.request(1)
    graph(first, 1, 7, at_ms=1, status="interrupted", thread_id="t")
    first.die()
    second.request(2)
    graph(second, 2, 8, at_ms=1, thread_id="t", resume=True)

    assert document("0202")["links"] == [link(1, "resumes")]
    assert document("0101")["links"] == [link(2, "resumed_by")]


def test_the_newest_earlier_interrupted_run_of_the_thread_is_resumed(process, document):
    one = process()
    for number in (1, 2):
        one.request(number, at_ms=number * 10)
        graph(one, number, number, at_ms=number * 10, status="interrupted", thread_id="t")
    one.request(3, at_ms=30)
    graph(one, 3, 3, at_ms=30, thread_id="t", resume=True)
    one.request(4, at_ms=40)
    graph(one, 4, 4, at_ms=40, status="interrupted", thread_id="t")

    assert document("0303")["links"] == [link(2, "resumes")]
    assert document("0101")["links"] == document("0404")["links"] == []


def test_another_thread_or_a_run_that_was_not_interrupted_is_not_resumed(process, document):
    one = process()
    one.request(1)
    graph(one, 1, 1, at_ms=1, status="interrupted", thread_id="other")
    one.request(2, at_ms=10)
    graph(one, 2, 2, at_ms=10, thread_id="t")
    one.request(3, at_ms=20)
    graph(one, 3, 3, at_ms=20, thread_id="t", resume=True)

    assert document("0303")["links"] == []


def test_a_run_that_does_not_resume_is_linked_to_nothing(process, document):
    one = process()
    one.request(1)
    graph(one, 1, 1, at_ms=1, status="interrupted", thread_id="t")
    one.request(2, at_ms=10)
    graph(one, 2, 2, at_ms=10, thread_id="t")

    assert document("0202")["links"] == []


def test_a_run_that_resumes_itself_is_not_linked_to_the_one_before(process, document):
    one = process()
    one.request(1)
    graph(one, 1, 1, at_ms=1, status="interrupted", thread_id="t")
    one.request(2, at_ms=10)
    graph(one, 2, 2, at_ms=10, status="interrupted", thread_id="t")
    graph(one, 2, 3, at_ms=12, thread_id="t", resume=True)

    assert document("0202")["links"] == []


def test_subgraphs_of_the_thread_do_not_double_the_link(process, document):
    one = process()
    one.request(1)
    graph(one, 1, 1, at_ms=1, status="interrupted", thread_id="t")
    graph(one, 1, 2, at_ms=2, status="interrupted", thread_id="t")
    one.request(2, at_ms=10)
    graph(one, 2, 3, at_ms=10, thread_id="t", resume=True)
    graph(one, 2, 4, at_ms=11, thread_id="t", resume=True)

    assert document("0202")["links"] == [link(1, "resumes")]


def test_links_that_were_recorded_are_read(process, document):
    one = process()
    one.request(1)
    one.start(1, 7)
    one.update(1, 7, 1, "link", "handoff", {"request_id": run_id(9)})

    run = document()

    assert run["links"] == []
    assert run["executions"][0]["links"] == [link(9, "handoff")]
