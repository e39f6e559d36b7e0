"""What an error came from can be read wherever the error can, whatever the exceptions are."""

import builtins
import random
import re
import traceback

import pytest

from gradient.analysis.causes import whole_trace
from gradient.export.otlp import otlp_json
from gradient.export.report import report
from gradient.sdk import configure, entrypoint, step
from gradient.store import SqliteStore

GROUP = getattr(builtins, "ExceptionGroup", None)
NAMES = re.compile(r"\b[eg]\d+\b|\bnote \d+\b")
SECRET = "sk-proj-" + "Zq8Wn3Lk5Vt7" * 4


@pytest.fixture
def failed_with(runtime, read_runs):
    """Return a function that raises an exception in an entrypoint and returns the run."""

    @entrypoint
    def agent(error):
        raise error

    def run(error):
        error.__traceback__ = None
        with pytest.raises(type(error)) as caught:
            agent(error)
        assert caught.value is error
        return read_runs()[-1]

    return run


def named(name, *, cause=None, context=None, hidden=False, notes=()):
    error = ValueError(name)
    error.__context__ = context
    if cause is not None:
        error.__cause__ = cause
    error.__suppress_context__ = error.__suppress_context__ or hidden
    if notes:
        error.__notes__ = list(notes)
    return error


def told(run):
    return [(cause["relation"], cause["depth"], cause["message"]) for cause in run["error"]["causes"]]


def test_a_cause_goes_before_what_was_being_handled_which_may_be_suppressed(failed_with):
    first = named("first")

    assert told(failed_with(named("x", cause=named("why"), context=first))) == [("cause", 0, "why")]
    assert told(failed_with(named("x", context=named("second", context=first)))) == [
        ("context", 0, "second"),
        ("context", 0, "first"),
    ]
    assert told(failed_with(named("x", context=first, hidden=True))) == []


def test_a_cause_has_its_type_its_notes_and_where_it_was_raised(failed_with):
    with pytest.raises(ZeroDivisionError) as caught:
        1 / 0  # noqa: B018 - raises
    caught.value.__notes__ = ["of input.csv"]
    run = failed_with(named("x", cause=caught.value))

    (cause,) = run["error"]["causes"]
    assert (cause["type"], cause["message"], cause["notes"]) == (
        "ZeroDivisionError",
        "division by zero",
        ["of input.csv"],
    )
    assert "1 / 0" in cause["stacktrace"]


@pytest.mark.skipif(GROUP is None, reason="groups of exceptions came with Python 3.11")
def test_the_members_of_groups_have_causes_and_members_of_their_own(failed_with):
    inner = GROUP("inner", [named("c"), named("d", cause=named("why d"))])
    outer = GROUP("outer", [named("a", cause=named("why a")), inner])
    outer.__cause__ = named("why all")

    assert told(failed_with(outer)) == [
        ("member", 1, "a"),
        ("cause", 1, "why a"),
        ("member", 1, "inner (2 sub-exceptions)"),
        ("member", 2, "c"),
        ("member", 2, "d"),
        ("cause", 2, "why d"),
        ("cause", 0, "why all"),
    ]


def test_the_execution_that_fails_tells_its_own_causes(runtime, read_runs):
    @entrypoint
    def agent():
        with pytest.raises(ValueError, match="x"), step("inner"):
            raise named("x", cause=named("why"))

    agent()

    (run,) = read_runs()
    assert run["executions"][0]["error"]["causes"][0]["message"] == "why"


def grown(rng, size, made):
    """Return an exception with others behind it, made of one list so that some are met twice or lead in a circle."""
    error = ValueError(f"e{len(made)}")
    if GROUP is not None and size > 1 and rng.random() < 0.3:
        error = GROUP(f"g{len(made)}", [grown(rng, size // 2, made) for _ in range(rng.randint(1, 3))])
    made.append(error)
    if size > 1 and rng.random() < 0.8:
        setattr(error, rng.choice(["__cause__", "__context__"]), grown(rng, size // 2, made))
    if rng.random() < 0.2:
        error.__context__ = rng.choice(made)
    if rng.random() < 0.1:
        error.__suppress_context__ = True
    if rng.random() < 0.3:
        error.__notes__ = [f"note {len(made)}"]
    return error


@pytest.mark.parametrize("seed", range(60))
def test_nothing_that_pythons_own_account_tells_is_missing(failed_with, seed):
    error = grown(random.Random(seed), 8, [])

    run = failed_with(error)

    python = "".join(traceback.format_exception(error))
    account = f"{run['error']['message']}\n{whole_trace(run['error'])}"
    told_by_python = set(NAMES.findall(python))
    assert told_by_python
    assert run["error"]["causes_left_out"] or told_by_python <= set(NAMES.findall(account))


def test_a_long_chain_keeps_its_nearest_and_its_first_causes(failed_with):
    error = named("0")
    for number in range(1, 5_000):
        error = named(str(number), cause=error)

    run = failed_with(error)

    assert [message for _, _, message in told(run)][:2] == ["4998", "4997"]
    assert len(told(run)) < 10
    assert run["error"]["causes_left_out"] > 900
    assert told(failed_with(named("new", cause=chain_of(20))))[-1] == ("cause", 0, "0")


def chain_of(length):
    error = named("0")
    for number in range(1, length):
        error = named(str(number), cause=error)
    return error


@pytest.mark.skipif(GROUP is None, reason="groups of exceptions came with Python 3.11")
def test_a_large_group_is_cut_and_says_so(failed_with):
    run = failed_with(GROUP("many", [named(str(number), cause=named("why")) for number in range(10_000)]))

    assert len(told(run)) + run["error"]["causes_left_out"] >= 10_000
    assert len(str(run["error"])) < 100_000


def test_long_texts_of_causes_are_cut(failed_with):
    run = failed_with(named("x", cause=named("y" * 10**6, notes=["z" * 10**6] * 100)))

    assert len(str(run["error"])) < 100_000


class Hostile(Exception):
    """Whatever is asked of it, it raises."""

    def __str__(self):
        raise RuntimeError("no words")

    __repr__ = __str__

    def _refuse(self, *_):
        raise RuntimeError("not for you")

    __cause__ = __context__ = __suppress_context__ = __traceback__ = property(_refuse)
    __eq__ = __hash__ = __bool__ = _refuse


class Text(str):  # noqa: SLOT000 - as users write them
    """A text that is not to be looked at."""

    def _refuse(self, *_):
        raise RuntimeError("not for you")

    __len__ = __getitem__ = __iter__ = __eq__ = __hash__ = encode = isascii = _refuse


class Spoken(Exception):
    """Its words are no ordinary text."""

    def __str__(self):
        return Text("words of its own")


def test_exceptions_that_refuse_every_question_are_told_as_far_as_can_be(failed_with):
    hostile, spoken = Hostile(), Spoken()
    error = named("x", cause=hostile, notes=[Text("a note"), 7, object()])
    BaseException.__dict__["__cause__"].__set__(hostile, spoken)
    spoken.__cause__ = error

    run = failed_with(error)

    assert [cause["type"].rpartition(".")[2] for cause in run["error"]["causes"]] == ["Hostile", "Spoken"]
    assert run["error"]["causes"][1]["message"] == "words of its own"
    assert run["error"]["notes"][:2] == ["a note", "7"]


@pytest.mark.parametrize(
    "notes", [None, "text", 7, {"a": 1}, Text("x")], ids=["nothing", "text", "number", "dict", "odd text"]
)
def test_notes_that_are_no_list_are_passed_over(failed_with, notes):
    error = named("x")
    error.__dict__["__notes__"] = notes

    assert failed_with(error)["error"]["notes"] == []


def test_a_note_of_tuples_within_tuples_costs_no_end(failed_with):
    note = ("a",)
    for _ in range(5_000):
        note = (note, note)

    assert failed_with(named("x", notes=[note]))["error"]["message"] == "x"


def test_secrets_are_withheld_in_notes_and_causes(failed_with, capsys):
    configure(console="debug")
    note = f"password = {SECRET}"
    run = failed_with(named("x", notes=[note], cause=named(SECRET, notes=[note], context=named(note))))

    printed = capsys.readouterr()
    assert SECRET not in str(run) + printed.out + printed.err
    assert "[redacted]" in str(run["error"]["causes"])


def test_words_of_causes_and_notes_are_found(failed_with, home):
    failed_with(named("x", cause=named("glacier", notes=["moraine"])))

    with SqliteStore(home) as store:
        assert [store.count(f"text:{word}") for word in ("glacier", "moraine", "neither")] == [1, 1, 0]


def test_the_printed_account_a_report_and_spans_tell_causes(failed_with, capsys):
    configure(console="nodes")
    run = failed_with(named("Connection error.", cause=named("port 8931 refused", notes=["is it up?"])))

    assert "caused by ValueError: port 8931 refused" in capsys.readouterr().err
    for exported in (report([run]), otlp_json([run])):
        text = b"".join(exported).decode()
        assert "ValueError: port 8931 refused" in text
        assert "is it up?" in text
