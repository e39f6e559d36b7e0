"""What is handed to a pool of greenlets is in the run of whoever handed it in."""

import pytest
from conformance.whose import whose

from gradient.sdk import entrypoint, step

gevent = pytest.importorskip("gevent")
event = pytest.importorskip("gevent.event")
pool = pytest.importorskip("gevent.pool")
TENANTS = ["ada", "bob", "eve"]
WAYS = {
    "spawn": lambda shared, work, who: shared.spawn(work, who),
    "apply_async": lambda shared, work, who: shared.apply_async(work, (who,)),
    "map_async": lambda shared, work, who: shared.map_async(work, [who]),
}


@pytest.mark.parametrize("way", WAYS)
def test_requests_in_greenlets_that_share_a_full_pool_are_never_mixed(runtime, read_runs, way):
    shared, requests, freed = pool.Pool(1), pool.Pool(len(TENANTS)), event.Event()

    def work(who):
        with step("work", inputs={"who": who}):
            pass

    @entrypoint
    def ask(who):
        WAYS[way](shared, work, who).get()

    shared.spawn(freed.wait)
    asked = [requests.spawn(ask, who) for who in TENANTS]
    gevent.sleep(0)  # all have asked, and wait for the pool
    freed.set()
    for each in asked:
        each.get()

    assert whose(read_runs()) == [(who, [who]) for who in TENANTS]
