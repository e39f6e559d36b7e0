"""Patches change what they are told to, and leave nothing behind."""

import pytest

from gradient.instrumentors.plumbing.patching import Patches
from gradient.runtime.errors import SeamMissing


class Senior:
    """Owns a method of each sort."""

    def run(self):
        return "run"

    @classmethod
    def make(cls):
        return cls

    @staticmethod
    def plain():
        return "plain"


class Junior(Senior):
    """Inherits its methods."""


def wrapped(original):
    return lambda *args: ("ours", original)


@pytest.mark.parametrize("owner", [Senior, Junior])
@pytest.mark.parametrize("name", ["run", "make", "plain"])
def test_undo_leaves_the_class_as_it_was(owner, name):
    before = dict(vars(owner))
    patches = Patches()
    patches.replace(owner, name, wrapped)

    patches.undo()
    patches.undo()

    assert dict(vars(owner)) == before


def test_a_missing_attribute_is_said_by_name():
    with pytest.raises(SeamMissing, match=r"Senior\.gone"):
        Patches().replace(Senior, "gone", wrapped)


def test_replacing_twice_wraps_once():
    patches = Patches()
    patches.replace(Senior, "run", wrapped)
    ours = vars(Senior)["run"]

    patches.replace(Senior, "run", wrapped)

    assert vars(Senior)["run"] is ours
    patches.undo()


def test_a_patch_over_ours_is_kept_and_a_reinstall_wakes_the_wrapper_underneath():
    patches, original = Patches(), vars(Senior)["run"]
    patches.replace(Senior, "run", wrapped)
    theirs = wrapped(vars(Senior)["run"])
    Senior.run = theirs

    patches.undo()
    was_active = patches.active
    patches.replace(Senior, "run", wrapped)

    assert vars(Senior)["run"] is theirs
    assert (was_active, patches.active) == (False, True)
    patches.undo()
    Senior.run = original


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (1, 2, 0)], ids=str)
def test_patches_of_several_managers_stand_aside_for_the_newest_and_go_in_any_order(order):
    before = dict(vars(Senior))
    several = [Patches(), Patches(), Patches()]
    for patches in several:
        patches.replace(Senior, "run", wrapped)
    assert Senior().run() == ("ours", before["run"])

    for number in order:
        several[number].undo()
        if any(patches.active for patches in several):
            assert Senior().run() == ("ours", before["run"])

    assert dict(vars(Senior)) == before


class Tracers:
    """What another tracer puts in a method's place, as `wrapt` does: how it is bound tells it of the instance."""

    def __init__(self, method, instance=None):
        self.method, self.instance = method, instance

    def __get__(self, instance, owner):
        return Bound(self.method, instance)

    def __call__(self, *args):
        raise AssertionError("called without having been bound")


class Bound(Tracers):
    """Takes the instance for the first argument where it was bound to the class."""

    def __call__(self, *args):
        instance, *rest = args if self.instance is None else (self.instance, *args)
        return "theirs", self.method(instance, *rest)


def test_a_method_that_another_tracer_has_replaced_is_called_as_its_class_calls_it(monkeypatch):
    theirs = Tracers(Senior.run)
    monkeypatch.setattr(Senior, "run", theirs)
    patches = Patches()
    patches.replace(Senior, "run", lambda original: lambda self: ("ours", original(self)))

    answer = Senior().run()
    patches.undo()

    assert answer == ("ours", ("theirs", "run"))
    assert vars(Senior)["run"] is theirs
