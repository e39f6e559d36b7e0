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


def test_two_graphs_that_share_the_id_of_a_thread_are_told_apart(process, document):
    one = process()
    for number, graph_id in ((1, "a"), (2, "b")):
        one.request(number, at_ms=number * 10)
        graph(one, number, number, at_ms=number * 10, status="interrupted", thread_id="t", graph_id=graph_id)
    for number, graph_id in ((3, "a"), (4, "b")):
        one.request(number, at_ms=number * 10)
        graph(one, number, number, at_ms=number * 10, thread_id="t", graph_id=graph_id, resume=True)

    assert document("0303")["links"] == [link(1, "resumes")]
    assert document("0404")["links"] == [link(2, "resumes")]


def test_a_graph_that_ran_to_its_end_does_not_resume_what_another_one_waits_for(process, document):
    one = process()
    one.request(1)
    graph(one, 1, 1, at_ms=1, thread_id="t", graph_id="b")
    one.request(2, at_ms=10)
    graph(one, 2, 2, at_ms=10, status="interrupted", thread_id="t", graph_id="a")
    one.request(3, at_ms=20)
    graph(one, 3, 3, at_ms=20, thread_id="t", graph_id="b", resume=True)

    assert document("0303")["links"] == []


def test_a_graph_that_was_changed_while_it_waited_is_resumed_all_the_same(process, document):
    one = process()
    one.request(1)
    graph(one, 1, 1, at_ms=1, status="interrupted", thread_id="t", graph_id="before")
    one.request(2, at_ms=10)
    graph(one, 2, 2, at_ms=10, thread_id="t", graph_id="after", resume=True)

    assert document("0202")["links"] == [link(1, "resumes")]


def test_a_subgraph_that_was_resumed_before_does_not_bring_its_first_run_back(process, document):
    one = process()
    statuses = {1: ("interrupted", "interrupted"), 2: ("interrupted", "completed"), 3: ("completed", "completed")}
    for number, (of_outer, of_inner) in statuses.items():
        one.request(number, at_ms=number * 10)
        told = {"thread_id": "t", "resume": number > 1}
        graph(one, number, number, at_ms=number * 10, status=of_outer, graph_id="outer", **told)
        graph(one, number, 10 + number, at_ms=number * 10 + 1, status=of_inner, graph_id="inner", **told)

    assert document("0303")["links"] == [link(2, "resumes")]
