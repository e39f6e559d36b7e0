"""`gradient run` runs a program as `python` would, and records it."""

import signal
import subprocess
import sys

import pytest

WHO_AM_I = """
import pickle, sys
class Thing: pass
print(sys.argv, sys.path[0], __name__, __file__, __spec__ and __spec__.name, __doc__)
print(pickle.loads(pickle.dumps(Thing)) is Thing, sys.modules["__main__"].Thing is Thing)
"""
FAILS = """
def inner():
    raise ValueError("no")
try:
    inner()
except ValueError as error:
    raise RuntimeError("worse") from error
"""


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["--json", "-h", "-m", "x"], ["--", "-n"], ["--name", "me"]])
def test_a_script_sees_what_python_shows_it(commands, arguments):
    commands.script("folder/who.py", WHO_AM_I)

    expected = commands.python("folder/who.py", *arguments)
    done = commands.gradient("run", "folder/who.py", *arguments)

    assert done.stdout == expected.stdout
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("arguments", [[], ["-h", "--name", "me"], ["-m", "x"], ["--", "-n"]])
def test_a_module_sees_what_python_shows_it(commands, arguments):
    commands.script("package/__init__.py", "")
    commands.script("package/who.py", WHO_AM_I)

    expected = commands.python("-m", "package.who", *arguments)
    done = commands.gradient("run", "-m", "package.who", *arguments)

    assert done.stdout == expected.stdout
    assert (done.returncode, done.stderr) == (0, "")


def test_a_folder_runs_its_main(commands):
    commands.script("program/__main__.py", "import helper, sys; print(helper.WORD, sys.argv)")
    commands.script("program/helper.py", "WORD = 'helped'")

    done = commands.gradient("run", "program", "-x")

    assert done.stdout == "helped ['program', '-x']\n"


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        ("pass", 0),
        ("import sys; sys.exit()", 0),
        ("import sys; sys.exit(7)", 7),
        ("import sys; sys.exit('a message')", 1),
        ("1 / 0", 1),
        ("raise KeyboardInterrupt", 130),
        ("import click; raise click.Abort", 1),
        ("import sys; sys.stdout.close()", 0),
        ("this is no python", 1),
    ],
)
def test_the_exit_code_is_the_programs(commands, ending, code):
    assert commands.gradient("run", commands.script("ends.py", ending)).returncode == code


def test_the_message_of_an_exit_goes_to_stderr(commands):
    done = commands.gradient("run", commands.script("ends.py", "print('out'); exit('a message')"))

    assert (done.stdout, done.stderr) == ("out\n", "a message\n")


@pytest.mark.parametrize("source", [FAILS, "def f(:\n"])
def test_a_traceback_is_the_one_that_python_prints(commands, source):
    commands.script("fails.py", source)

    expected = commands.python("fails.py")
    done = commands.gradient("run", "fails.py")

    assert done.stderr == expected.stderr
    assert (done.returncode, done.stdout) == (1, "")


def test_the_programs_own_excepthook_is_used(commands):
    source = "import sys\nsys.excepthook = lambda *error: print('hooked', error[1])\nraise ValueError('no')\n"

    assert commands.gradient("run", commands.script("hooks.py", source)).stdout == "hooked no\n"


def test_exit_handlers_and_threads_find_the_main_they_began_in(commands):
    source = """
import atexit, sys
class Thing: pass
@atexit.register
def later():
    print(sys.modules["__main__"].Thing is Thing)
"""

    assert commands.gradient("run", commands.script("later.py", source)).stdout == "True\n"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_stops_the_program_and_the_run_is_cancelled(commands):
    # A shell starts jobs in the background with Ctrl-C ignored, and these tests may run in one.
    heed = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
    script = commands.script("waits.py", f"{heed}print('ready', flush=True)\nsignal.pause()\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "gradient.cli", "run", "--name", "waiting", str(script)],
        cwd=commands.folder,
        env=commands.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        complaint = process.stderr.read().decode()

    assert process.returncode == 130
    assert complaint.endswith("KeyboardInterrupt\n")
    assert commands.json("show")["status"] == "cancelled"


def test_a_named_program_is_one_run(commands):
    source = "from gradient.sdk import step\nfor name in ('a', 'b'):\n    with step(name): pass\n"

    commands.gradient("run", "--name", "nightly", commands.script("steps.py", source))
    (run,) = commands.json("ls")["runs"]

    assert (run["entrypoint"], run["status"], run["executions"]) == ("nightly", "completed", 2)


def test_a_named_program_that_fails_is_a_failed_run(commands):
    commands.gradient("run", "--name", "nightly", commands.script("fails.py", FAILS))

    run = commands.json("show", "@last-error")

    assert (run["status"], run["error"]["type"], run["error"]["message"]) == ("error", "RuntimeError", "worse")


def test_without_a_name_no_run_is_made_of_the_program_itself(commands):
    commands.gradient("run", commands.script("idle.py", "pass"))

    assert commands.json("ls", "--all-projects")["runs"] == [] if (commands.home / "journal").exists() else True


def test_the_home_that_was_given_is_used_by_the_program_and_what_it_starts(commands, tmp_path):
    source = """
import subprocess, sys
from gradient.sdk import step
with step("mine"): pass
if len(sys.argv) == 1:
    subprocess.run([sys.executable, __file__, "child"], check=True)
"""
    commands.gradient("--home", tmp_path / "other", "run", commands.script("parent.py", source))

    assert len(commands.json("--home", tmp_path / "other", "ls")["runs"]) == 2
    assert not commands.home.exists()


def test_a_framework_is_traced_in_code_that_knows_nothing_of_us(commands):
    pytest.importorskip("langgraph")
    source = """
from typing import TypedDict
from langgraph.graph import END, START, StateGraph

class State(TypedDict):
    text: str

graph = StateGraph(State)
graph.add_node("greet", lambda state: {"text": state["text"] + "!"})
graph.add_edge(START, "greet")
graph.add_edge("greet", END)
print(graph.compile().invoke({"text": "hi"}))
"""

    done = commands.gradient("run", commands.script("unmodified.py", source))
    run = commands.json("show")

    assert done.stdout == "{'text': 'hi!'}\n"
    assert ("greet", "node", "langgraph") in [(one["name"], one["kind"], one["framework"]) for one in run["executions"]]


@pytest.mark.parametrize(("arguments", "told"), [(["nope.py"], "There is no script 'nope.py'"), (["-m"], "-m")])
def test_a_program_that_is_not_there_is_wrong_usage(commands, arguments, told):
    done = commands.gradient("run", *arguments)

    assert done.returncode == 2
    assert told in done.stderr


def test_a_module_that_is_not_there_is_told(commands):
    done = commands.gradient("run", "-m", "nope")

    assert (done.returncode, done.stderr) == (1, "ImportError: No module named nope\n")
