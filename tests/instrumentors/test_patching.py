"""Patches change what they are told to, and leave nothing behind."""

import pytest

from gradient.instrumentors.patching import Patches
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
