"""Every piece of work is recorded in the request that asked for it, whichever thread, pool or queue did it."""

from collections import Counter
from random import Random

import pytest
from conformance.handing_over import play


@pytest.mark.parametrize("seed", range(12))
def test_every_execution_is_in_the_request_of_the_tenant_that_asked_for_it(runtime, read_runs, seed):
    asked_for = play(Random(seed), tenants=6)

    recorded = [(run["inputs"]["who"], Counter(e["inputs"]["who"] for e in run["executions"])) for run in read_runs()]
    assert sorted(recorded) == [(who, {who: steps}) for who, steps in sorted(asked_for.items())]
    assert runtime.tracking.unmatched == 0
