"""Executions whose start and end were read together, which most are: columns are made of them without rows before.

EndedHead, places, process ── columns_of_pairs ──> what `gradient.store.index.trees` packs
"""

from collections.abc import Collection
from operator import itemgetter, sub
from typing import Any

import msgspec

from gradient.documents.usage import NO_NUMBERS, numbers_of
from gradient.store.index.batch import Batch
from gradient.store.index.names import Names
from gradient.store.index.rows import CODES, SIGN, WRAP, Pair, origin_of
from gradient.store.index.trees import Columns, columns_of

_BEGAN = itemgetter(0)
_astuple = msgspec.structs.astuple


def columns_of_pairs(run: int, pairs: Collection[Pair], batch: Batch, names: Names) -> Columns:
    """Return executions of a run column by column, in the order of their starts."""
    if not pairs:
        return columns_of(())
    began, ended, processes, events = zip(*sorted(pairs, key=_BEGAN), strict=True)
    # fmt: off
    (_, ids, parents, at, started_at, names_, kinds, frameworks, node_ids, statuses, errors, _, models, providers,
     usages, first_tokens, attempts, cached) = zip(*map(_astuple, events), strict=True)
    # fmt: on
    nodes, known = names.nodes, names.models
    count = len(ids)
    # No function is called for each, for this is done a million times.
    return [
        (run,) * count,
        [number if number < SIGN else number - WRAP for number in ids],
        processes,
        [number if number < SIGN else number - WRAP for number in parents],
        list(map(nodes.__getitem__, zip(names_, kinds, frameworks, node_ids, strict=True))),
        [None if model[0] is None else known[model] for model in zip(models, providers, strict=True)],
        list(map(CODES.get, statuses, statuses)),
        started_at,
        list(map(sub, at, started_at)),
        first_tokens,
        attempts,
        cached,
        *zip(*(NO_NUMBERS if usage is None else numbers_of(usage) for usage in usages), strict=True),
        [batch.failure(error) for error in errors] if any(errors) else errors,
        [origin_of(error) for error in errors] if any(errors) else errors,
        began,
        ended,
        (batch.changed,) * count,
    ]


def row_of(run: int, pair: Pair, batch: Batch, names: Names) -> list[Any]:
    """Return one of them as a row."""
    return [value for (value,) in columns_of_pairs(run, [pair], batch, names)]
