"""`gradient doctor`: what is installed, what works, and what is the matter."""

import os
import platform
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click

from gradient.cli.doctor.installed import Found, installed_frameworks
from gradient.cli.doctor.place import Place, look_at
from gradient.cli.doctor.problems import Problem, problems
from gradient.cli.doctor.tracers import Tracer, other_tracers
from gradient.cli.drawing.formats import count, one_line, size
from gradient.cli.drawing.page import Cell, Page, table
from gradient.cli.drawing.pager import paged
from gradient.cli.drawing.signs import Signs, signs
from gradient.cli.options import JsonOutput, json_option
from gradient.cli.settings.values import as_json_value, as_text, settings_for
from gradient.runtime.settings.sources import Loaded, default_home

_SCHEMA = "gradient.doctor/1"
_BROKEN = 1
_LABEL_CHARS = 11
_COLOURS = {"on": "green", "broken": "red"}


@dataclass(frozen=True, slots=True)
class _Findings:
    """Everything that was looked at."""

    loaded: Loaded
    frameworks: list[Found]
    tracers: list[Tracer]
    place: Place
    problems: list[Problem]

    @property
    def broken(self) -> bool:
        return any(problem.level == "broken" for problem in self.problems)


@click.command("doctor")
@json_option(_SCHEMA)
@click.pass_obj
def command(home: Path | None, as_json: JsonOutput | None) -> int:
    """Tell what is installed, what works, and what is the matter.

    Frameworks are imported for it, your own code is not run. Exits with 1 if something is broken.
    """
    found = _look(home)
    if as_json:
        as_json.print(_document(found))
    else:
        with paged() as page:
            _print(found, page)
    return _BROKEN if found.broken else 0


def _look(home: Path | None) -> _Findings:
    refused: list[str] = []
    loaded = settings_for(home, refused.append)
    frameworks, tracers = installed_frameworks(loaded.settings), other_tracers(os.environ)
    place = look_at(loaded.settings.home or default_home())
    return _Findings(loaded, frameworks, tracers, place, problems(frameworks, tracers, place, loaded, refused))


def _versions() -> dict[str, str]:
    try:
        own = version("gradient-runtime")
    except PackageNotFoundError:
        own = "not installed"
    return {"gradient": own, "python": platform.python_version(), "platform": platform.platform()}


def _document(found: _Findings) -> dict[str, Any]:
    settings, origins = found.loaded.settings, found.loaded.origins
    place: dict[str, Any] = {**asdict(found.place), "path": str(found.place.path)}
    retention = {"retention_days": settings.retention_days, "retention_bytes": settings.retention_bytes}
    return {
        "schema": _SCHEMA,
        "ok": not found.broken,
        "problems": [asdict(problem) for problem in found.problems],
        "versions": {**_versions(), "executable": sys.executable},
        "frameworks": [asdict(one) for one in found.frameworks],
        "tracers": [{**asdict(one), "active": one.active} for one in found.tracers],
        "settings": [
            {"name": name, "value": as_json_value(getattr(settings, name)), "origin": origin}
            for name, origin in origins.items()
        ],
        "store": {**place, **retention},
    }


def _print(found: _Findings, page: Page) -> None:
    shown = signs(ascii_only=page.ascii_only)
    page.print(_problem_rows(found.problems, shown))
    page.print([[Cell(f"{name:<{_LABEL_CHARS}}", "dim"), Cell(text)] for name, text in _versions().items()])
    page.print([[], *framework_rows(found.frameworks)], cut=True)
    page.print([[], *_place_rows(found.place, found.loaded)])
    page.print([[], *_setting_rows(found.loaded)])
    page.print([[], *_tracer_rows(found.tracers)])


def _problem_rows(found: Sequence[Problem], shown: Signs) -> Iterator[list[Cell]]:
    if not found:
        yield [Cell(f"{shown.mark('completed')} Everything works.", "green")]
    for problem in found:
        broken = problem.level == "broken"
        yield [
            Cell(f"{shown.mark('error')} " if broken else "! ", "red" if broken else "yellow"),
            Cell(one_line(problem.what), "bold" if broken else ""),
        ]
        yield [Cell(f"  {one_line(problem.remedy)}", "dim")]
    yield []


def framework_rows(found: Sequence[Found]) -> list[list[Cell]]:
    """Return a table of the frameworks: version, what is supported, state, and how many seams were found."""
    headings = [Cell(word, "dim") for word in ("FRAMEWORK", "VERSION", "SUPPORTED", "STATE", "SEAMS")]
    return table([headings, *map(_framework_row, found)])


def _framework_row(one: Found) -> list[Cell]:
    total = len(one.found) + len(one.missing)
    return [
        Cell(one_line(one.name)),
        Cell(one.version or "-", "yellow" if one.outside else ""),
        Cell(one.series or "-", "dim"),
        Cell(one.state, _COLOURS.get(one.state, "dim")),
        Cell(f"{len(one.found)} of {total}" if total else "-", "red" if one.missing else ""),
    ]


def _place_rows(place: Place, loaded: Loaded) -> Iterator[list[Cell]]:
    made = "" if place.exists else ", not made yet"
    free = "" if place.free_bytes is None else f", {size(place.free_bytes)} free"
    lives = [f"{count(number)} {word}" for number, word in ((place.alive, "alive"), (place.dead, "dead")) if number]
    lives += [f"{count(place.unknown)} from elsewhere"] * bool(place.unknown)
    settings = loaded.settings
    facts = {
        "home": f"{place.path} ({loaded.origins['home']}{made}{free})",
        "processes": ", ".join(lives) or "none yet",
        "journals": f"{size(place.journal_bytes)} in {count(place.segments)} segments",
        "index": size(place.index_bytes) if place.index_bytes else "none yet",
        "kept for": f"{settings.retention_days:g} days, and up to {size(settings.retention_bytes)}",
    }
    yield from ([Cell(f"{name:<{_LABEL_CHARS}}", "dim"), Cell(one_line(text))] for name, text in facts.items())


def _setting_rows(loaded: Loaded) -> Iterator[list[Cell]]:
    own = {name: origin for name, origin in loaded.origins.items() if origin != "default"}
    if not own:
        yield [Cell("All settings are at their defaults.", "dim")]
        return
    rows = [
        [Cell(name), Cell(one_line(as_text(name, getattr(loaded.settings, name)))), Cell(origin, "dim")]
        for name, origin in own.items()
    ]
    yield from table([[Cell(word, "dim") for word in ("SETTING", "VALUE", "FROM")], *rows])


def _tracer_rows(found: Sequence[Tracer]) -> Iterator[list[Cell]]:
    if not found:
        yield [Cell("No other tracer is installed.", "dim")]
        return
    rows = [
        [Cell(one.name), Cell(", ".join(one.installed), "dim"), Cell(", ".join(one.variables) or "not switched on")]
        for one in found
    ]
    yield from table([[Cell(word, "dim") for word in ("OTHER TRACER", "INSTALLED", "SWITCHED ON BY")], *rows])
