"""Models for OpenAI agents: scripted, in the shapes of OpenAI's responses."""

from itertools import count

from agents import set_trace_processors
from agents.testing import ModelStep, ScriptedModel, assistant_message, function_call
from agents.usage import Usage

LLM = "ScriptedModel"
_numbers = count(1)

set_trace_processors([])  # no test sends anything anywhere


def says(text):
    """Return the answer of a model that has nothing more to do."""
    return ModelStep([assistant_message(text)], Usage(requests=1, input_tokens=9, output_tokens=2, total_tokens=11))


def calls(name, **arguments):
    """Return the answer of a model that wants a tool to be called."""
    return ModelStep([function_call(name, arguments, call_id=f"call_{next(_numbers)}")])


def model(*script, **options):
    """Return a model that gives the next answer of its script at each call."""
    return ScriptedModel(list(script), **options)
