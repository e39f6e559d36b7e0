"""Spans of other instrumentations join the tree of the request that they happen in."""

import pytest
from opentelemetry.sdk.trace import Span, TracerProvider
from support.outlines import outline, tree

from gradient.instrumentors.otel_bridge import SCOPES, framework_of
from gradient.runtime.context import get_current_context
from gradient.runtime.frameworks import FRAMEWORKS
from gradient.sdk import configure, entrypoint, step
from gradient.testing import document_tree


@pytest.fixture
def tracer():
    """Return a function that gives the tracer of a scope, of a provider that sends nowhere."""
    return TracerProvider().get_tracer


def test_spans_about_agents_become_executions_and_others_do_not(runtime, read_runs, tracer):
    @entrypoint
    def agent():
        crew = tracer("openinference.instrumentation.acme")
        with crew.start_as_current_span("Crew", attributes={"openinference.span.kind": "AGENT"}):
            with tracer("opentelemetry.instrumentation.httpx").start_as_current_span("GET"):
                pass
            with crew.start_as_current_span("ask", attributes={"openinference.span.kind": "LLM"}) as ask:
                ask.set_attribute("llm.model_name", "gpt-4o")
                ask.set_attribute("llm.token_count.prompt", 9)
                ask.set_attribute("input.value", "why")

    agent()

    (run,) = read_runs()
    crew, ask = run["executions"]
    assert [(each["kind"], each["name"], each["framework"]) for each in (crew, ask)] == [
        ("agent", "Crew", "acme"),
        ("llm", "ask", "acme"),
    ]
    assert (crew["parent_id"], ask["parent_id"]) == (None, crew["execution_id"])
    assert (ask["model"], ask["usage"]["input_tokens"], ask["inputs"]) == ("gpt-4o", 9, "why")


def test_our_steps_and_their_spans_nest_in_each_other(runtime, read_runs, tracer):
    theirs = tracer("openinference.instrumentation.acme")

    @entrypoint
    def agent():
        with step("outer"), theirs.start_as_current_span("theirs"), step("inner"):
            pass

    agent()

    (run,) = read_runs()
    outer, between, inner = run["executions"]
    assert [each["name"] for each in run["executions"]] == ["outer", "theirs", "inner"]
    assert (between["parent_id"], inner["parent_id"]) == (outer["execution_id"], between["execution_id"])


def test_what_a_step_of_ours_calls_is_below_the_step_and_not_only_below_the_span_around_it(runtime, read_runs, tracer):
    theirs = tracer("openinference.instrumentation.acme")

    @entrypoint
    def agent():
        with theirs.start_as_current_span("tool"), step("inner"), theirs.start_as_current_span("agent"):
            pass

    agent()

    (run,) = read_runs()
    assert outline(run) == tree("""
        request agent
          step tool
            step inner
              step agent
    """)


def test_a_span_in_between_that_says_nothing_of_agents_leads_on_to_the_one_above(runtime, read_runs, tracer):
    theirs = tracer("openinference.instrumentation.acme")

    @entrypoint
    def agent():
        queue = tracer("my.queue")
        with theirs.start_as_current_span("tool"), queue.start_as_current_span("send"):  # noqa: SIM117 - too long
            with theirs.start_as_current_span("agent"), step("inner"):
                pass

    agent()

    (run,) = read_runs()
    assert outline(run) == tree("""
        request agent
          step tool
            step agent
              step inner
    """)


def test_a_kind_that_comes_late_counts(runtime, read_runs, tracer):
    @entrypoint
    def agent():
        with tracer("traceloop.tracer").start_as_current_span("search.tool") as span:
            span.set_attribute("traceloop.span.kind", "tool")
            span.set_attribute("traceloop.entity.output", "found")

    agent()

    ((tool,),) = [run["executions"] for run in read_runs()]
    assert (tool["kind"], tool["outputs"]) == ("tool", "found")


def test_a_span_that_begins_without_attributes_is_what_it_is_named_for(runtime, read_runs, tracer):
    begun = []

    @entrypoint
    def agent():
        with tracer("strands.telemetry.tracer").start_as_current_span("chat gpt-4o"):
            (call,) = get_current_context().executions
            begun.append((call.kind, call.node_name))

    agent()

    assert begun == [("llm", "gpt-4o")]


def test_a_failed_span_is_a_failed_execution(runtime, read_runs, tracer):
    @entrypoint
    def agent():
        with pytest.raises(ValueError, match="no"), tracer("traceloop.tracer").start_as_current_span("work"):
            raise ValueError("no")

    agent()

    ((work,),) = [run["executions"] for run in read_runs()]
    assert (work["status"], work["error"]["type"], work["error"]["message"]) == ("error", "ValueError", "no")


def test_what_an_instrumentor_of_ours_records_is_not_recorded_twice(runtime, read_runs, tracer):
    @entrypoint
    def agent():
        with tracer("openinference.instrumentation.langchain").start_as_current_span("chain"):
            pass
        configure(disabled_instrumentors=["langchain"])
        with tracer("openinference.instrumentation.langchain").start_as_current_span("chain"):
            pass

    agent()

    (run,) = read_runs()
    assert [each["name"] for each in run["executions"]] == ["chain"]


def test_once_uninstalled_spans_are_left_alone_and_the_sdk_is_as_it_was(runtime, read_runs, tracer):
    patched = vars(Span)["start"], vars(Span)["end"]

    @entrypoint
    def agent():
        runtime.uninstall_instrumentation()
        with tracer("traceloop.tracer").start_as_current_span("work"):
            pass

    agent()

    (run,) = read_runs()
    assert run["executions"] == []
    assert vars(Span)["start"] is not patched[0]
    assert vars(Span)["start"] is patched[0].__wrapped__
    assert vars(Span)["end"] is patched[1].__wrapped__


def test_outside_of_any_request_a_span_opens_one(runtime, read_runs, tracer):
    with tracer("traceloop.tracer").start_as_current_span("work"):
        pass

    (run,) = read_runs()
    assert document_tree(run)[:2] == ("request", "work")


@pytest.mark.parametrize(
    ("scope", "framework"),
    [
        ("openinference.instrumentation.crewai", "crewai"),
        ("openinference.instrumentation.openai_agents", "openai-agents"),
        ("opentelemetry.instrumentation.openai.v1", "openai"),
        ("opentelemetry.instrumentation.openai_agents", "openai-agents"),
        ("opentelemetry.instrumentation.genai.langchain", "langchain"),
        ("openinference.instrumentation.llama_index", "llamaindex"),
        ("strands.telemetry.tracer", "strands"),
        ("agent_framework", "agent-framework"),
        ("semantic_kernel.utils.telemetry.agent_diagnostics.decorators", "semantic-kernel"),
        ("opentelemetry.instrumentation.httpx", None),
        ("my.own.tracer", None),
    ],
)
def test_a_scope_tells_the_framework(scope, framework):
    assert framework_of(scope) == framework


def test_the_table_names_a_framework_as_its_instrumentor_is_named():
    """Else what the instrumentor records would be recorded twice."""
    ours = {framework.name.replace("-", ""): framework.name for framework in FRAMEWORKS}

    named = [name for name in SCOPES.values() if name is not None]

    assert [name for name in named if ours.get(name.replace("-", ""), name) != name] == []
