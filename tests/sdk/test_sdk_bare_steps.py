"""`@step` without parentheses: it runs the function, wherever it stands."""

import pytest

from gradient.runtime import NotTraceable
from gradient.sdk import entrypoint, step


def bare_functions():
    @step
    def plain(page):
        return f"page {page}"

    @step
    async def coroutine(page):
        return f"page {page}"

    @step
    def generator(page):
        yield f"page {page}"

    @step
    async def stream(page):
        yield f"page {page}"

    return [plain, coroutine, generator, stream]


@pytest.mark.parametrize("function", bare_functions(), ids=lambda function: function.__name__)
async def test_a_bare_step_runs_the_function_under_its_own_name(only_execution, function):
    called = function(3)

    if hasattr(called, "__anext__"):
        assert [item async for item in called] == ["page 3"]
    elif hasattr(called, "__next__"):
        assert list(called) == ["page 3"]
    else:
        assert (await called if hasattr(called, "__await__") else called) == "page 3"
    execution = only_execution()
    assert (execution["name"], execution["kind"], execution["inputs"]) == (function.__name__, "step", {"page": 3})
    assert execution["outputs"] in ("page 3", ["page 3"])


def test_a_bare_step_stands_on_methods_of_each_kind_and_on_callable_objects(runtime, read_runs):
    class Callable:
        def __call__(self, page):
            return page

    class Library:
        @step
        def method(self, page):
            return self, page

        @step
        @staticmethod
        def above_static(page):
            return page

        @staticmethod
        @step
        def below_static(page):
            return page

        @step
        @classmethod
        def above_class(cls, page):
            return cls, page

        @classmethod
        @step
        def below_class(cls, page):
            return cls, page

    library = Library()

    @entrypoint
    def agent():
        assert library.method(1) == (library, 1)
        assert (library.above_static(2), Library.below_static(3)) == (2, 3)
        assert (library.above_class(4), Library.below_class(5)) == ((Library, 4), (Library, 5))
        assert step(Callable())(6) == 6
        assert step(lambda function: function(7))(lambda page: page) == 7

    agent()

    executions = read_runs()[0]["executions"]
    names = ["method", "above_static", "below_static", "above_class", "below_class", "Callable", "<lambda>"]
    assert [execution["name"] for execution in executions] == names
    assert [execution["inputs"] for execution in executions[:6]] == [{"page": number} for number in range(1, 7)]


@pytest.mark.parametrize("target", [int, property(len), dict])
def test_a_bare_step_on_what_cannot_be_traced_is_an_error_where_it_is_written(target):
    with pytest.raises(NotTraceable):
        step(target)


def test_a_bare_step_takes_a_kind(only_execution):
    step(len, kind="tool")("four")

    assert (only_execution()["name"], only_execution()["kind"]) == ("len", "tool")
