"""Runs as other tools want them: pure functions from `gradient.run/1` documents to text.

    formats     which formats there are          plain       json and jsonl
    perfetto    a trace for ui.perfetto.dev      lanes       which executions share one of its tracks
    mermaid     a graph with the path taken      report      Markdown to read
    rows        csv, one line an execution       content     what a document is without inputs and outputs
    otlp        OTLP as JSON                     spans       a run as spans, whoever sends them
    genai       attributes as OpenTelemetry      openinference   the same as Phoenix and others read them
                names them

`html` belongs to the page.
"""
