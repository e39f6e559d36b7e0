"""The store: runs, rebuilt from what processes wrote to their journals.

    journals    all runs of a home        references   how people name one
    folding     events, read into runs    runs         what is left of a request, and what that says
    model       the documents             usage        tokens and cost
    threads     which run resumed which

It knows no framework, and nothing of the runtime that wrote the journals.
"""

from gradient.store.errors import AmbiguousReference, BadReference, RunNotFound, StoreError, Unreadable
from gradient.store.folding import Fold
from gradient.store.journals import Journals
from gradient.store.model import LS_SCHEMA, RUN_SCHEMA, ls_document, run_document
from gradient.store.runs import Execution, Run, Writer

__all__ = [
    "LS_SCHEMA",
    "RUN_SCHEMA",
    "AmbiguousReference",
    "BadReference",
    "Execution",
    "Fold",
    "Journals",
    "Run",
    "RunNotFound",
    "StoreError",
    "Unreadable",
    "Writer",
    "ls_document",
    "run_document",
]
