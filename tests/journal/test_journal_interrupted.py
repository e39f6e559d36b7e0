"""Signal handlers, the garbage collector and interrupts in the middle of an append spoil nothing."""

import gc
import random
import signal
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")


class Meddling(int):
    """A generation whose comparison, which happens in the middle of an append, runs code as a signal handler would."""

    meddle = staticmethod(lambda: None)

    def __eq__(self, other):
        meddle, Meddling.meddle = Meddling.meddle, staticmethod(lambda: None)
        meddle()
        return int(self) == other

    __hash__ = int.__hash__


@pytest.fixture
def on_signal():
    """Return a function that installs a handler for SIGALRM; the former one is put back."""
    former = signal.getsignal(signal.SIGALRM)
    yield lambda handler: signal.signal(signal.SIGALRM, lambda *_: handler())
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, former)


def test_an_append_inside_an_append_is_written_after_it(writer, bodies):
    writer.open()
    results = []
    Meddling.meddle = lambda: results.extend(writer.append(body) for body in (b"inner 1", b"inner 2"))

    results.append(writer.append(b"outer", Meddling(writer.generation)))
    writer.append(b"next")

    assert results == [True, True, True]
    assert bodies() == [b"outer", b"inner 1", b"inner 2", b"next"]


def test_a_signal_while_a_segment_is_opened_is_written_after_the_frame_that_opened_it(make_writer, on_signal, bodies):
    on_signal(lambda: writer.append(b"from the handler"))

    def preamble():
        signal.raise_signal(signal.SIGALRM)
        return b"preamble"

    writer = make_writer(preamble=preamble)

    assert writer.append(b"outer") is True

    assert bodies() == [b"outer", b"from the handler"]


def test_an_inner_append_for_the_ending_segment_is_refused_while_the_next_one_opens(make_writer, bodies):
    results = []
    old = None

    def preamble():
        if old is not None:
            results.append(writer.append(b"for the old", old))
            results.append(writer.append(b"for the new", writer.generation))
        return b"preamble"

    writer = make_writer(preamble=preamble, first_segment_bytes=1_024)
    writer.append(bytes(900))
    old = writer.generation

    assert writer.append(bytes(800)) is True

    assert results == [False, True]
    assert bodies() == [bytes(900), bytes(800), b"for the new"]


def test_a_deferred_frame_whose_segment_is_full_is_lost_and_counted(make_writer, bodies):
    told = []
    writer = make_writer(first_segment_bytes=1_024, on_loss=told.append)
    writer.open()
    Meddling.meddle = lambda: writer.append(bytes(2_000), writer.generation)

    assert writer.append(b"outer", Meddling(writer.generation)) is True

    assert (writer.lost, len(told)) == (1, 1)
    assert bodies() == [b"outer"]


def test_closing_inside_an_append_closes_after_it(writer, bodies):
    writer.open()
    Meddling.meddle = writer.close

    assert writer.append(b"outer", Meddling(writer.generation)) is True

    assert writer.folder is None
    assert bodies() == [b"outer"]


def test_an_interrupt_inside_an_append_passes_and_leaves_the_writer_usable(writer, bodies):
    writer.open()

    def interrupt():
        raise KeyboardInterrupt

    Meddling.meddle = interrupt
    with pytest.raises(KeyboardInterrupt):
        writer.append(b"interrupted", Meddling(writer.generation))

    assert writer.append(b"next") is True
    assert bodies() == [b"next"]


def test_frames_of_a_timer_are_all_whole_and_written_once(make_writer, on_signal, bodies):
    writer = make_writer(first_segment_bytes=16_384, largest_segment_bytes=65_536)
    fired = []

    def handle():
        fired.append(b"timer %d" % len(fired))
        assert writer.append(fired[-1]) is True
        signal.setitimer(signal.ITIMER_REAL, 0.000_2)  # Once more only now, or handlers would interrupt each other.

    on_signal(handle)
    signal.setitimer(signal.ITIMER_REAL, 0.000_2)
    wanted = []
    while len(fired) < 200 and len(wanted) < 100_000:
        wanted.append(b"loop %d" % len(wanted))
        assert writer.append(wanted[-1]) is True
    signal.setitimer(signal.ITIMER_REAL, 0)

    found = bodies()
    assert [body for body in found if body.startswith(b"loop")] == wanted
    assert [body for body in found if body.startswith(b"timer")] == fired


def test_no_frame_that_was_written_is_lost_to_keyboard_interrupts(make_writer, on_signal, bodies):
    writer = make_writer(first_segment_bytes=16_384, largest_segment_bytes=65_536)
    chance = random.Random(7)
    written = []

    def interrupt():
        raise KeyboardInterrupt

    on_signal(interrupt)
    for _ in range(100):
        try:
            signal.setitimer(signal.ITIMER_REAL, chance.uniform(0.000_05, 0.000_5))
            for index in range(20_000):
                body = b"%d" % index * 20
                if writer.append(body):
                    written.append(body)
        except KeyboardInterrupt:
            pass
    signal.setitimer(signal.ITIMER_REAL, 0)
    assert writer.append(b"last") is True
    writer.close()

    found = iter(bodies())
    assert all(body in found for body in written)
    assert list(found)[-1] == b"last"


def test_finalizers_of_collected_generators_may_append(writer, bodies):
    def generator(cycle):
        try:
            yield cycle
        finally:
            writer.append(b"collected")

    thresholds = gc.get_threshold()
    gc.set_threshold(1)
    try:
        for _ in range(200):
            cycle = []
            cycle.append(generator(cycle))
            next(cycle[0])
            assert writer.append(b"loop") is True
    finally:
        gc.set_threshold(*thresholds)
    del cycle
    gc.collect()

    found = bodies()
    assert (found.count(b"loop"), found.count(b"collected"), len(found)) == (200, 200, 400)
