"""The store: runs, found in an index and read from what processes wrote to their journals.

    interface   what a store answers, whatever keeps the runs    opening   opens one
    views       runs as objects, for programs and notebooks      references   how people name a run

    sqlite      the store of one home, made of:
    index/      the index, kept up to date with the journals
    query/      the language that runs are filtered with
    text/       search by words
    reading/    from rows and frames to lists, sums and whole runs

It knows no framework, and nothing of the runtime that wrote the journals. How documents look: `gradient.documents`.
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
