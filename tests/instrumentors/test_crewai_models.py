"""CrewAI: calls of models, each once whichever client or library makes it, and what is wrapped and put back."""

import asyncio

import pytest
from support.crewai_agents import MODEL, ScriptedModel, agent, calls, crew, crewai, look_up, model, task
from support.noise import NOISE
from support.outlines import found, outline, tree
from support.providers import Tokens, call_tool, fail, say

from gradient.instrumentors.crewai import CrewAIInstrumentor
from gradient.instrumentors.plumbing.overrides import family
from gradient.testing import record

pytestmark = NOISE
OWNERS = (crewai.Agent, crewai.BaseLLM, crewai.tools.BaseTool, crewai.Crew, crewai.Flow, crewai.Task)


def text(content):
    return {"type": "text", "content": content}


def test_a_call_tells_what_was_asked_and_answered(runtime, read_runs):
    llm = model(calls("look_up"), temperature=0.5)

    llm.call([{"role": "user", "content": "What is a?"}], tools=[{"type": "function"}])

    call = found(read_runs()[0], MODEL)
    assert call["inputs"] == {
        "messages": [{"role": "user", "parts": [text("What is a?")]}],
        "tools": [{"type": "function"}],
        "params": {"temperature": 0.5},
    }
    tool_call = {"type": "tool_call", "id": "call_1", "name": "look_up", "arguments": {"word": "a"}}
    assert call["outputs"] == {"messages": [{"role": "assistant", "parts": [tool_call]}]}
    assert (call["framework"], call["model"], call["provider"], call["usage"]) == ("crewai", MODEL, None, None)


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("is_litellm", [False, True], ids=["client", "litellm"])
def test_a_call_is_recorded_once_with_its_tokens(runtime, provider, read_runs, is_litellm, is_async):
    if is_litellm:
        pytest.importorskip("litellm")
    provider.script(say("fine", tokens=Tokens(100, 20, cached=40)))
    llm = crewai.LLM(
        model="openai/gpt-5.2",
        is_litellm=is_litellm,
        base_url=provider.openai_url,
        api_base=provider.openai_url,
        api_key="none",
    )

    answer = asyncio.run(llm.acall("How are you?")) if is_async else llm.call("How are you?")

    assert answer == "fine"
    (run,) = read_runs()
    (call,) = run["executions"]
    assert (call["framework"], call["kind"], call["status"]) == ("crewai", "llm", "completed")
    assert call["outputs"]["messages"][0]["parts"] == [text("fine")]
    assert "gpt-5.2" in call["model"]
    usage = call["usage"]
    assert (usage["input_tokens"], usage["output_tokens"], usage["cache_read_tokens"]) == (100, 20, 40)


@pytest.mark.parametrize("is_litellm", [False, True], ids=["client", "litellm"])
def test_a_streamed_call_tells_when_its_first_token_came(runtime, provider, read_runs, is_litellm):
    if is_litellm:
        pytest.importorskip("litellm")
    provider.script("one two three")
    known = {"base_url": provider.openai_url, "api_base": provider.openai_url, "api_key": "none"}
    llm = crewai.LLM(model="openai/gpt-5.2", is_litellm=is_litellm, stream=True, **known)

    assert llm.call("How are you?") == "one two three"

    (call,) = read_runs()[0]["executions"]
    assert 0 < call["time_to_first_token_ms"] <= call["duration_ms"]


def test_a_crew_with_a_real_client_is_one_tree(runtime, provider, read_runs):
    provider.script(call_tool("look_up", word="a"), "found")
    llm = crewai.LLM(model="openai/gpt-5.2", base_url=provider.openai_url, api_key="none")

    crew(task(agent("Ann", llm=llm, tools=[look_up]), "look")).kickoff()

    assert outline(read_runs()[0]) == tree("""
        request study
          workflow study
            node look
              agent Ann
                llm gpt-5.2
                tool look up
                  step inside
                llm gpt-5.2
    """)


def test_an_error_of_the_provider_is_an_error(runtime, provider, read_runs):
    provider.script(fail(400, "not like that"))
    llm = crewai.LLM(model="openai/gpt-5.2", base_url=provider.openai_url, api_key="none", max_retries=0)

    with pytest.raises(Exception, match="not like that"):
        llm.call("How are you?")

    (call,) = read_runs()[0]["executions"]
    assert call["status"] == "error"
    assert "not like that" in call["error"]["message"]


def test_a_model_that_is_defined_while_we_listen_is_recorded(runtime, read_runs):
    class Loud(ScriptedModel):
        def call(self, *args, **options):
            return super().call(*args, **options).upper()

    assert Loud(model="loud", answers=["fine"]).call("How are you?") == "FINE"

    (call,) = read_runs()[0]["executions"]
    assert call["outputs"]["messages"][0]["parts"] == [text("FINE")]


def attributes():
    return {member: dict(vars(member)) for owner in OWNERS for member in family(owner)}


def test_every_class_is_left_as_it_was():
    before = attributes()

    with record(CrewAIInstrumentor()):
        assert vars(ScriptedModel)["call"] is not before[ScriptedModel]["call"]

    assert {member: dict(vars(member)) for member in before} == before


def test_a_seam_that_is_missing_costs_itself_and_one_warning(monkeypatch, capsys):
    monkeypatch.delattr(crewai.Task, "_execute_core")
    instrumentor = CrewAIInstrumentor()

    with record(instrumentor) as recorded:
        instrumentor.install(recorded.manager.get_tracker())
        agent("Ann", "found").kickoff("What is a?")

    assert instrumentor.missing == ["Task._execute_core"]
    assert capsys.readouterr().err.count("Cannot trace Task._execute_core") == 1
    assert [each.kind for each in recorded.executions] == ["agent", "llm"]
