"""Runs as they are: JSON, or one run on each line."""

from collections.abc import Iterable, Iterator

import msgspec

from gradient.analysis.forest import Document


def json(documents: Iterable[Document]) -> Iterator[bytes]:
    """Yield one document; where there are several, the pieces of an array of them."""
    waiting: Document | None = None
    number = 0
    for number, document in enumerate(documents, 1):
        if waiting is not None:
            yield (b",\n" if number > 2 else b"[\n") + _indented(waiting)  # noqa: PLR2004 - the third follows another
        waiting = document
    if waiting is not None:
        yield (b",\n" if number > 1 else b"") + _indented(waiting) + (b"\n]\n" if number > 1 else b"\n")


def jsonl(documents: Iterable[Document]) -> Iterator[bytes]:
    """Yield a line for each document."""
    for document in documents:
        yield msgspec.json.encode(document) + b"\n"


def _indented(document: Document) -> bytes:
    return msgspec.json.format(msgspec.json.encode(document), indent=2)
