"""A call of a model is recorded once, whichever layers are installed together; what each layer knows is kept."""

import pytest

openai = pytest.importorskip("openai")
pytest.importorskip("langchain_openai")

from langchain_core.messages import HumanMessage  # noqa: E402 - needs the packages
from langchain_core.tools import tool  # noqa: E402
from langchain_openai import ChatOpenAI, OpenAIEmbeddings  # noqa: E402
from support.models import StreamingModel  # noqa: E402
from support.outlines import found, outline, tree  # noqa: E402
from support.providers import Tokens, call_tool, fail, say  # noqa: E402
from support.scripted import graph_of  # noqa: E402

from gradient.instrumentors.model_calls import announce, retract  # noqa: E402
from gradient.instrumentors.openai.instrumentor import OpenAIInstrumentor  # noqa: E402
from gradient.runtime import Step, get_runtime_manager  # noqa: E402
from gradient.sdk import entrypoint, step  # noqa: E402
from gradient.testing import record  # noqa: E402

HELLO = [{"role": "user", "content": "How are you?"}]


@pytest.fixture
def model(runtime, provider):
    return ChatOpenAI(model="gpt-5.2", base_url=provider.openai_url, api_key="none", max_retries=0)


@pytest.fixture
def client(runtime, provider):
    with openai.OpenAI(base_url=provider.openai_url, api_key="none", max_retries=0) as client:
        yield client


def test_langchains_call_is_not_recorded_again_for_the_client_beneath(model, provider, read_runs):
    provider.script(say("fine", tokens=Tokens(100, 20, cached=40)))

    model.invoke("How are you?")

    (run,) = read_runs()
    assert outline(run) == "request ChatOpenAI\n  llm ChatOpenAI"
    call = found(run, "ChatOpenAI")
    assert (call["framework"], call["model"], call["provider"]) == ("langchain", "gpt-5.2", "openai")
    assert (call["usage"]["input_tokens"], call["usage"]["cache_read_tokens"]) == (100, 40)
    assert call["usage"]["cost_usd"] == pytest.approx((60 * 1.75 + 40 * 0.175 + 20 * 14) / 1e6)


async def test_nor_is_it_when_it_is_async(model, provider, read_runs):
    provider.script("fine", "fine")

    @entrypoint
    async def agent():
        return await model.abatch(["Hi", "Ho"])

    await agent()

    assert outline(read_runs()[0]) == "request agent\n  llm ChatOpenAI\n  llm ChatOpenAI"


def test_nor_is_a_stream(model, provider, read_runs):
    provider.script("one two three")

    words = [chunk.content for chunk in model.stream("How are you?")]

    assert "".join(words) == "one two three"
    (run,) = read_runs()
    assert outline(run) == "request ChatOpenAI\n  llm ChatOpenAI"
    assert found(run, "ChatOpenAI")["time_to_first_token_ms"] is not None


def test_a_call_of_ones_own_between_the_chunks_of_a_stream_is_a_call_of_its_own(client, provider, read_runs):
    provider.script("fine")

    @entrypoint
    def agent():
        chunks = StreamingModel(script=["one two"]).stream("Count")
        next(chunks)
        client.chat.completions.create(model="gpt-5.2", messages=HELLO)
        list(chunks)

    agent()

    assert outline(read_runs()[0]) == tree("""
        request agent
          llm StreamingModel
          llm gpt-5.2
    """)


def test_a_framework_that_tries_again_has_one_call_for_its_tries(runtime, provider, read_runs):
    provider.script(fail(500), "fine")

    class Persistent(ChatOpenAI):
        def _generate(self, *args, **kwargs):
            try:
                return super()._generate(*args, **kwargs)
            except openai.InternalServerError:
                return super()._generate(*args, **kwargs)

    model = Persistent(model="gpt-5.2", base_url=provider.openai_url, api_key="none", max_retries=0)
    assert model.invoke("Hi").content == "fine"

    assert outline(read_runs()[0]) == "request Persistent\n  llm Persistent"


def test_a_model_that_fails_is_an_error_of_the_framework_s_call(model, provider, read_runs):
    provider.script(fail(401, "no such key"))

    with pytest.raises(openai.AuthenticationError):
        model.invoke("Hi")

    (run,) = read_runs()
    assert outline(run) == "request ChatOpenAI [error]\n  llm ChatOpenAI [error]"
    assert "no such key" in found(run, "ChatOpenAI")["error"]["message"]


def test_direct_calls_belong_to_the_node_or_tool_that_makes_them(client, provider, read_runs):
    provider.script("fine", "fine")

    @tool
    def ask(question: str) -> str:
        """Ask."""
        asked = [{"role": "user", "content": question}]
        return client.chat.completions.create(model="gpt-5.2", messages=asked).choices[0].message.content

    def think(state):
        client.chat.completions.create(model="gpt-5.2", messages=HELLO)
        return {"value": ask.invoke({"question": "Why?"})}

    graph_of(think).invoke({"value": "start"})

    assert outline(read_runs()[0]) == tree("""
        request LangGraph
          graph LangGraph
            node think
              llm gpt-5.2
              tool ask
                llm gpt-5.2
    """)


def test_a_graph_a_model_and_a_direct_call_make_one_tree(model, client, provider, read_runs):
    """The golden trace."""
    provider.script(call_tool("look", word="a"), "found", "embedded")

    @tool
    def look(word: str) -> str:
        """Look a word up."""
        client.embeddings.create(model="text-embedding-3-small", input=word)
        with step("rank"):
            return client.responses.create(model="gpt-5-mini", input=word).output_text

    def think(state):
        answer = model.bind_tools([look]).invoke([HumanMessage("Look.")])
        return {"value": look.invoke(answer.tool_calls[0]).content}

    @entrypoint
    def agent():
        return graph_of(think).invoke({"value": "start"})["value"]

    assert agent() == "found"

    (run,) = read_runs()
    assert outline(run) == tree("""
        request agent
          graph LangGraph
            node think
              llm ChatOpenAI
              tool look
                embedding text-embedding-3-small
                step rank
                  llm gpt-5-mini
    """)
    assert (run["usage"]["input_tokens"], run["usage"]["output_tokens"]) == (19, 4)


def test_langchains_embeddings_are_the_clients(runtime, provider, read_runs):
    OpenAIEmbeddings(base_url=provider.openai_url, api_key="none", check_embedding_ctx_length=False).embed_query("Hi")

    assert [call["kind"] for call in read_runs()[0]["executions"]] == ["embedding"]


def test_what_langchain_is_not_asked_for_is_the_clients(provider):
    provider.script("fine")
    model = ChatOpenAI(model="gpt-5.2", base_url=provider.openai_url, api_key="none", max_retries=0)

    with record(OpenAIInstrumentor()) as recorded:
        entrypoint(lambda: model.invoke("Hi"), name="agent")()

    assert recorded.trees() == [("request", "agent", "completed", [("llm", "gpt-5.2", "completed", [])])]


def test_an_execution_that_was_announced_is_served_once_and_not_after_it_was_taken_back(client, provider, read_runs):
    provider.script("one", "two", "three")

    @entrypoint
    def agent():
        tracker = get_runtime_manager().get_tracker()
        told = tracker.start(Step("theirs", "llm", "acme"))
        announce(told)
        client.chat.completions.create(model="gpt-5.2", messages=HELLO)
        client.chat.completions.create(model="gpt-5.2", messages=HELLO)
        retract(told)
        tracker.end(told)
        client.chat.completions.create(model="gpt-5.2", messages=HELLO)

    agent()

    (run,) = read_runs()
    assert [call["name"] for call in run["executions"]] == ["theirs", "gpt-5.2", "gpt-5.2"]
    assert (found(run, "theirs")["model"], found(run, "theirs")["usage"]["input_tokens"]) == ("gpt-5.2", 9)


def test_work_that_began_below_the_caller_is_not_what_was_announced(client, provider, read_runs):
    provider.script("fine")

    @entrypoint
    def agent():
        tracker = get_runtime_manager().get_tracker()
        told = tracker.start(Step("theirs", "llm", "acme"))
        announce(told)
        with step("a model that is an agent itself"):
            client.chat.completions.create(model="gpt-5.2", messages=HELLO)
        retract(told)
        tracker.end(told)

    agent()

    assert outline(read_runs()[0]) == tree("""
        request agent
          llm theirs
          step a model that is an agent itself
            llm gpt-5.2
    """)


@pytest.mark.parametrize("answers", [1, 3])
@pytest.mark.parametrize("prompts", [1, 2, 3])
async def test_each_prompt_is_one_call_however_many_answers_it_has(runtime, provider, read_runs, prompts, answers):
    model = ChatOpenAI(model="gpt-5.2", base_url=provider.openai_url, api_key="none", max_retries=0, n=answers)
    provider.script(*(say("fine", tokens=Tokens(100 * number, number)) for number in range(1, 2 * prompts + 1)))
    asked = [[HumanMessage(f"prompt {number}")] for number in range(prompts)]

    @entrypoint
    def agent():
        model.generate(asked)

    @entrypoint
    async def async_agent():
        await model.agenerate(asked)

    agent()
    await async_agent()

    first, second = read_runs()
    assert outline(first) == "request agent" + "\n  llm ChatOpenAI" * prompts
    assert outline(second) == "request async_agent" + "\n  llm ChatOpenAI" * prompts
    told = [call["usage"]["input_tokens"] for run in (first, second) for call in run["executions"]]
    billed = [100 * number for number in range(1, 2 * prompts + 1)]
    assert told[:prompts] == billed[:prompts]
    assert sorted(told[prompts:]) == billed[prompts:]  # which of them was first is the event loop's matter
