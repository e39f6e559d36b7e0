"""What is handed to a pool of eventlet's greenlets is in the run of whoever handed it in."""

import pytest
from conformance.whose import whose

from gradient.sdk import entrypoint, step

eventlet = pytest.importorskip("eventlet")
event = pytest.importorskip("eventlet.event")
greenpool = pytest.importorskip("eventlet.greenpool")
TENANTS = ["ada", "bob", "eve"]


def spawned_and_forgotten(shared, work, who):
    done = event.Event()
    shared.spawn_n(lambda: done.send(work(who)))
    done.wait()


WAYS = {
    "spawn": lambda shared, work, who: shared.spawn(work, who).wait(),
    "spawn_n": spawned_and_forgotten,
    "starmap": lambda shared, work, who: list(shared.starmap(work, [(who,)])),
}


@pytest.mark.parametrize("way", WAYS)
def test_requests_that_share_a_full_pool_of_eventlet_are_never_mixed(runtime, read_runs, way):
    shared, requests, freed = greenpool.GreenPool(1), greenpool.GreenPool(len(TENANTS)), event.Event()

    def work(who):
        with step("work", inputs={"who": who}):
            pass

    @entrypoint
    def ask(who):
        WAYS[way](shared, work, who)

    shared.spawn(freed.wait)
    asked = [requests.spawn(ask, who) for who in TENANTS]
    eventlet.sleep(0)  # all have asked, and wait for the pool
    freed.send()
    for each in asked:
        each.wait()

    assert whose(read_runs()) == [(who, [who]) for who in TENANTS]
