"""What a program says about the request it is in: events, metadata, session, user, tags."""

import asyncio
import threading

from gradient.runtime import get_current_context
from gradient.runtime.session import current_session
from gradient.sdk import annotate, current_request, entrypoint, session, set_metadata, step

SESSION_KEYS = ("session_id", "user_id", "tags", "metadata")


def session_of(run):
    return {key: run[key] for key in SESSION_KEYS}


def events_of(described):
    return [(event["name"], event["attributes"]) for event in described["events"]]


# ── events and metadata ──────────────────────────────────────────────────────────────────────────────────────────────


def test_notes_go_to_the_innermost_execution(runtime, read_runs):
    @entrypoint
    def agent():
        with step("outer"):
            with step("inner"):
                annotate("noted inside", depth=2)
                set_metadata(depth=2)
            annotate("noted outside", depth=1)
            set_metadata(depth=1)

    agent()

    outer, inner = read_runs()[0]["executions"]
    assert (events_of(outer), outer["metadata"]) == ([("noted outside", {"depth": 1})], {"depth": 1})
    assert (events_of(inner), inner["metadata"]) == ([("noted inside", {"depth": 2})], {"depth": 2})


def test_metadata_said_outside_of_any_step_is_the_requests(runtime, read_runs):
    @entrypoint(metadata={"version": 1, "channel": "web"})
    def agent():
        set_metadata(version=2, customer="ann")

    agent()

    assert read_runs()[0]["metadata"] == {"version": 2, "channel": "web", "customer": "ann"}


def test_notes_outside_of_any_request_are_harmless(runtime, read_runs):
    annotate("noted", a=1)
    set_metadata(a=1)

    assert read_runs() == []


def test_notes_taken_in_threads_and_tasks_arrive(runtime, read_runs):
    async def work():
        annotate("in a task")

    @entrypoint
    async def agent():
        with step("work"):
            await asyncio.gather(work())
            thread = threading.Thread(target=annotate, args=("in a thread",))
            thread.start()
            await asyncio.to_thread(thread.join)

    asyncio.run(agent())

    (execution,) = read_runs()[0]["executions"]
    assert sorted(name for name, _ in events_of(execution)) == ["in a task", "in a thread"]


def test_an_event_may_have_any_attributes(runtime, read_runs):
    class Odd:
        def __repr__(self):
            raise RuntimeError

    @entrypoint
    def agent():
        with step("work"):
            annotate("noted", what="a word of ours", value={"deep": [1, None]}, odd=Odd(), self="too")

    agent()

    ((name, attributes),) = events_of(read_runs()[0]["executions"][0])
    assert name == "noted"
    assert (attributes["what"], attributes["value"], attributes["self"]) == (
        "a word of ours",
        {"deep": [1, None]},
        "too",
    )


# ── the current request ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_current_request_is_known_wherever_the_request_runs(runtime, read_runs):
    seen = []

    @entrypoint
    def inner():
        seen.append(current_request())

    @entrypoint
    def agent():
        seen.append(current_request())
        with step("work"):
            seen.append(current_request())
        thread = threading.Thread(target=inner)
        thread.start()
        thread.join()

    agent()

    assert {request.request_id for request in seen} == {read_runs()[0]["request_id"]}
    assert seen[0].entrypoint_name == "agent"
    assert current_request() is None
    assert get_current_context() is None


def test_the_current_request_can_be_asked_while_it_runs(runtime):
    @entrypoint
    def agent(question):
        request = current_request()
        return request.status, request.inputs, request.duration_ms, request.outputs

    assert agent("Why") == ("running", {"question": "Why"}, None, None)


# ── sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_requests_in_a_session_tell_whose_they_are(runtime, read_runs):
    agent = entrypoint(lambda: None)

    with session("chat-1", user_id="ann", tags=["beta"], metadata={"plan": "pro"}):
        agent()
    agent()

    inside, outside = read_runs()
    assert session_of(inside) == {
        "session_id": "chat-1",
        "user_id": "ann",
        "tags": ["beta"],
        "metadata": {"plan": "pro"},
    }
    assert session_of(outside) == {"session_id": None, "user_id": None, "tags": [], "metadata": {}}


def test_an_inner_session_adds_to_the_outer_one(runtime, read_runs):
    with session("chat-1", user_id="ann", tags="beta", metadata={"plan": "pro"}):
        with session("chat-2", tags=["eu"], metadata={"plan": "free"}):
            entrypoint(lambda: None)()
        with session(user_id="bob"):
            entrypoint(lambda: None)()

    first, second = map(session_of, read_runs())
    assert first == {"session_id": "chat-2", "user_id": "ann", "tags": ["beta", "eu"], "metadata": {"plan": "free"}}
    assert second == {"session_id": "chat-1", "user_id": "bob", "tags": ["beta"], "metadata": {"plan": "pro"}}


def test_what_the_decorator_says_wins_over_the_session(runtime, read_runs):
    @entrypoint(session_id="own", user_id="bob", tags=["own"], metadata={"plan": "own"})
    def agent():
        pass

    with session("chat-1", user_id="ann", tags=["beta"], metadata={"plan": "pro", "from": "session"}):
        agent()

    assert session_of(read_runs()[0]) == {
        "session_id": "own",
        "user_id": "bob",
        "tags": ["beta", "own"],
        "metadata": {"plan": "own", "from": "session"},
    }


def test_an_id_may_be_a_number(runtime, read_runs):
    with session(7, user_id=42):
        entrypoint(lambda: None)()

    assert (read_runs()[0]["session_id"], read_runs()[0]["user_id"]) == ("7", "42")


async def test_sessions_of_concurrent_tasks_stay_apart(runtime, read_runs):
    both_are_in = asyncio.Event()

    @entrypoint
    async def agent(number):
        pass

    async def serve(number):
        with session(f"chat-{number}"):
            if number == 1:
                both_are_in.set()
            await both_are_in.wait()
            await agent(number)

    await asyncio.gather(serve(0), serve(1))

    assert {run["inputs"]["number"]: run["session_id"] for run in read_runs()} == {0: "chat-0", 1: "chat-1"}


def test_a_session_in_a_stream_does_not_leak_into_its_consumer(runtime, read_runs):
    @entrypoint
    def stream():
        with session("chat-1"):
            yield 1
            yield 2

    consumer = entrypoint(lambda: None)
    read = stream()
    next(read)
    consumer()
    list(read)
    consumer()

    assert [run["session_id"] for run in read_runs()] == [None, None, None]


def test_a_session_goes_on_in_the_stream_that_opened_it(runtime, read_runs):
    @entrypoint
    def agent():
        with session("chat-1"):
            for number in (1, 2):
                seen.append(current_session().session_id)
                yield number

    seen = []
    list(agent())

    assert seen == ["chat-1", "chat-1"]


async def test_a_session_in_an_async_stream_does_not_leak_into_its_consumer(runtime, read_runs):
    @entrypoint
    async def stream():
        with session("chat-1"):
            yield 1

    consumer = entrypoint(lambda: None)
    async for _ in stream():
        consumer()

    assert [run["session_id"] for run in read_runs()] == [None, None]
