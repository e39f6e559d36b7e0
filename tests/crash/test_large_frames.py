"""A large frame is not harmed by what is written after it."""

import pytest

from gradient.journal import JournalWriter, processes

SIZES = [1, 255_000, 262_000, 262_144, 300_000, 600_000, 1_500_000]


@pytest.mark.parametrize("mapped", [None, False])
@pytest.mark.parametrize("preamble_size", [10, 300_000])
@pytest.mark.parametrize("size", SIZES)
def test_a_large_frame_at_the_start_of_a_segment_stays_as_it_was(tmp_path, mapped, preamble_size, size):
    preamble = b"p" * preamble_size
    writer = JournalWriter(tmp_path / "journal", lambda: preamble, mapped=mapped)
    bodies = [b"1" * size, b"2" * 100, b"3" * size, b"4" * 200_000, b"5" * 200_000, b"6" * 10]

    written = [writer.append(body) for body in bodies]
    writer.close()

    (process,) = processes(tmp_path / "journal")
    assert [frame.body for frame in process.frames() if frame.body != preamble] == bodies
    assert written == [True] * len(bodies)
    assert process.damaged == 0
