"""Small agents on the real frameworks, whose every part a test can look at."""

import warnings
from typing import Any, TypedDict

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field

with warnings.catch_warnings(record=True):  # old versions are full of what new versions of others deprecate
    from langgraph.graph import END, START, StateGraph


class State(TypedDict, total=False):
    """A state of one value, whatever that is."""

    value: Any


class ScriptedModel(BaseChatModel):
    """A chat model that says "a script" and notes which of its methods ran, and with which parameters."""

    ran: list[str] = Field(default_factory=list)
    params: dict[str, Any] = Field(default_factory=dict)

    @property
    def _llm_type(self):
        return "scripted"

    @property
    def _identifying_params(self):
        return self.params

    def _get_invocation_params(self, stop=None, **kwargs):
        return {**self.params, **kwargs}

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        self.ran.append("_generate")
        return ChatResult(generations=[ChatGeneration(message=AIMessage("a script"))])

    def _stream(self, messages, stop=None, run_manager=None, **kwargs):
        self.ran.append("_stream")
        for word in ("a ", "script"):
            yield ChatGenerationChunk(message=AIMessageChunk(word))


def graph_of(*nodes, state=State, **options):
    """Compile a graph that runs functions one after the other, each under its own name."""
    builder = StateGraph(state)
    names = [node.__name__ for node in nodes]
    for name, node in zip(names, nodes, strict=True):
        builder.add_node(name, node)
    for before, after in zip([START, *names], [*names, END], strict=True):
        builder.add_edge(before, after)
    return builder.compile(**options)
