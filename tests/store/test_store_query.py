"""The query language selects runs, and says what is wrong where it cannot."""

import pytest

from gradient.journal.events import Usage
from gradient.journal.failures import Failure
from gradient.store import QueryError, SqliteStore
from gradient.store.query import FIELDS, parse
from gradient.store.query.sql import conditions

EPOCH_S = 1_700_000_000

HOUR_S = 3_600


@pytest.fixture
def shop(process, home):
    """Four runs: 1 fine and old, 2 failed in a tool, 3 with a costly model, 4 still running."""
    old, one = process(), process(began_s=48 * HOUR_S)
    old.request(1, tags=["ci", "nightly"], session_id="abc", user_id="u1")
    old.end(1, 1, at_ms=5, name="planner")
    old.end_request(1, at_ms=500, tags=["ci", "nightly"], session_id="abc", user_id="u1")
    one.request(2, at_ms=1, entrypoint="support_agent", session_id="abc")
    one.end(
        2, 2, at_ms=5, name="search", kind="tool", status="error", error=Failure("TimeoutError", "gave up after 3 s")
    )
    one.end_request(2, at_ms=3_001, started_ms=1, entrypoint="support_agent", status="error", session_id="abc")
    one.request(3, at_ms=2, entrypoint="support_bot")
    usage = Usage(900, 200, None, None, None, 0.05)
    one.end(3, 3, at_ms=9, name="chat", kind="llm", model="gpt-4o", provider="openai", usage=usage)
    one.end_request(3, at_ms=10_002, started_ms=2, entrypoint="support_bot")
    one.request(4, at_ms=3, entrypoint="100%_odd[x]")
    one.start(4, 4, at_ms=4, name="planner")
    with SqliteStore(home, now_ns=lambda: (EPOCH_S + 49 * HOUR_S) * 10**9) as store:
        yield store


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [4, 3, 2, 1]),
        ("status:error", [2]),
        ("status:error,completed", [3, 2, 1]),
        ("status:running", [4]),
        ("-status:running", [3, 2, 1]),
        ("status:aborted", []),
        ("status:*ed", [3, 1]),
        ("entrypoint:support_*", [3, 2]),
        ("entrypoint:support_agent,agent", [2, 1]),
        ('entrypoint:"support_*"', []),
        ("entrypoint:100%_odd[x]", [4]),
        ("entrypoint:100%*[x]", [4]),
        ("node:planner", [4, 1]),
        ("node:planner,chat", [4, 3, 1]),
        ("-node:planner", [3, 2]),
        ("tool:search", [2]),
        ("tool:planner", []),
        ("kind:llm", [3]),
        ("kind:tool,llm", [3, 2]),
        ("model:gpt-4o", [3]),
        ("model:gpt*", [3]),
        ("error:TimeoutError", [2]),
        ("error:*gave*", [2]),
        ("tag:ci", [1]),
        ("tag:ci -tag:nightly", []),
        ("session:abc", [2, 1]),
        ("session:abc status:error", [2]),
        ("user:u1", [1]),
        ("project:demo", [4, 3, 2, 1]),
        ("project:other", []),
        ("id:0303", [3]),
        ("id:0303,0101", [3, 1]),
        ("dur>2s", [3, 2]),
        ("dur>2s dur<5s", [2]),
        ("dur<=500ms", [1]),
        ("duration>0.1m", [3]),
        ("cost>0.01", [3]),
        ("cost=0.05", [3]),
        ("-cost>0.01", []),
        ("tokens>1000", [3]),
        ("tokens:0", [4, 2, 1]),
        ("errors>0", [2]),
        ("executions>=1", [3, 2, 1]),
        ("since:2h", [4, 3, 2]),
        ("until:2h", [1]),
        ("started>2h", [4, 3, 2]),
        ("since:2023-11-16", [4, 3, 2]),
        ("until:2023-11-16T00:00", [1]),
    ],
)
def test_a_query_selects_what_it_says(shop, query, numbers):
    assert [run.key[0] for run in shop.list(query).runs] == numbers
    assert shop.count(query) == len(numbers)


@pytest.mark.parametrize(
    ("query", "column", "found", "wanted", "nearest"),
    [
        ("stauts:error", 1, "stauts", "one of status", "status"),
        ("status:eror", 8, "eror", "one of running", "error"),
        ("node:a  dur>fast", 13, "fast", "a duration such as", None),
        ("dur>2", 5, "2", "2s or 2ms", None),
        ("cost>2s", 6, "2s", "a number", None),
        ("node>planner", 5, ">", "node: or node=", None),
        ("node:", 6, "nothing", "a value, as in node:planner", None),
        ("node: planner", 6, "nothing", "a value, as in node:planner", None),
        ('text:"open', 6, '"open', "a closing quote", None),
        ('text:"a"b', 9, "b", "a space, or a comma", None),
        ("since:yesterday", 7, "yesterday", "a date such as", None),
        ("id:xyz", 4, "xyz", "hexadecimal", None),
        ("tag:a,,b", 7, ",b", "a value", None),
        ("-", 2, "nothing", "a value", None),
    ],
)
def test_a_wrong_query_says_where_and_what_was_expected(query, column, found, wanted, nearest):
    with pytest.raises(QueryError) as failure:
        parse(query)

    error = failure.value
    assert (error.column, error.found, error.nearest) == (column, found, nearest)
    assert wanted in error.wanted
    assert str(error).splitlines()[-1].index("^") == column + 1


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
def test_the_example_of_every_field_is_a_query(field):
    (term,) = parse(field.example).terms

    assert term.field is field
    assert field.help.endswith(".")


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
def test_sql_never_contains_a_value(shop, field):
    value = {"status": "error", "id": "abcd", "number": "777", "duration": "777s", "time": "777h"}.get(
        field.sort, "x'); DROP TABLE runs"
    )

    query = parse(f'{field.name}:"{value}" -{field.name}:"{value}"')
    found = conditions(query, shop._connection, {"running": [777]}, 0)

    assert value not in found.where
    assert "777" not in found.where
    assert found.where.count("?") == len(found.values)
    assert shop.list(f'{field.name}:"{value}"').runs is not None


def test_quotes_and_backslashes_stand_in_quotes(process, home):
    process().request(1, session_id='say "no"\\')

    with SqliteStore(home) as store:
        assert store.count('session:"say \\"no\\"\\\\"') == 1


def test_pages_follow_each_other_without_gap_or_overlap(process, home):
    one = process()
    for number in range(1, 8):
        one.request(number, at_ms=number)

    with SqliteStore(home) as store:
        first = store.list(limit=3)
        one.request(99, at_ms=99)
        store.refresh()
        second = store.list(limit=3, cursor=first.cursor)
        third = store.list(limit=3, cursor=second.cursor)

    pages = [[run.key[0] for run in page.runs] for page in (first, second, third)]
    assert pages == [[7, 6, 5], [4, 3, 2], [1]]
    assert third.cursor is None
