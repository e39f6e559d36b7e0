"""Pools, threads and child processes that a traced program starts: what they are given and give back."""

import ctypes
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from probe import entrypoint

ctypes.CDLL(None).setenv(b"SET_BY_C", b"1", 1)
os.putenv("SET_BY_PUTENV", "2")
os.environ["SET_BY_PYTHON"] = "3"
SHOW = (
    "import os; print({name: os.environ.get(name) for name in ('SET_BY_C', 'SET_BY_PUTENV', 'SET_BY_PYTHON', 'OWN')})"
)


def keywords(*args, **kwargs):
    return args, sorted(kwargs.items())


def child(**options):
    return subprocess.run([sys.executable, "-c", SHOW], capture_output=True, text=True, check=True, **options).stdout


@entrypoint
def agent():
    every = dict.fromkeys(("self", "fn", "args", "kwargs", "function", "original", "call", "scope"), 1)
    with ThreadPoolExecutor(1) as pool:
        print(pool.submit(keywords, 1, **every).result())
        print(list(pool.map(keywords, [1, 2], [3, 4])))
        for wrong in ({}, {"fn": keywords}):
            try:
                pool.submit(**wrong)
            except TypeError as error:
                print("TypeError", str(error).partition("(")[0])
    seen = []
    thread = threading.Thread(target=lambda **kwargs: seen.append(sorted(kwargs.items())), kwargs=every)
    thread.start()
    thread.join()
    print(seen, child(), child(env={"OWN": "4"}), child(env=None))
    print(child(preexec_fn=lambda: os.putenv("OWN", "5")))
    with os.popen("echo $SET_BY_PUTENV$SET_BY_C") as shell:
        print(shell.read())
    print(sorted(vars(thread)))
    print(os.environ.get("TRACEPARENT"), "SET_BY_PUTENV" in os.environ)
    return "done"


print(agent())
