"""Instrumentors of the mock framework with one fault each, such as people make, and which test has to catch it."""

import copy
import functools
import inspect
import threading

from gradient.instrumentors.plumbing.patching import Patches
from gradient.instrumentors.seams import SeamCall
from gradient.runtime.calls.functions import UNTRACED, traced
from gradient.runtime.context import current_scope, get_current_context, running_scope
from gradient.testing.mockinstrumentor import MockInstrumentor
from gradient.testing.scenarios import Trouble

CAUGHT_BY = {}


def caught_by(test):
    def note(faulty):
        CAUGHT_BY[faulty] = test
        return faulty

    return note


class Faulty(MockInstrumentor):
    """Lets a fault in: in the wrapper of a method, or in the call that it opens."""

    Call = SeamCall

    def wrap(self, seam):
        def site(args, kwargs):
            opened = self.open(seam, args, kwargs)
            return opened if opened is UNTRACED else self.Call(self.tracker, seam, opened.scope)

        self.patches.replace(seam.owner, seam.attribute, lambda original: self.wrapped(original, site))

    def wrapped(self, original, site):
        return self.spoilt(traced(original, site), original)

    def spoilt(self, ours, original):
        return ours


# ── what is recorded ─────────────────────────────────────────────────────────────────────────────────────────────────


@caught_by("test_a_run_is_recorded_once_and_what_happens_inside_belongs_to_it")
class RecordsTwice(Faulty):
    def wrapped(self, original, site):
        return traced(traced(original, site), site)


@caught_by("test_a_run_is_recorded_once_and_what_happens_inside_belongs_to_it")
class NotCurrentInside(Faulty):
    def wrapped(self, original, site):
        def unscoped(args, kwargs):
            opened = site(args, kwargs)
            opened.inside, opened.scope = opened.scope, None
            return opened

        return traced(original, unscoped)

    class Call(SeamCall):
        def close(self, outputs, error):
            self.scope = self.inside
            super().close(outputs, error)


@caught_by("test_a_run_inside_a_run_is_its_child")
class LosesTheParent(Faulty):
    def describe_run(self, call):
        step = super().describe_run(call)
        step.parent = (step.parent or running_scope() or step).request if step.parent or running_scope() else None
        return step


@caught_by("test_a_run_that_raises_is_an_error_and_a_request_that_handles_it_is_none")
class TakesErrorsForSuccess(Faulty):
    class Call(SeamCall):
        def close(self, outputs, error):
            super().close(outputs, None)


@caught_by("test_a_stream_is_one_run_that_lasts_to_its_end")
class EndsWithTheFirstItem(Faulty):
    class Call(SeamCall):
        def item(self, value):
            self.close(value, None)


@caught_by("test_a_stream_that_raises_is_an_error")
class TakesBrokenStreamsForClosed(Faulty):
    class Call(SeamCall):
        def close(self, outputs, error):
            super().close(outputs, GeneratorExit() if self._last is not None and error is not None else error)


@caught_by("test_a_stream_that_is_closed_early_is_abandoned")
class ForgetsClosedStreams(Faulty):
    class Call(SeamCall):
        def close(self, outputs, error):
            if not isinstance(error, GeneratorExit):
                super().close(outputs, error)


@caught_by("test_a_cancelled_run_is_cancelled")
class TakesCancellingForAnError(Faulty):
    class Call(SeamCall):
        def close(self, outputs, error):
            super().close(outputs, None if error is None else error if isinstance(error, Exception) else str(error))


@caught_by("test_a_run_outside_any_request_is_a_request_of_its_own")
class NeedsARequest(Faulty):
    def describe_run(self, call):
        step = super().describe_run(call)
        step.opens_request = False
        return step


# ── what the user's code and its caller see ──────────────────────────────────────────────────────────────────────────


def is_plain(function):
    colours = (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction)
    return not any(is_of(function) for is_of in colours)


def is_stream(function):
    return inspect.isgeneratorfunction(function)


@caught_by("test_a_result_is_handed_over_as_it_is")
class CopiesResults(Faulty):
    def spoilt(self, ours, original):
        return (lambda *args, **kwargs: copy.copy(ours(*args, **kwargs))) if is_plain(original) else ours


@caught_by("test_an_error_passes_through_as_it_is")
class SwallowsErrors(Faulty):
    def spoilt(self, ours, original):
        def run(*args, **kwargs):
            try:
                return ours(*args, **kwargs)
            except Trouble:
                return None

        return run if is_plain(original) else ours


@caught_by("test_an_error_passes_through_as_it_is")
class ReplacesErrors(Faulty):
    def spoilt(self, ours, original):
        def run(*args, **kwargs):
            try:
                return ours(*args, **kwargs)
            except Trouble as error:
                raise Trouble from error

        return run if is_plain(original) else ours


@caught_by("test_items_of_a_stream_are_handed_over_as_they_are")
class CopiesItems(Faulty):
    def spoilt(self, ours, original):
        return (lambda *args: map(copy.copy, ours(*args))) if is_stream(original) else ours


@caught_by("test_an_error_in_a_stream_passes_through_as_it_is")
class SwallowsErrorsOfStreams(Faulty):
    def spoilt(self, ours, original):
        def stream(*args):
            try:
                yield from ours(*args)
            except Trouble:
                return

        return stream if is_stream(original) else ours


@caught_by("test_a_stream_is_as_lazy_as_without_us")
class ReadsStreamsAhead(Faulty):
    def spoilt(self, ours, original):
        def stream(*args):
            yield from list(ours(*args))

        return stream if is_stream(original) else ours


@caught_by("test_a_listener_that_raises_breaks_nothing")
class LetsListenersBreakTheRun(Faulty):
    def spoilt(self, ours, original):
        @functools.wraps(ours)
        def run(*args, **kwargs):
            for listener in self.tracker.tracking.listeners.all():
                listener.on_update(running_scope(), "event", "begins", None)
            return ours(*args, **kwargs)

        return run if is_plain(original) else ours


# ── what is current ──────────────────────────────────────────────────────────────────────────────────────────────────


@caught_by("test_nothing_stays_current_after_a_run")
class StaysCurrent(Faulty):
    class Call(SeamCall):
        def close(self, outputs, error):
            super().close(outputs, error)
            current_scope.set(self.scope)


@caught_by("test_nothing_leaks_into_the_consumer_of_a_stream")
class StaysCurrentBetweenItems(Faulty):
    class Call(SeamCall):
        def item(self, value):
            super().item(value)
            current_scope.set(self.scope)


@caught_by("test_requests_in_two_threads_at_once_do_not_mix")
class KeepsTheFirstRequestForLife(Faulty):
    request = None

    def describe_run(self, call):
        step = super().describe_run(call)
        step.parent = self.request = self.request or get_current_context()
        return step


@caught_by("test_requests_in_two_tasks_at_once_do_not_mix")
class KnowsThreadsButNoTasks(Faulty):
    def __init__(self):
        super().__init__()
        self.local = threading.local()

    def describe_run(self, call):
        step = super().describe_run(call)
        step.parent = self.local.request = getattr(self.local, "request", None) or get_current_context()
        return step


# ── installing and uninstalling ──────────────────────────────────────────────────────────────────────────────────────


@caught_by("test_installing_twice_is_installing_once")
class InstallsTwice(Faulty):
    def install(self, tracker):
        self.patches = Patches()
        super().install(tracker)


@caught_by("test_uninstalling_puts_the_very_same_objects_back")
class LeavesItsPatches(Faulty):
    def uninstall(self):
        self._installed = self.patches.active = False


@caught_by("test_once_uninstalled_it_records_nothing_and_once_reinstalled_it_records_again")
class RecordsWhenUninstalled(Faulty):
    def uninstall(self):
        self._installed = False


@caught_by("test_once_uninstalled_it_records_nothing_and_once_reinstalled_it_records_again")
class InstallsOnlyOnce(Faulty):
    def install(self, tracker):
        if self.tracker is None:
            super().install(tracker)
