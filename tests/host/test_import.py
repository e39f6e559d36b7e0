"""Importing Gradient changes nothing in the process but the list of modules."""

import json
import subprocess
import sys

import pytest

FRAMEWORKS = {"langchain", "langchain_core", "langgraph", "langsmith", "pydantic", "numpy", "httpx"}

WATCH = """
import json, logging, os, socket, sys, threading
logging.basicConfig(level="WARNING")
before = (logging.root.handlers[:], logging.root.level, dict(logging.root.manager.loggerDict), logging.raiseExceptions)
opened, sockets = [], []

def watch(event, args):
    if event == "open" and not (isinstance(args[1], str) and set(args[1]) <= set("rbt")):
        flags = args[2] if len(args) > 2 else 0
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            opened.append(str(args[0]))
    if event.startswith(("socket.", "subprocess.", "os.mkdir", "os.exec", "os.fork")):
        sockets.append(event)

sys.addaudithook(watch)
sys.dont_write_bytecode = True
hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook, sys.displayhook, sys.stdout, sys.stderr)
import MODULE
after = (logging.root.handlers[:], logging.root.level, dict(logging.root.manager.loggerDict), logging.raiseExceptions)
print(json.dumps({
    "modules": sorted({name.partition(".")[0] for name in sys.modules}),
    "written": opened,
    "system": sockets,
    "threads": threading.active_count(),
    "logging is as it was": [a == b for a, b in zip(before, after)],
    "hooks are as they were": hooks == (
        sys.excepthook, threading.excepthook, sys.unraisablehook, sys.displayhook, sys.stdout, sys.stderr),
}))
"""


@pytest.fixture(scope="module", params=["gradient.sdk", "gradient.runtime"])
def imported(request, tmp_path_factory):
    """What importing a package did in a process of its own; the folder is all it could write to."""
    folder = tmp_path_factory.mktemp("imported")
    done = subprocess.run(
        [sys.executable, "-c", WATCH.replace("MODULE", request.param)],
        capture_output=True,
        text=True,
        check=True,
        env={
            "PYTHONPATH": ":".join(filter(None, sys.path)),
            "HOME": str(folder),
            "GRADIENT_HOME": str(folder / "home"),
        },
    )
    assert done.stderr == ""
    return {**json.loads(done.stdout), "files": list(folder.iterdir())}


def test_no_framework_is_imported(imported):
    assert FRAMEWORKS & set(imported["modules"]) == set()


def test_nothing_is_written(imported):
    assert imported["written"] == []
    assert imported["files"] == []


def test_no_thread_socket_or_process_is_started(imported):
    assert imported["threads"] == 1
    assert imported["system"] == []


def test_logging_and_the_hooks_of_the_interpreter_are_as_they_were(imported):
    loggers_may_be_more = [True, True, imported["logging is as it was"][2], True]
    assert imported["logging is as it was"] == loggers_may_be_more
    assert imported["hooks are as they were"]


def test_a_traced_run_leaves_the_users_logging_alone(runtime, caplog):
    import logging

    from support.scripted import graph_of

    from gradient.sdk import entrypoint

    def node(state):
        logging.getLogger("users.own").warning("hello")
        return {}

    before = (logging.root.handlers[:], logging.root.level, logging.lastResort)

    entrypoint(graph_of(node).invoke)({"value": 1})

    assert (logging.root.handlers[:], logging.root.level, logging.lastResort) == before
    assert [record.message for record in caplog.records] == ["hello"]
