"""The store: runs, found in an index and read from what processes wrote to their journals.

    interface   what a store answers                       opening, views   for programs and notebooks
    sqlite      the store of one home                      home             its index, kept up to date

    indexer     journals, read into rows: heads, batch, rows, names, totals, rollup, writing, trees
    database    the file of the index, or memory: schema, mending, removal, erasure
    query       the language that runs are filtered with
    listing     rows, read into answers: searching, text, aggregates, skeletons, references, threads, processes
    reading     frames, read into one run: places, folding, runs; described by model, usage

It knows no framework, and nothing of the runtime that wrote the journals.
"""

from gradient.documents.document import RUN_SCHEMA
from gradient.documents.listed import LS_SCHEMA, Listed, ls_document
from gradient.documents.times import rfc3339
from gradient.store.errors import (
    AmbiguousReference,
    BadReference,
    MediumNotFound,
    NewerIndex,
    NotRemovable,
    QueryError,
    RunNotFound,
    StillRunning,
    StoreClosed,
    StoreError,
    Unreadable,
)
from gradient.store.interface import Change, Changes, Erasure, ErrorGroup, Group, Page, Store
from gradient.store.opening import open, open_home  # noqa: A004 - see there
from gradient.store.sqlite import SqliteStore
from gradient.store.views import Frame, Runs, RunView

__all__ = [
    "LS_SCHEMA",
    "RUN_SCHEMA",
    "AmbiguousReference",
    "BadReference",
    "Change",
    "Changes",
    "Erasure",
    "ErrorGroup",
    "Frame",
    "Group",
    "Listed",
    "MediumNotFound",
    "NewerIndex",
    "NotRemovable",
    "Page",
    "QueryError",
    "RunNotFound",
    "RunView",
    "Runs",
    "SqliteStore",
    "StillRunning",
    "Store",
    "StoreClosed",
    "StoreError",
    "Unreadable",
    "ls_document",
    "open",
    "open_home",
    "rfc3339",
]
