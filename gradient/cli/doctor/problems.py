"""What `gradient doctor` finds wrong, and what to do about each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from gradient.cli.doctor.installed import Found
from gradient.cli.doctor.place import Place
from gradient.cli.doctor.tracers import Tracer
from gradient.cli.drawing.formats import counted, size
from gradient.runtime.settings.sources import Loaded

_LITTLE_BYTES = 500_000_000


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it should be.

    Attributes:
        level: "broken": something does not work; "note": worth knowing.
        what: What is the matter, with what.
        remedy: What to do.
    """

    level: Literal["broken", "note"]
    what: str
    remedy: str


def problems(
    frameworks: Sequence[Found], tracers: Sequence[Tracer], place: Place, loaded: Loaded, refused: Sequence[str]
) -> list[Problem]:
    """Return everything that is wrong, what is broken first.

    Args:
        frameworks: What is found of each.
        tracers: Other tracers.
        place: The home.
        loaded: The settings.
        refused: What loading said of settings that it could not use.
    """
    found = [
        *(Problem("broken", said, f"Mend it; {_SETTINGS_PAGE}.") for said in refused),
        *_of_place(place, loaded),
        *(problem for one in frameworks for problem in _of_framework(one)),
        *_of_settings(loaded),
        *(_of_tracer(one) for one in tracers if one.active),
    ]
    return sorted(found, key=lambda problem: problem.level != "broken")


_SETTINGS_PAGE = "`gradient config show` lists the settings, `gradient config schema` what they may be"


def _of_place(place: Place, loaded: Loaded) -> Iterator[Problem]:
    if not place.writable:
        yield Problem(
            "broken",
            f"No run can be kept: {place.path} cannot be written.",
            f"Let it be written, or name another folder (now from: {loaded.origins['home']}): GRADIENT_HOME=FOLDER",
        )
    if not place.readable:
        yield Problem(
            "broken", f"No run can be shown: {place.path / 'journal'} cannot be read.", "Let your user read it."
        )
    if place.index_refused is not None:
        what, _, remedy = place.index_refused.partition("\n")
        yield Problem("broken", what, remedy)
    if place.lost:
        yield Problem(
            "note",
            f"{counted(place.lost, 'event')} could not be written: runs miss them.",
            "`gradient show` says what a run lost. Most often the disk was full, or the folder could not be written.",
        )
    if place.private is False:
        yield Problem("note", f"Others on this machine may look into {place.path}.", f"chmod 700 {place.path}")
    if place.free_bytes is not None and place.free_bytes < _LITTLE_BYTES:
        yield Problem(
            "note",
            f"Only {size(place.free_bytes)} are free where runs are kept; on a full disk they are lost.",
            "Make room: `gradient config set retention_bytes NUMBER` keeps less.",
        )


def _of_framework(one: Found) -> Iterator[Problem]:
    version = f" {one.version}" if one.version else ""
    for seam in one.missing:
        yield Problem(
            "broken",
            f"{seam} is not in {one.name}{version}: what happens there is not traced.",
            f"Supported is {one.series}." if one.series else f"Ask those who make {one.provider or one.instrumentor}.",
        )
    for said in one.complaints:
        yield Problem(
            "broken",
            f"{one.name}: {said}",
            f"Reinstall {one.provider or one.instrumentor}, or leave it out: "
            f"`gradient config set disabled_instrumentors {one.name}`",
        )
    if one.state == "on" and one.outside:
        yield Problem(
            "note",
            f"{one.name}{version} is {one.outside} than what Gradient is tested with ({one.series}).",
            "All its seams were found, so it probably works.",
        )


def _of_settings(loaded: Loaded) -> Iterator[Problem]:
    if not loaded.settings.enabled:
        yield Problem(
            "note",
            f"Nothing is traced: enabled is false, from {loaded.origins['enabled']}.",
            "Take it out of there, or set it to true.",
        )


def _of_tracer(one: Tracer) -> Problem:
    return Problem(
        "note",
        f"{one.name} is switched on too, by {', '.join(one.variables)}.",
        "Both work side by side. What it records may leave this machine, and its time is not ours.",
    )
