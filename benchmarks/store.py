"""The store at size: what its answers take, how fast it is made, how much room it takes; beside JSONL and DuckDB.

The same executions are written as plain lines of JSON, which a program goes through as `jq` would, and into DuckDB,
where that is installed.

Run: python -m benchmarks.store [--executions N] [--home FOLDER]
"""

from __future__ import annotations

import argparse
import base64
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from benchmarks.journals import Journals
from benchmarks.least_indexer import least_indexer
from gradient.journal import processes
from gradient.journal.events import ExecutionEnded, ExecutionStarted, RequestEnded, decode_event
from gradient.store import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TIMES, _ROUNDS, _AT_LEAST_S = 3, 7, 0.2  # a machine that others share is busy for tens of milliseconds at a time


def main(executions: int, home: Path) -> None:
    """Write journals, index them, ask, and print."""
    written = _timed("write the journals", lambda: Journals(home, executions).write())
    raw = _bytes(home, "*.seg")
    print(f"{written:,} executions in {Journals(home, executions).runs:,} runs, {raw / written:,.0f} bytes each\n")
    print(f"{'':44}{'goal':>16}{'measured':>16}")

    index_s, parts = _index(home)
    store = SqliteStore(home)
    compacting = time.process_time()
    store.compact()
    cpu_s = index_s + time.process_time() - compacting
    _say("indexer, executions a second of CPU", "", f"{written / index_s:,.0f}")
    _say("  compression of the journals included", ">= 50,000", f"{written / cpu_s:,.0f}")
    _say("  the least indexer", "", f"{written / sum(parts.values()):,.0f}")
    _say("  it takes of our time", "", f"{sum(parts.values()) / cpu_s:.0%}")
    for name, part_s in {**parts, "all that we do": cpu_s}.items():
        _say(f"    {name}, us an execution", "", f"{part_s / written * 1e6:,.1f}")
    size = _bytes(home, "v1.sqlite*")
    total = (size + _bytes(home, "*.seg*")) / written
    _say("index and journal, bytes an execution", "<= 800", f"{total:,.0f}")
    _say("  of these the index", "", f"{size / written:,.0f}")

    began = time.process_time()
    store.update_text()
    _say("index of words, us of CPU an execution", "", f"{(time.process_time() - began) / written * 1e6:,.1f}")
    _say("  with it, bytes an execution", "", f"{(_bytes(home, 'v1.sqlite*') + _bytes(home, '*.seg*')) / written:,.0f}")
    _answers(store)
    store.close()
    _commands(home)
    _others(home)


def _index(home: Path) -> tuple[float, dict[str, float]]:
    """Index a home several times; return the least CPU seconds that it took, and the least indexer's, part by part."""
    spent: list[float] = []
    parts: list[dict[str, float]] = []
    for _ in range(_TIMES):
        for made in ("index", "least"):
            shutil.rmtree(home / made, ignore_errors=True)
        began = time.process_time()
        store = SqliteStore(home)
        spent.append(time.process_time() - began)
        parts.append(least_indexer(home))
        store.close()
    return min(spent), {name: min(each[name] for each in parts) for name in parts[0]}


def _answers(store: SqliteStore) -> None:
    small = store.list(limit=20).runs[10]
    large = store.list("executions>5000", limit=1).runs[0]
    one = store.skeleton(small)["execution_id"][4]
    _ask("list 50", 1, lambda: len(store.list(limit=50).runs))
    _ask("list 50: status:error", None, lambda: len(store.list("status:error").runs))
    _ask(
        "list 50: node:tools model:gpt-4o dur>5s", None, lambda: len(store.list("node:tools model:gpt-4o dur>5s").runs)
    )
    _ask("find by the beginning of an id", None, lambda: store.find(small.id[:8]).executions)
    _ask("a small run, whole", 1, lambda: len(store.run_document(small)["executions"]))
    _ask("inputs and outputs of one execution", None, lambda: len(store.payloads(small, one) or ()))
    _ask("a run of 10,000, without payloads", 60, lambda: len(store.skeleton(large)["name"]))
    _ask("text, newest 50: glacier", 5, lambda: len(store.list("glacier").runs))
    _ask('text, newest 50: stock "of item 96"', 5, lambda: len(store.list('stock "of item 96"').runs))
    _ask("30 days, percentiles by node", 10, lambda: len(store.stats("node")))
    _ask("30 days, percentiles by model", 10, lambda: len(store.stats("model")))
    _ask("30 days, percentiles by day", 10, lambda: len(store.stats("day")))
    _ask("failures by what they are", None, lambda: len(store.errors()))
    _ask("look for new frames, there being none", None, store.refresh)


def _commands(home: Path) -> None:
    for arguments, goal in ((["--help"], 120), (["ls", "--all-projects"], 250), (["show"], None)):
        command = [sys.executable, "-m", "gradient.cli", "--home", str(home), *arguments]
        best = min(_cpu_s(command) for _ in range(3))
        _say(f"gradient {' '.join(arguments)}, CPU", "" if goal is None else f"<= {goal} ms", f"{best * 1e3:,.0f} ms")


def _others(home: Path) -> None:
    lines = home / "executions.jsonl"
    count = _timed("\nwrite plain lines of JSON", lambda: _write_lines(home, lines))
    print(f"{lines.stat().st_size / count:,.0f} bytes an execution, runs included")
    decode = msgspec.json.Decoder().decode

    def newest() -> int:
        with lines.open("rb") as file:
            runs = (one for one in map(decode, file) if one["kind"] == "run")
            return len(sorted(runs, key=lambda run: -run["wall"])[:50])

    def words() -> int:
        with lines.open("rb") as file:
            return len([decode(line)["run"] for line in file if b"glacier" in line][-50:])

    def percentiles() -> int:
        durations: dict[str, list[int]] = {}
        with lines.open("rb") as file:
            for one in map(decode, file):
                durations.setdefault(one["name"], []).append(one["duration"])
        return len([sorted(of)[len(of) // 2] for of in durations.values()])

    _ask("JSONL: list 50", None, newest, rounds=1)
    _ask("JSONL: text, newest 50", None, words, rounds=1)
    _ask("JSONL: percentiles by node", None, percentiles, rounds=1)
    _duckdb(lines)


def _duckdb(lines: Path) -> None:
    try:
        import duckdb
    except ImportError:
        print("DuckDB is not installed: pip install duckdb")
        return
    base = duckdb.connect(str(lines.with_suffix(".duckdb")))
    base.execute("SET threads = 2")
    read = f"read_json('{lines}', format = 'newline_delimited', maximum_object_size = 33554432)"
    load = f"CREATE TABLE e AS SELECT * FROM {read}"
    _timed("DuckDB: load", lambda: base.execute(load))
    _ask(
        "DuckDB: list 50",
        None,
        lambda: len(base.execute("SELECT * FROM e WHERE kind = 'run' ORDER BY wall DESC LIMIT 50").fetchall()),
    )
    _ask(
        "DuckDB: text, newest 50",
        None,
        lambda: len(
            base.execute("SELECT run FROM e WHERE said LIKE '%glacier%' ORDER BY wall DESC LIMIT 50").fetchall()
        ),
        rounds=2,
    )
    _ask(
        "DuckDB: percentiles by node",
        None,
        lambda: len(base.execute("SELECT name, quantile_cont(duration, [0.5, 0.95]) FROM e GROUP BY name").fetchall()),
        rounds=3,
    )
    base.close()
    _say("DuckDB: bytes of its file, MB", "", f"{lines.with_suffix('.duckdb').stat().st_size / 1e6:,.0f}")


def _write_lines(home: Path, lines: Path) -> int:
    """Write each execution and each run as a line, its payloads as text; return how many executions there are."""
    count = 0
    with lines.open("wb") as file:
        for line in _lines(home):
            count += line["kind"] != "run"
            file.write(msgspec.json.encode(line) + b"\n")
    return count


def _lines(home: Path) -> Iterator[dict[str, Any]]:
    started: dict[tuple[bytes, int], bytes] = {}
    for journal in processes(home / "journal"):
        wall = 0
        for frame in journal.frames():
            event = decode_event(frame.body)
            if isinstance(event, ExecutionStarted):
                started[event.request, event.id] = event.inputs or b""
            elif isinstance(event, ExecutionEnded):
                said = started.pop((event.request, event.id), b"") + (event.outputs or b"")
                yield _line(event, event.kind, event.name, wall, said)
            elif isinstance(event, RequestEnded):
                wall = event.wall
                yield _line(event, "run", event.entrypoint, wall, event.outputs or b"")


def _line(event: Any, kind: str, name: str, wall: int, said: bytes) -> dict[str, Any]:
    usage = getattr(event, "usage", None)
    tokens = None if usage is None else usage.input
    duration = event.at - event.started_at
    return {
        "run": base64.b16encode(event.request).decode(), "id": getattr(event, "id", 0), "kind": kind, "name": name,
        "status": event.status, "wall": wall, "duration": duration, "tokens": tokens, "said": said.decode(),
    }  # fmt: skip


def _ask(name: str, goal_ms: float | None, question: Callable[[], Any], rounds: int = _ROUNDS) -> None:
    best, until = float("inf"), time.perf_counter() + _AT_LEAST_S
    while rounds > 0 or time.perf_counter() < until:
        began = time.perf_counter()
        question()
        best = min(best, time.perf_counter() - began)
        rounds -= 1
    _say(name, "" if goal_ms is None else f"<= {goal_ms} ms", f"{best * 1e3:,.2f} ms")


def _timed(name: str, work: Callable[[], Any]) -> Any:
    began = time.perf_counter()
    result = work()
    print(f"{name}: {time.perf_counter() - began:,.1f} s", flush=True)
    return result


def _say(name: str, goal: str, measured: str) -> None:
    print(f"{name:44}{goal:>16}{measured:>16}", flush=True)


def _cpu_s(command: list[str]) -> float:
    before = os.times()
    subprocess.run(command, check=True, capture_output=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def _bytes(home: Path, pattern: str) -> int:
    return sum(path.stat().st_size for path in home.rglob(pattern))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--executions", type=int, default=50_000)
    parser.add_argument("--home", type=Path, help="An empty folder; what is made there stays.")
    told = parser.parse_args()
    if told.home is not None:
        main(told.executions, told.home)
    else:
        with tempfile.TemporaryDirectory() as folder:
            main(told.executions, Path(folder))
