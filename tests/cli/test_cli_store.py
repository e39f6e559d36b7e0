"""`gradient ls` with queries, `stats`, `errors`, `rm` and `prune`: found, added up, removed."""

import pytest


@pytest.fixture
def shop(commands):
    commands.agent("fine", "bad")
    return commands


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (["status:error"], 1),
        (["-status:error"], 1),
        (["-node:nobody", "tool:search"], 2),
        (["text:line is"], 2),
        (["model:gpt-4o", "dur>1h"], 0),
        (["answer"], 1),
        (["no", "stock"], 1),
        (["status:error model:gpt*"], 1),
    ],
)
def test_a_query_selects_runs(shop, query, found):
    assert len(shop.gradient("ls", *query, "--ids").stdout.split()) == found


def test_ids_can_be_handed_on(shop):
    ids = shop.gradient("ls", "--ids").stdout.split()

    assert ids == [run["request_id"] for run in shop.json("ls")["runs"]]


def test_a_wrong_query_is_pointed_at(shop):
    done = shop.gradient("ls", "status:eror")

    assert (done.returncode, done.stdout) == (2, "")
    assert "at column 8: found 'eror'" in done.stderr
    assert "Did you mean 'error'?" in done.stderr
    assert "\n  status:eror\n         ^" in done.stderr


def test_a_query_that_nothing_satisfies_says_so(shop):
    done = shop.gradient("ls", "tag:none")

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "No run of shop is so: tag:none\n"


def test_stats_are_the_documented_document(shop):
    told = shop.json("stats")

    assert (told["schema"], told["by"]) == ("gradient.stats/1", "node")
    (call,) = [group for group in told["groups"] if group["name"] == "gpt"]
    assert (call["kind"], call["count"], call["errors"], call["input_tokens"]) == ("llm", 2, 0, 2408)
    assert {group["name"] for group in told["groups"]} == {"graph", "planner", "gpt", "search", "writer"}


def test_stats_of_some_runs_only(shop):
    (agent,) = shop.json("stats", "--by", "entrypoint", "status:error")["groups"]

    assert (agent["name"], agent["count"], agent["errors"]) == ("shop_agent", 1, 1)


def test_stats_say_where_there_is_nothing(commands):
    done = commands.gradient("stats", "--since", "1h")

    assert (done.returncode, done.stdout) == (0, "")
    assert "Nothing ended" in done.stderr


def test_errors_are_the_documented_document(shop):
    told = shop.json("errors")

    assert told["schema"] == "gradient.errors/1"
    assert [(one["type"], one["message"], one["count"], one["runs"]) for one in told["errors"]] == [
        ("ConnectionError", "line is", 2, 2),
        ("ValueError", "no stock", 1, 1),
    ]
    assert told["errors"][1]["nodes"] == ["writer"]


def test_a_removed_run_is_gone_and_it_is_told_what_went(shop):
    (bad,) = [run["request_id"] for run in shop.json("ls", "status:error")["runs"]]

    done = shop.gradient("rm", bad[:8], "--yes")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Removed 1 run: 13 events, ")
    assert done.stdout.endswith(" bytes, in 1 file of the journals.\n")
    assert [run["status"] for run in shop.json("ls")["runs"]] == ["completed"]
    assert shop.gradient("show", bad).returncode == 3
    assert b"no stock" not in b"".join(path.read_bytes() for path in shop.home.rglob("*") if path.is_file())


def test_nothing_is_removed_where_nobody_can_be_asked(shop):
    done = shop.gradient("rm", "@last")

    assert (done.returncode, done.stdout) == (2, "")
    assert "--yes" in done.stderr
    assert len(shop.json("ls")["runs"]) == 2


def test_prune_deletes_files_and_says_which_runs_went(shop):
    would = shop.gradient("prune", "--older-than", "0h", "--dry-run")
    done = shop.gradient("prune", "--older-than", "0h", "--yes")

    assert would.stdout.startswith("Would delete 1 file of the journals, ")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Deleted 1 file of the journals, ")
    assert done.stdout.endswith(" bytes: 2 runs.\n")
    assert shop.json("stats")["groups"] == []


def test_prune_keeps_the_newest(shop):
    done = shop.gradient("prune", "--older-than", "0h", "--keep", "5", "--yes")

    assert done.stdout.startswith("Nothing to delete")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["prune", "--older-than", "7"], "hours, days or weeks"), (["prune", "--max-size", "much"], "500MB"),
     (["stats", "--since", "soon"], "12h, 30d or 4w")],
)  # fmt: skip
def test_a_wrong_amount_is_told(commands, arguments, told):
    done = commands.gradient(*arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr


def test_an_index_of_a_newer_version_is_refused(shop):
    shop.python("-c", "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('PRAGMA user_version = 99')",
                shop.home / "index" / "v1.sqlite")  # fmt: skip
    shop.gradient("ls")
    shop.python("-c", "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('PRAGMA user_version = 99')",
                shop.home / "index" / "v1.sqlite")  # fmt: skip

    done = shop.gradient("ls")

    assert (done.returncode, done.stdout) == (4, "")
    assert "Upgrade gradient-runtime, or delete the index" in done.stderr
