"""Progress is shown to whoever waits, and to nobody else."""

import io

import pytest

from gradient.cli.drawing.progress import Progress


class Terminal(io.StringIO):
    """Somebody watches."""

    def isatty(self):
        return True


class Watch:
    """Seconds that tests decide on."""

    def __init__(self):
        self.now_s = 0.0

    def __call__(self):
        return self.now_s


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def work(stream, *, seconds, total=3):
    watch = Watch()
    with Progress(stream=stream, clock=watch) as progress:
        for done in range(1, 4):
            watch.now_s += seconds / 3
            progress.tell("indexing", done if total else 2_000_000, total)
    return stream.getvalue()


def test_long_work_shows_how_far_it_is():
    shown = work(Terminal(), seconds=3)

    assert "indexing 3 of 3 runs" in shown


def test_work_of_unknown_length_is_shown_too():
    assert "indexing 6.0 MB" in work(Terminal(), seconds=3, total=0)


def test_short_work_shows_nothing():
    assert work(Terminal(), seconds=0.4) == ""


def test_a_pipe_gets_nothing():
    assert work(io.StringIO(), seconds=3) == ""


@pytest.mark.parametrize(("variable", "value"), [("CI", "true"), ("TERM", "dumb")])
def test_where_nobody_watches_nothing_is_shown(monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)

    assert work(Terminal(), seconds=3) == ""


def test_the_bar_is_taken_away_at_the_end():
    shown = work(Terminal(), seconds=3)

    assert shown.endswith("\x1b[1A\x1b[2K")


def test_nothing_is_drawn_once_the_bar_was_taken_away():
    stream, watch = Terminal(), Watch()
    with Progress(stream=stream, clock=watch) as progress:
        progress.clear()
        watch.now_s += 60
        progress.tell("indexing", 1, 3)  # a command that follows what happens looks again and again

    assert stream.getvalue() == ""
