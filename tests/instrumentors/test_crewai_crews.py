"""CrewAI: crews and flows, in whichever way they are started, and whatever becomes of them."""

import asyncio
import threading

import pytest
from support.crewai_agents import MODEL, agent, break_down, calls, crew, crewai, look_up, model, task
from support.noise import NOISE
from support.outlines import found, outline, tree
from support.patience import PATIENCE_S

from gradient.sdk import entrypoint

pytestmark = NOISE
STUDY = tree("""
    workflow study
      node research
        agent Ann
          llm scripted-1
          tool look up
            step inside
          llm scripted-1
      node report
        agent Bob
          llm scripted-1
""")


def study(**options):
    ann = agent("Ann", calls("look_up"), "found", tools=[look_up])
    bob = agent("Bob", "written")
    return crew(task(ann, "research"), task(bob, "report"), **options)


def kickoff(crew):
    return crew.kickoff(inputs={"word": "a"})


def akickoff(crew):
    return asyncio.run(crew.akickoff(inputs={"word": "a"}))


def kickoff_async(crew):
    return asyncio.run(crew.kickoff_async(inputs={"word": "a"}))


def kickoff_for_each(crew):
    return crew.kickoff_for_each([{"word": "a"}])[0]


def below(run):
    """Return the outline of a run without its request."""
    return tree("\n".join(outline(run, by_name=False).split("\n")[1:]))


@pytest.mark.parametrize("way", [kickoff, akickoff, kickoff_async, kickoff_for_each])
def test_a_crew_is_one_tree_however_it_is_started(runtime, read_runs, way):
    assert way(study()).raw == "written"

    (run,) = read_runs()
    assert (run["entrypoint"], run["status"]) == ("study", "completed")
    assert below(run) == STUDY


def test_a_crew_tells_what_was_done_and_what_came_of_it(runtime, read_runs):
    kickoff(study())

    (run,) = read_runs()
    workflow, research = found(run, "study"), found(run, "research")
    assert (workflow["inputs"], workflow["outputs"]) == ({"word": "a"}, "written")
    assert workflow["metadata"] == {"process": "sequential", "agents": ["Ann", "Bob"]}
    assert research["inputs"] == {"description": "Say what a is.", "expected_output": "A sentence."}
    assert found(run, "report")["inputs"]["context"] == "found"
    assert found(run, "Bob")["inputs"] == {"task": "Say what a is.", "context": "found"}
    assert found(run, "Ann")["metadata"] == {"goal": "Help.", "tools": ["look up"]}
    assert (found(run, "look up")["inputs"], found(run, "look up")["outputs"]) == ({"word": "a"}, "a is a letter")


def test_tasks_at_the_same_time_have_their_own_agents(runtime, read_runs):
    tasks = [task(agent(name, f"by {name}"), f"of {name}", async_execution=True) for name in ("Ann", "Bob")]
    last = task(agent("Eve", "all"), "of Eve", context=tasks)

    crew(*tasks, last).kickoff()

    (run,) = read_runs()
    assert outline(run, by_name=True) == tree("""
        request study
          workflow study
            node of Ann
              agent Ann
                llm scripted-1
            node of Bob
              agent Bob
                llm scripted-1
            node of Eve
              agent Eve
                llm scripted-1
    """)


def test_crews_at_the_same_time_do_not_mix(runtime, read_runs):
    async def both():
        await asyncio.gather(study().akickoff(), study().akickoff())

    asyncio.run(entrypoint(both)())

    (run,) = read_runs()
    assert below(run) == tree(f"{STUDY}\n{STUDY}")


def test_a_task_without_a_name_is_called_by_what_is_to_be_done(runtime, read_runs):
    one = task(agent("Ann", "done"))
    one.description = "Find out, with all due care, which letters there are in the alphabet.\nThen stop."

    crew(one).kickoff()

    (node,) = [each for each in read_runs()[0]["executions"] if each["kind"] == "node"]
    assert node["name"] == "Find out, with all due care, which letters there are in the…"


def test_a_tool_that_fails_is_an_error_and_the_crew_is_none(runtime, read_runs):
    crew(task(agent("Ann", calls("break"), "gave up", tools=[break_down]), "try")).kickoff()

    (run,) = read_runs()
    assert below(run) == tree("""
        workflow study
          node try
            agent Ann
              llm scripted-1
              tool break [error]
              llm scripted-1
    """)
    assert found(run, "break")["error"]["type"].endswith("LookupError")


def test_a_result_that_a_tool_remembers_is_cached(runtime, read_runs):
    answers = [calls("look_up"), calls("look_up", call_id="call_2"), "found"]

    crew(task(agent("Ann", *answers, tools=[look_up]), "twice"), cache=True).kickoff()

    tools = [each for each in read_runs()[0]["executions"] if each["kind"] == "tool"]
    assert [(each["cached"], each["outputs"]) for each in tools] == [(False, "a is a letter"), (True, "a is a letter")]


def test_an_agent_that_reads_its_models_text_calls_tools_alike(runtime, read_runs):
    action = 'Thought: I look.\nAction: look up\nAction Input: {"word": "a"}'
    llm = model(action, "Thought: I know.\nFinal Answer: found", calls_tools=False)

    result = crew(task(agent("Ann", llm=llm, tools=[look_up]), "look")).kickoff()

    assert result.raw == "found"
    (run,) = read_runs()
    assert below(run) == tree("""
        workflow study
          node look
            agent Ann
              llm scripted-1
              tool look up
                step inside
              llm scripted-1
    """)
    assert found(run, "look up")["inputs"] == {"word": "a"}


@pytest.mark.parametrize("way", [kickoff, akickoff])
def test_an_error_of_a_model_passes_through_all_of_it(runtime, read_runs, way):
    error = LookupError("no model")

    with pytest.raises(LookupError) as caught:
        way(crew(task(agent("Ann", error, error, error, max_retry_limit=0), "try")))

    assert caught.value is error
    (run,) = read_runs()
    assert run["status"] == "error"
    assert below(run) == tree("""
        workflow study [error]
          node try [error]
            agent Ann [error]
              llm scripted-1 [error]
    """)


async def test_a_crew_that_is_cancelled_is_cancelled(runtime, read_runs):
    begun, over = threading.Event(), threading.Event()

    def wait():  # in a thread, as CrewAI calls models
        begun.set()
        over.wait(PATIENCE_S)
        return "late"

    running = asyncio.ensure_future(crew(task(agent("Ann", wait), "wait")).akickoff())
    await asyncio.to_thread(begun.wait, 30)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    over.set()

    (run,) = read_runs()
    assert [each["status"] for each in run["executions"]][:3] == ["cancelled"] * 3
    assert run["status"] == "cancelled"


def test_a_crew_that_streams_is_recorded_as_what_it_does(runtime, read_runs):
    stream = study(stream=True).kickoff(inputs={"word": "a"})
    for _ in stream:
        pass

    assert stream.result.raw == "written"
    (run,) = read_runs()
    assert below(run) == STUDY


class Guide(crewai.Flow):
    """Two steps, the second of which is a crew's."""

    @crewai.flow.start()
    def begin(self):
        return "a"

    @crewai.flow.listen(begin)
    async def finish(self, word):
        return (await study().akickoff(inputs={"word": word})).raw


@pytest.mark.parametrize("way", [lambda flow: flow.kickoff(), lambda flow: asyncio.run(flow.kickoff_async())])
def test_a_flow_is_a_tree_of_its_methods(runtime, read_runs, way):
    assert way(Guide()) == "written"

    (run,) = read_runs()
    indented = STUDY.replace("\n", "\n    ")
    assert below(run) == tree(f"workflow Guide\n  node begin\n  node finish\n    {indented}")
    assert found(run, "finish")["inputs"] == {"_0": "a"}


def test_an_agent_on_its_own_is_an_agent(runtime, read_runs):
    result = agent("Ann", calls("look_up"), "found", tools=[look_up]).kickoff("What is a?")

    assert result.raw == "found"
    (run,) = read_runs()
    assert below(run) == tree("""
        agent Ann
          llm scripted-1
          tool look up
            step inside
          llm scripted-1
    """)
    parts = [{"type": "text", "content": "What is a?"}]
    assert found(run, "Ann")["inputs"] == {"messages": [{"role": "user", "parts": parts}]}
    assert found(run, "Ann")["outputs"] == "found"


async def test_an_agent_on_its_own_in_a_loop_is_one_agent(runtime, read_runs):
    await agent("Ann", "found").kickoff("What is a?")
    await agent("Ann", "found").kickoff_async("What is a?")

    assert [below(run) for run in read_runs()] == [f"agent Ann\n  llm {MODEL}"] * 2
