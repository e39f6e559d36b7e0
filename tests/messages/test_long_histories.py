"""Of a history that is too long to record at once, both ends are kept, and all who read it say what is left out."""

import json

from langchain_core.messages import AIMessage, HumanMessage

from gradient.analysis.brief import brief
from gradient.analysis.values import is_message
from gradient.cli.drawing.payloads import full_lines
from gradient.export.formats import FORMATS
from gradient.export.html import embedded
from gradient.export.openinference import execution_attributes
from gradient.sdk import entrypoint, step

MANY = 10_000


@entrypoint
def agent(messages):
    pass


def said(count):
    return [HumanMessage(f"m{number}") for number in range(count)]


def content_of(message):
    return message["parts"][0]["content"]


def texts_of(run):
    return [content_of(message) for message in run["inputs"]["messages"]]


def left_out(count):
    return {"$cut": {"length": None, "head": f"{count} messages are left out here"}}


def test_a_list_of_many_messages_is_whole(runtime, read_runs):
    agent(said(MANY))

    (run,) = read_runs()
    assert texts_of(run) == [f"m{number}" for number in range(MANY)]
    assert run["loss"]["truncated"] == 0


def test_of_more_messages_the_first_and_the_newest_are_kept_while_the_conversation_goes_on(runtime, read_runs):
    messages = said(MANY + 1)
    agent(messages)
    messages.append(AIMessage("the newest"))
    agent(messages)

    expected = [f"m{number}" for number in range(1_000)] + [left_out("1,000")]
    expected += [f"m{number}" for number in range(2_000, MANY + 1)]
    runs = read_runs()
    assert [texts_of(run) for run in runs] == [expected, [*expected, "the newest"]]
    assert [run["loss"]["truncated"] for run in runs] == [1, 1]


def test_what_is_known_of_a_conversation_beyond_the_limit_is_not_written_again(runtime):
    messages, counts = said(MANY + 1), []
    for _ in range(4):
        agent(messages)
        messages.append(AIMessage("the newest"))
        segments = [path.read_bytes() for path in runtime.recorder.home.rglob("*.seg")]
        counts.append(sum(segment.count(b'"m9999"') for segment in segments))

    assert counts[1] == counts[-1]  # the first may have been written while a larger segment was begun


def test_of_messages_without_room_both_ends_are_kept(runtime, read_runs):
    agent([HumanMessage(f"m{number} " + "p" * 30_000) for number in range(200)])

    told = ["kept" if isinstance(text, str) else text["$cut"]["head"] for text in texts_of(read_runs()[0])]
    first = told.index("a message without room")
    newest = told[::-1].index("a message without room")
    assert told == ["kept"] * first + ["a message without room"] * (200 - first - newest) + ["kept"] * newest
    assert 20 < first < newest


def test_all_who_read_a_conversation_say_how_much_of_it_is_left_out(runtime, read_runs):
    @entrypoint(name="asks")
    def asks():
        with step("model", kind="llm", inputs={"messages": said(MANY + 1)}):
            pass

    asks()
    (run,) = read_runs()
    inputs = run["executions"][0]["inputs"]
    read = {
        "show": "\n".join(full_lines(inputs)),
        "show, in a line": brief(inputs["messages"][999:1_002]),
        "page": json.dumps(embedded(run)),
        "OTLP": b"".join(FORMATS["otlp-json"].write([run])).decode(),
        "OpenInference": str(execution_attributes(run["executions"][0])),
    }

    assert [name for name, text in read.items() if "1,000 messages are left out here" not in text] == []
    # A list is shown as a conversation if each of it is a message.
    assert all(map(is_message, inputs["messages"]))
