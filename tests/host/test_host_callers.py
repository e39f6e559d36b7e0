"""Our wrappers stand between a caller and what it calls: they take none of its keywords, and are passed over when it is
asked for."""

import asyncio
import inspect
import json
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from support.patience import PATIENCE_S

from gradient.runtime.importlib_bootstrap import is_passed_over, passed_over
from gradient.sdk import annotate, entrypoint, step

# Installs every instrumentor and imports its framework, and looks at each wrapper that is put into its place.
EVERY_WRAPPER = """
import inspect, json, sys, warnings
from importlib import import_module
from gradient.instrumentors.plumbing.patching import Patches
from gradient.instrumentors.seams import Instrumentor
from gradient.runtime.frameworks import default_instrumentors
from gradient.runtime.importlib_bootstrap import is_passed_over
from gradient.runtime.tracker import DefaultExecutionTracker

warnings.simplefilter("ignore")
looked_at, wrong = 0, []

class Watched(Patches):
    def replace(self, owner, name, wrap):
        global looked_at
        super().replace(owner, name, wrap)
        wrapper = vars(owner)[name]
        code = getattr(wrapper, "__func__", wrapper).__code__
        named = code.co_varnames[code.co_posonlyargcount:code.co_argcount + code.co_kwonlyargcount]
        looked_at += 1
        if code.co_flags & inspect.CO_VARKEYWORDS and named:
            wrong.append(f"{owner}.{name} takes {named} from the keywords of others")
        if not is_passed_over(code):
            wrong.append(f"{owner}.{name} is counted as a caller")

for instrumentor in default_instrumentors():
    if isinstance(instrumentor, Instrumentor):
        instrumentor.patches = Watched()
        instrumentor.install(DefaultExecutionTracker())
        for module in instrumentor.modules:
            try:
                import_module(module)
            except ImportError:
                pass
print(json.dumps([looked_at, wrong]))
"""


def of_each_colour():
    def plain(**given):
        return given

    async def coroutine(**given):
        return given

    def generator(**given):
        yield given

    async def stream(**given):
        yield given

    return [plain, coroutine, generator, stream]


async def result_of(called):
    """Return what a call of any colour gives, or its only item."""
    if inspect.isasyncgen(called):
        return await anext(called)
    if inspect.isawaitable(called):
        return await called
    return next(called) if inspect.isgenerator(called) else called


def names_in(folder):
    """Return every name that code of ours uses for a parameter or a variable."""
    found = set()
    for path in folder.rglob("*.py"):
        waiting = [compile(path.read_text("utf-8"), path, "exec")]
        for code in waiting:
            found |= {name for name in code.co_varnames if name.isidentifier()}
            waiting += [constant for constant in code.co_consts if inspect.iscode(constant)]
    return sorted(found)


@pytest.mark.parametrize("decorate", [entrypoint, step, entrypoint(name="named"), step("named")])
@pytest.mark.parametrize("function", of_each_colour(), ids=lambda function: function.__name__)
def test_a_traced_function_gets_each_of_its_keywords_whatever_they_are_called(runtime, read_runs, decorate, function):
    names = names_in(Path(sys.modules["gradient.runtime"].__file__).parent)
    given = dict.fromkeys([*names, "self", "cls", "args", "kwargs"], 1)

    assert asyncio.run(result_of(decorate(function)(**given))) == given
    assert len(read_runs()[0]["inputs"]) == len(given) > 250


def test_notes_take_attributes_of_any_name(runtime, read_runs):
    @entrypoint
    def agent():
        annotate("noted", name=1, self=2)
        with step("a block") as block:
            block.event("noted", name=3, self=4)
            block.set_metadata(self=5)

    agent()

    (run,) = read_runs()
    (execution,) = run["executions"]
    assert [event["attributes"] for event in execution["events"]] == [{"name": 3, "self": 4}]
    assert execution["metadata"] == {"self": 5}


def test_no_wrapper_takes_keywords_of_others_or_is_counted_as_a_caller():
    ran = subprocess.run(
        [sys.executable, "-c", EVERY_WRAPPER], capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )

    looked_at, wrong = json.loads(ran.stdout.splitlines()[-1])
    assert wrong == []
    assert looked_at > 10, ran.stderr


def test_a_wrapper_that_is_passed_over_is_found_in_its_file():
    def wrapper():
        raise ValueError

    function = passed_over(wrapper)
    with pytest.raises(ValueError, match=r"^$") as caught:
        function()

    assert function is wrapper
    assert is_passed_over(wrapper.__code__)
    assert Path(wrapper.__code__.co_filename).samefile(__file__)
    assert "raise ValueError" in str(caught.traceback[-1].statement)


def test_what_is_no_function_is_left_as_it_is():
    assert passed_over(print) is print


def test_a_warning_with_a_stack_level_names_the_line_that_called(runtime):
    @entrypoint
    @step
    def old():
        warnings.warn("old", DeprecationWarning, stacklevel=2)

    with pytest.warns(DeprecationWarning, match="old") as caught:
        old()

    assert caught[0].filename == __file__
