"""Eight processes write into one home at once, and lose nothing."""

PROGRAM = """
import sys
from support.scripted import graph_of
from gradient.sdk import entrypoint

def work(state):
    return {"value": state["value"] + "!" * state["value"].count("x")}

graph = graph_of(work)

@entrypoint
def agent(name):
    return graph.invoke({"value": name})["value"]

agent("warm x")
print("ready", flush=True)
sys.stdin.readline()
for number in range(40):
    agent(f"{sys.argv[1]}-{number}-" + "x" * (number * 97))
"""


def test_eight_processes_at_once_lose_nothing(start, read_runs):
    processes = [start(PROGRAM, letter) for letter in "abcdefgh"]
    for process in processes:
        assert process.stdout.readline() == b"ready\n"
    for process in processes:
        process.stdin.write(b"go\n")
        process.stdin.flush()
    for process in processes:
        assert process.communicate()[1] == b""

    runs = read_runs()

    given = [run["inputs"]["name"] for run in runs if not run["inputs"]["name"].startswith("warm")]
    wanted = [f"{letter}-{number}-" + "x" * (number * 97) for letter in "abcdefgh" for number in range(40)]
    assert sorted(given) == sorted(wanted)
    assert len(runs) == 8 * 41
    for run in runs:
        name = run["inputs"]["name"]
        assert run["outputs"] == name + "!" * name.count("x")
        assert [execution["outputs"] for execution in run["executions"]] == [{"value": run["outputs"]}] * 2
        assert run["loss"] == {"dropped": 0, "truncated": 0}
    assert len({run["process"]["pid"] for run in runs}) == 8
