"""Requests of a plain agent, recorded, and how often each of their spans arrived."""

from collections import Counter

from gradient.runtime.step import Step


def ask(runtime, number=1, *, nodes=2):
    """Record requests with some nodes each; return their trace ids."""
    traces = []
    for _ in range(number):
        request = runtime.open_request("agent", {"question": "why"})
        for node in range(nodes):
            execution = runtime.get_tracker().start(Step(f"node{node}", "node", "custom", {"n": node}, parent=request))
            runtime.get_tracker().end(execution, {"n": node + 1})
        runtime.end_request("because", request=request)
        traces.append(request.trace_id)
    return traces


def counts(receiver):
    """Return how often each span arrived, by id."""
    return Counter(span.span_id for span in receiver.spans)
