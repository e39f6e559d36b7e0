"""Language models: messages, parameters, tokens, the first token's time, and streams that end early."""

import pytest
from langchain_core.language_models import FakeListLLM
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGeneration, ChatResult, LLMResult
from support.models import ScriptedModel, StreamingModel
from support.outlines import found, outline, tree
from support.usages import unpriced, used

from gradient.sdk import entrypoint


class OlderModel(ScriptedModel):
    """Reports its tokens beside the messages, as older packages do."""

    reported: dict[str, object]

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        return ChatResult(generations=[ChatGeneration(message=self._next())], llm_output=self.reported)


def usage(**known):
    """Return the usage of a model whose price nobody knows."""
    return used(**known) if "cost_usd" in known else used(**known, missing=unpriced("no price of scripted-1 is known"))


def test_a_call_tells_messages_params_model_and_provider(runtime, read_runs):
    model = ScriptedModel(script=["fine"], temperature=0.5)

    model.invoke([SystemMessage("Be brief."), HumanMessage("How are you?")], stop=["!"])

    (run,) = read_runs()
    assert outline(run) == tree("""
        request ScriptedModel
          llm ScriptedModel
    """)
    call = found(run, "ScriptedModel")
    assert [message["role"] for message in call["inputs"]["messages"]] == ["system", "user"]
    assert call["inputs"]["params"] == {"temperature": 0.5, "stop": ["!"]}
    assert call["outputs"]["messages"][0]["parts"] == [{"type": "text", "content": "fine"}]
    assert (call["model"], call["provider"]) == ("scripted-1", "acme")
    assert call["usage"] is None
    assert call["node_id"] == "llm_ScriptedModel"


async def test_an_async_call_is_recorded_alike(runtime, read_runs):
    await ScriptedModel(script=["fine"]).ainvoke("How are you?")

    call = found(read_runs()[0], "ScriptedModel")
    assert call["outputs"]["messages"][0]["parts"] == [{"type": "text", "content": "fine"}]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"input_tokens": 9, "output_tokens": 2, "total_tokens": 11}, usage(input_tokens=9, output_tokens=2)),
        (
            {
                "input_tokens": 9,
                "output_tokens": 2,
                "total_tokens": 11,
                "input_token_details": {"audio": 1, "cache_read": 4},
                "output_token_details": {"reasoning": 1},
            },
            usage(input_tokens=9, output_tokens=2, cache_read_tokens=4, reasoning_tokens=1, audio_input_tokens=1),
        ),
    ],
    ids=["plain", "with details"],
)
def test_tokens_are_those_of_the_message(runtime, read_runs, told, expected):
    ScriptedModel(script=[AIMessage("fine", usage_metadata=told)]).invoke("Hi")

    assert found(read_runs()[0], "ScriptedModel")["usage"] == expected


@pytest.mark.parametrize(
    ("reported", "expected"),
    [
        ({"token_usage": {"prompt_tokens": 9, "completion_tokens": 2}}, usage(input_tokens=9, output_tokens=2)),
        ({"usage": {"input_tokens": 9, "output_tokens": 2}}, usage(input_tokens=9, output_tokens=2)),
        (
            {
                "token_usage": {
                    "prompt_tokens": 9,
                    "completion_tokens": 2,
                    "prompt_tokens_details": {"cached_tokens": 4},
                    "completion_tokens_details": {"reasoning_tokens": 1},
                }
            },
            usage(input_tokens=9, output_tokens=2, cache_read_tokens=4, reasoning_tokens=1),
        ),
        (
            {
                "usage": {
                    "input_tokens": 3,
                    "cache_creation_input_tokens": 5,
                    "cache_read_input_tokens": 4,
                    "output_tokens": 2,
                }
            },
            usage(input_tokens=12, output_tokens=2, cache_read_tokens=4, cache_write_tokens=5),
        ),
        ({"token_usage": "many"}, None),
        ({}, None),
    ],
    ids=["openai", "anthropic", "openai with details", "anthropic with cache", "nonsense", "nothing"],
)
def test_tokens_that_are_told_beside_the_message_are_used_where_it_has_none(runtime, read_runs, reported, expected):
    OlderModel(script=["fine"], reported=reported).invoke("Hi")

    assert found(read_runs()[0], "OlderModel")["usage"] == expected


def test_a_message_of_a_provider_tells_which_model_answered(runtime, read_runs):
    told = {"model_name": "gpt-5.2-2026-08-01", "model_provider": "openai", "finish_reason": "stop"}

    ScriptedModel(script=[AIMessage("fine", response_metadata=told)]).invoke("Hi")

    call = found(read_runs()[0], "ScriptedModel")
    assert call["model"] == "gpt-5.2-2026-08-01"
    assert call["outputs"]["messages"][0]["response_metadata"]["finish_reason"] == "stop"


def test_a_streamed_call_has_the_whole_answer_its_tokens_and_the_first_ones_time(runtime, read_runs):
    answer = AIMessage("one two three", usage_metadata={"input_tokens": 5, "output_tokens": 3, "total_tokens": 8})
    model = StreamingModel(script=[answer])

    assert "".join(chunk.content for chunk in model.stream("Count")) == "one two three"

    call = found(read_runs()[0], "StreamingModel")
    assert call["status"] == "completed"
    assert call["outputs"]["messages"][0]["parts"] == [{"type": "text", "content": "one two three"}]
    assert call["usage"] == usage(input_tokens=5, output_tokens=3)
    assert 0 <= call["time_to_first_token_ms"] <= call["duration_ms"]


def test_a_call_that_is_not_streamed_has_no_time_to_first_token(runtime, read_runs):
    ScriptedModel(script=["fine"]).invoke("Hi")

    assert found(read_runs()[0], "ScriptedModel")["time_to_first_token_ms"] is None


def test_our_presence_does_not_switch_a_model_to_streaming(runtime):
    model = StreamingModel(script=["one two"])

    model.invoke("Hi")

    assert model.calls == ["generate"]


async def test_our_presence_does_not_switch_an_async_model_to_streaming(runtime):
    model = StreamingModel(script=["one two"])

    await model.ainvoke("Hi")

    assert model.calls == ["generate"]


async def test_an_async_stream_that_is_closed_early_is_abandoned_with_what_came(runtime, read_runs):
    stream = StreamingModel(script=["one two three"]).astream("Count")
    await stream.__anext__()
    await stream.__anext__()
    await stream.aclose()

    (run,) = read_runs()
    call = found(run, "StreamingModel")
    assert call["status"] == "abandoned"
    assert call["outputs"]["messages"][0]["parts"] == [{"type": "text", "content": "one two"}]
    assert run["status"] == "abandoned"


def test_a_stream_that_is_closed_early_is_abandoned(runtime, read_runs):
    stream = StreamingModel(script=["one two three"]).stream("Count")
    next(stream)
    stream.close()

    assert found(read_runs()[0], "StreamingModel")["status"] == "abandoned"


def test_a_call_that_fails_is_an_error(runtime, read_runs):
    model = ScriptedModel(script=[ConnectionError("no network")])

    @entrypoint
    def agent():
        try:
            model.invoke("Hi")
        except ConnectionError:
            return "sorry"

    assert agent() == "sorry"

    (run,) = read_runs()
    assert outline(run) == tree("""
        request agent
          llm ScriptedModel [error]
    """)
    assert found(run, "ScriptedModel")["error"]["message"] == "no network"


def test_a_completion_model_is_a_language_model_too(runtime, read_runs):
    FakeListLLM(responses=["fine"]).invoke("How are you?")

    call = found(read_runs()[0], "FakeListLLM")
    assert call["kind"] == "llm"
    assert call["inputs"]["messages"] == [{"role": "user", "parts": [{"type": "text", "content": "How are you?"}]}]
    assert call["outputs"]["messages"] == [{"role": "assistant", "parts": [{"type": "text", "content": "fine"}]}]


def test_a_retried_model_call_is_recorded_for_each_try(runtime, read_runs):
    model = ScriptedModel(script=[ConnectionError("busy"), "fine"]).with_retry(
        retry_if_exception_type=(ConnectionError,), wait_exponential_jitter=False, stop_after_attempt=2
    )

    assert model.invoke("Hi").content == "fine"

    (run,) = read_runs()
    calls = [execution for execution in run["executions"] if execution["kind"] == "llm"]
    assert [call["status"] for call in calls] == ["error", "completed"]
    assert [call["attempt"] for call in calls] == [None, 2]


def test_an_answer_from_langchains_cache_is_marked_as_cached_and_used_no_tokens(runtime, read_runs):
    from langchain_core.caches import InMemoryCache

    answer = AIMessage("fine", usage_metadata={"input_tokens": 5, "output_tokens": 3, "total_tokens": 8})
    model = ScriptedModel(script=[answer], cache=InMemoryCache())

    model.invoke("Hi")
    model.invoke("Hi")

    first, second = (found(run, "ScriptedModel") for run in read_runs())
    assert model.calls == ["generate"]
    assert (first["cached"], second["cached"]) == (False, True)
    assert second["usage"] == usage(input_tokens=0, output_tokens=0, cost_usd=0.0)


def test_an_empty_result_costs_nothing_but_the_outputs(handler):
    handler.on_llm_start({}, ["Hi"], run_id="run")
    handler.on_llm_end(LLMResult(generations=[]), run_id="run")

    assert handler.runs == {}
