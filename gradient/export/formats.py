"""The formats that runs can be exported in."""

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import NamedTuple

from gradient.analysis.forest import Document

Write = Callable[[Iterable[Document]], Iterator[bytes]]


class Format(NamedTuple):
    """A format.

    Attributes:
        module: Where it is written; imported when it is asked for.
        function: What writes it.
        about: What it is good for.
        several: Whether it can hold more than one run.
    """

    module: str
    function: str
    about: str
    several: bool = True

    def write(self, documents: Iterable[Document]) -> Iterator[bytes]:
        """Yield the pieces of a file that holds runs."""
        function: Write = getattr(import_module(f"gradient.export.{self.module}"), self.function)
        return function(documents)


FORMATS = {
    "json": Format("plain", "json", "gradient.run/1; an array of them for several runs"),
    "jsonl": Format("plain", "jsonl", "gradient.run/1, a run on each line"),
    "csv": Format("rows", "csv_rows", "a row for each request and execution"),
    "html": Format("html", "html", "the page as one file, to open without a server", several=False),
    "md": Format("report", "report", "Markdown, to read"),
    "mermaid": Format("mermaid", "flowcharts", "the graph with the path taken, as a flowchart", several=False),
    "otlp-json": Format("otlp", "otlp_json", "spans, for OpenTelemetry collectors and backends"),
    "perfetto": Format("perfetto", "perfetto", "a trace for ui.perfetto.dev or chrome://tracing"),
}
