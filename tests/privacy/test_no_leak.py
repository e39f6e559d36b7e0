"""No secret of a kind that we promise to withhold reaches the disk, wherever it stands and however it is escaped."""

import itertools
import json
import random

import pytest
from langchain_core.messages import HumanMessage, ToolMessage
from support.made_up import AROUND, CREDENTIALS, ESCAPED, IN_ADDRESS, MARKS, NAMED, NAMES, values

from gradient.runtime.values.redaction import Redactor
from gradient.sdk import annotate, configure, entrypoint, set_metadata, step

TRIPLES = 2_000


def credentials(rng):
    """Yield texts that hold a credential of a known shape; in an address, those that need no signs."""
    while True:
        for name, make in CREDENTIALS.items():
            text = rng.choice(list(AROUND.values()))(make(rng))
            escape = rng.choice(list(ESCAPED.values()))
            yield name, escape(text)
            if name.endswith(("_", "-")):
                yield name, IN_ADDRESS["quoted"](make(rng))


def named(rng):
    """Yield texts that name a secret."""
    for place, name in itertools.cycle(itertools.product(NAMED.items(), NAMES)):
        text = place[1].format(name=name, value=values(rng))
        escape = rng.choice([name for name in ESCAPED if name != "HTML" or "<" not in place[1]])
        yield f"{name} as {place[0]}, {escape}", ESCAPED[escape](rng.choice(list(AROUND.values()))(text))


@entrypoint
def failing(text):
    raise ValueError(text)


def in_payload(agent, text):
    agent({"deep": [{"text": text}]})


def in_message(agent, text):
    agent([HumanMessage(text), ToolMessage(text, tool_call_id="1")])


def in_error(agent, text):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - its message is the made-up text
        failing(text)
    assert str(caught.value) == text


def in_metadata(agent, text):
    @entrypoint(metadata={"note": text}, tags=[text])
    def noted():
        set_metadata(more=text)
        annotate("said", words=text)
        with step("inside", inputs={"given": (text,)}) as block:
            block.outputs = [text]

    noted()


PLACES = (in_payload, in_message, in_error, in_metadata)


def leaks(everything):
    return {mark: everything[max(0, at - 200) : at + 40] for mark in MARKS if (at := everything.find(mark)) >= 0}


@pytest.mark.parametrize(("kind", "place"), list(itertools.product([credentials, named], PLACES)))
def test_no_made_up_secret_is_on_disk_or_printed(agent, read_runs, written, capsys, kind, place):  # noqa: PLR0913, PLR0917
    configure(console="debug", max_items=10_000)
    rng = random.Random(f"{kind.__name__} {place.__name__}")

    for _, text in itertools.islice(kind(rng), TRIPLES // len(PLACES) // 2):
        place(agent, text)

    shown = json.dumps(read_runs()).encode()
    printed = capsys.readouterr()
    assert leaks(written() + shown + printed.out.encode() + printed.err.encode()) == {}


@pytest.mark.parametrize("kind", [credentials, named])
@pytest.mark.parametrize("told", [False, True])
def test_none_of_thousands_is_left_in_a_text(kind, told):
    redactor, rng = Redactor(), random.Random(f"{kind.__name__} {told}")

    left = [
        (name, text)
        for name, text in itertools.islice(kind(rng), 4 * TRIPLES)
        if leaks(redactor.clean_text(text, told=told).encode())
    ]

    assert left[:20] == []


@pytest.mark.parametrize("kind", [credentials, named])
def test_what_is_withheld_of_a_text_is_suspected_in_its_json(kind):
    redactor, rng = Redactor(), random.Random(kind.__name__)

    missed = [
        text
        for _, text in itertools.islice(kind(rng), 4 * TRIPLES)
        if not redactor.holds_secret(json.dumps([text], ensure_ascii=False).encode())
    ]

    assert missed[:20] == []
