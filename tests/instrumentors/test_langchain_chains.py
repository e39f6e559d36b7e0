"""LangChain without LangGraph: chains and retrievers, whoever asks for callbacks, and requests of their own."""

import asyncio
import gc

import pytest
from langchain_core.callbacks import BaseCallbackHandler, CallbackManager
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableGenerator, RunnableLambda, RunnableParallel, RunnablePassthrough
from support.outlines import found, outline, tree

from gradient.runtime import RuntimeManager, Settings
from gradient.runtime.manager import set_runtime_manager
from gradient.sdk import current_request, entrypoint


class Shelf(BaseRetriever):
    """Finds one document, or fails."""

    fails: bool = False

    def _get_relevant_documents(self, query, *, run_manager):
        if self.fails:
            raise ConnectionError("shelf is empty")
        return [Document(page_content=f"about {query}", metadata={"page": 1})]


def add_one(number):
    return number + 1


def double(number):
    return number * 2


def test_a_chain_of_lambdas_is_a_tree(runtime, read_runs):
    chain = RunnableLambda(add_one) | RunnableLambda(double)

    @entrypoint
    def agent(number):
        return chain.invoke(number)

    assert agent(3) == 8

    (run,) = read_runs()
    assert outline(run) == tree("""
        request agent
          chain RunnableSequence
            chain add_one
            chain double
    """)
    assert found(run, "double")["inputs"] == 4
    assert found(run, "double")["outputs"] == 8
    assert found(run, "double")["framework"] == "langchain"


async def test_an_async_chain_is_the_same_tree(runtime, read_runs):
    chain = RunnableLambda(add_one) | RunnableLambda(double)

    await chain.ainvoke(3)

    (run,) = read_runs()
    assert outline(run) == tree("""
        request RunnableSequence
          chain RunnableSequence
            chain add_one
            chain double
    """)


def test_parallel_branches_are_siblings(runtime, read_runs):
    RunnableParallel(one=RunnableLambda(add_one), two=RunnableLambda(double)).invoke(3)

    (run,) = read_runs()
    assert outline(run, by_name=True) == tree("""
        request RunnableParallel<one,two>
          chain RunnableParallel<one,two>
            chain add_one
            chain double
    """)


def test_a_lambda_that_fails_makes_its_chain_fail(runtime, read_runs):
    def fail(number):
        raise ValueError("not a number")

    with pytest.raises(ValueError, match="not a number"):
        (RunnableLambda(add_one) | RunnableLambda(fail)).invoke(3)

    (run,) = read_runs()
    assert outline(run) == tree("""
        request RunnableSequence [error]
          chain RunnableSequence [error]
            chain add_one
            chain fail [error]
    """)


def test_a_fallback_that_works_leaves_the_chain_completed(runtime, read_runs):
    def fail(number):
        raise ValueError("not a number")

    chain = RunnableLambda(fail).with_fallbacks([RunnableLambda(double)])

    assert chain.invoke(3) == 6

    (run,) = read_runs()
    assert found(run, "fail")["status"] == "error"
    assert found(run, "double")["status"] == "completed"
    assert run["status"] == "completed"


def test_inputs_that_a_stream_brings_late_are_recorded(runtime, read_runs):
    chain = RunnablePassthrough() | RunnableLambda(double)

    assert list(chain.stream(3)) == [6]

    (run,) = read_runs()
    assert found(run, "double")["inputs"] == 3
    assert found(run, "double")["outputs"] == 6


async def test_inputs_that_an_async_stream_brings_late_are_recorded(runtime, read_runs):
    chain = RunnablePassthrough() | RunnableLambda(double)

    assert [item async for item in chain.astream(3)] == [6]

    assert found(read_runs()[0], "double")["inputs"] == 3


def count(inputs):
    for _ in inputs:
        yield from (1, 2, 3)


@pytest.mark.parametrize("items", [1, 2])
def test_a_stream_that_is_closed_early_is_abandoned(runtime, read_runs, items):
    """LangChain reports it as a success."""
    stream = RunnableGenerator(count).with_config(run_name="count").stream("go")
    for _ in range(items):
        next(stream)
    stream.close()

    (run,) = read_runs()
    assert outline(run) == tree("""
        request count [abandoned]
          chain count [abandoned]
    """)


def test_a_stream_that_is_read_to_its_end_is_completed(runtime, read_runs):
    assert list(RunnableGenerator(count).stream("go")) == [1, 2, 3]

    (run,) = read_runs()
    assert {one["status"] for one in run["executions"]} == {"completed"}
    assert run["status"] == "completed"


async def test_an_async_stream_that_is_closed_early_is_abandoned(runtime, read_runs):
    async def count(inputs):
        async for _ in inputs:
            for number in (1, 2, 3):
                yield number

    stream = RunnableGenerator(count).with_config(run_name="count").astream("go")
    await stream.__anext__()
    await stream.aclose()
    gc.collect()
    for _ in range(20):  # LangChain leaves its inner streams to the collector, and those to the loop
        await asyncio.sleep(0)

    (run,) = read_runs()
    assert found(run, "count")["status"] == "abandoned"


def test_a_retriever_tells_its_query_and_documents(runtime, read_runs):
    Shelf().invoke("lemons")

    shelf = found(read_runs()[0], "Shelf")
    assert shelf["kind"] == "retriever"
    assert shelf["inputs"] == {"query": "lemons"}
    assert shelf["outputs"][0]["fields"]["page_content"] == "about lemons"


def test_a_retriever_that_fails_is_an_error(runtime, read_runs):
    with pytest.raises(ConnectionError):
        Shelf(fails=True).invoke("lemons")

    assert found(read_runs()[0], "Shelf")["error"]["message"] == "shelf is empty"


def test_a_run_outside_any_entrypoint_is_a_request_of_its_own(runtime, read_runs):
    RunnableLambda(double).invoke(3)

    (run,) = read_runs()
    assert outline(run) == tree("""
        request double
          chain double
    """)
    assert run["inputs"] == 3
    assert run["outputs"] == 6


def test_code_of_a_root_run_knows_its_request(runtime, read_runs):
    seen = []
    RunnableLambda(lambda number: seen.append(current_request().request_id)).invoke(3)

    assert seen == [read_runs()[0]["request_id"]]


def test_an_entrypoint_that_a_root_run_calls_is_a_step_of_it(runtime, read_runs):
    @entrypoint
    def agent(number):
        return number

    RunnableLambda(agent).invoke(3)

    (run,) = read_runs()
    assert outline(run) == tree("""
        request agent
          chain agent
            step agent
    """)


def test_without_root_runs_a_run_outside_any_entrypoint_is_counted_and_not_recorded(nothing_is_left, read_runs):
    manager = RuntimeManager(settings=Settings(root_runs=False, console="off", home=None))
    set_runtime_manager(manager)
    manager.install_instrumentation()

    RunnableLambda(double).invoke(3)

    assert read_runs() == []
    assert manager.tracking.orphans == 1


@pytest.mark.parametrize(
    "callbacks", [[], [BaseCallbackHandler()], CallbackManager([])], ids=["none", "one", "manager"]
)
def test_callbacks_of_the_users_own_do_not_keep_us_out(runtime, read_runs, callbacks):
    (RunnableLambda(add_one) | RunnableLambda(double)).invoke(3, {"callbacks": callbacks})

    (run,) = read_runs()
    assert outline(run) == tree("""
        request RunnableSequence
          chain RunnableSequence
            chain add_one
            chain double
    """)


def test_callbacks_that_a_nested_call_replaces_do_not_cost_its_parent(runtime, read_runs):
    inner = RunnableLambda(double)

    def outer(number):
        return inner.invoke(number, {"callbacks": []})

    RunnableLambda(outer).invoke(3)

    (run,) = read_runs()
    assert outline(run) == tree("""
        request outer
          chain outer
            chain double
    """)


def test_a_configured_name_is_the_runs_name(runtime, read_runs):
    RunnableLambda(double).with_config(run_name="twice", tags=["maths"]).invoke(3)

    assert found(read_runs()[0], "twice")["kind"] == "chain"


def test_a_batch_is_a_run_for_each_item(runtime, read_runs):
    RunnableLambda(double).batch([1, 2])

    assert sorted(run["outputs"] for run in read_runs()) == [2, 4]
