"""What a document is without what went in and came out: for those who may see when and what, but not which words."""

from typing import Any

from gradient.analysis.forest import Document


def without_content(document: Document) -> Document:
    """Return a run without what may quote somebody.

    That is inputs, outputs, metadata, attributes of events, messages of errors, and the arguments of the process.
    """
    bare = {**document, **_bare(document), "executions": [{**each, **_bare(each)} for each in document["executions"]]}
    bare["process"] = {**document["process"], "argv": None}
    return bare


def _bare(one: Document) -> Document:
    # What shows a graph says nothing of what was talked about.
    kept = {key: one["metadata"][key] for key in ("graph_id", "step", "triggers") if key in one["metadata"]}
    error = one["error"] and {**_silent(one["error"]), "causes": list(map(_silent, one["error"]["causes"]))}
    events: list[Document] = [{**event, "attributes": {}} for event in one["events"]]
    return {"inputs": None, "outputs": None, "metadata": kept, "error": error, "events": events}


def _silent(error: dict[str, Any]) -> dict[str, Any]:
    return {**error, "message": None, "stacktrace": None, "notes": []}
