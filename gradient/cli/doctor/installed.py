"""What our instrumentors find of each framework, found out by letting them take hold in this process.

Frameworks are imported for it, no code of the user's; what was patched is put back.
"""

import os
import re
import warnings
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, suppress
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import EntryPoint, PackageNotFoundError, version
from importlib.util import find_spec
from io import StringIO
from typing import Any, Literal

from gradient import plugins
from gradient.instrumentors.seams import Instrumentor
from gradient.runtime.frameworks import ENTRY_POINT_GROUP, FRAMEWORKS, default_instrumentors, is_allowed
from gradient.runtime.settings.fields import Settings
from gradient.runtime.tracker import DefaultExecutionTracker

State = Literal["on", "off", "absent", "broken"]

_WARNING = "[RUNTIME] Warning: "
_MISSING = "Cannot trace "  # how a warning about a missing seam begins, which `missing` has as well


@dataclass(slots=True)
class Found:
    """One framework, and what its instrumentor found of it.

    Attributes:
        name: As users write it in settings.
        instrumentor: `module:class` of the instrumentor.
        provider: Distribution that the instrumentor comes with.
        version: The framework's version, or None where it is not installed, is part of Python, or nobody can say.
        supported: First supported release and last tested series, or None where nothing depends on them.
        state: "on"; "off" because settings say so; "absent" without the framework; "broken".
        found: Seams that are there; `missing` those that are not.
        complaints: What else went wrong, in sentences.
    """

    name: str
    instrumentor: str
    provider: str
    version: str | None = None
    supported: tuple[str, str] | None = None
    state: State = "absent"
    found: list[str] = field(default_factory=list[str])
    missing: list[str] = field(default_factory=list[str])
    complaints: list[str] = field(default_factory=list[str])

    @property
    def series(self) -> str:
        """The supported releases, for people."""
        return "" if self.supported is None else f"{self.supported[0]} to {self.supported[1]}"

    @property
    def outside(self) -> str | None:
        """In which way its version is not one of the supported ones: "older" or "newer"; None where it is."""
        if self.version is None or self.supported is None:
            return None
        own, first, last = (_numbers(text) for text in (self.version, *self.supported))
        return "older" if own < first else "newer" if own[: len(last)] > last else None


def installed_frameworks(settings: Settings) -> list[Found]:
    """Return what is found of each framework, ours first, then those of other distributions."""
    with _heard() as complaints:
        instrumentors = {one.framework_name: one for one in default_instrumentors()}
    known = list(_known())
    for one in known:
        instrumentor = instrumentors.pop(one.name, None)
        one.complaints += [said for said in complaints if one.instrumentor in said]
        if one.complaints:
            one.state = "broken"
        elif instrumentor is not None:
            one.state = "on" if is_allowed(one.name, settings) else "off"
            if one.state == "on":
                _try(instrumentor, one)
    return known


def _known() -> Iterator[Found]:
    """Yield a row for each framework that there is an instrumentor for."""
    for framework in FRAMEWORKS:
        found = Found(framework.name, framework.instrumentor, "gradient-runtime")
        releases = framework.releases
        if releases is not None:
            found.supported = (releases.first, releases.last)
        if distribution := releases.distribution if releases else (framework.module or "").replace(".", "-"):
            with suppress(PackageNotFoundError):
                found.version = version(distribution)
        yield found
    points: Iterable[EntryPoint] = plugins.points(ENTRY_POINT_GROUP)
    for point in points:
        yield Found(point.name, point.value, "" if point.dist is None else point.dist.name)


def _try(instrumentor: Any, one: Found) -> None:
    """Install an instrumentor, import what it waits for, and note what it took hold of."""
    ours = isinstance(instrumentor, Instrumentor)
    wrapped: list[str] = []
    modules = tuple(instrumentor.modules) if ours else ()
    with _heard() as complaints:
        try:
            instrumentor.install(DefaultExecutionTracker())
            there = {module for module in modules if _import(module, one)}
            wrapped = instrumentor.patches.names() if ours else []
        except Exception as error:  # noqa: BLE001 - an instrumentor may be anybody's
            one.complaints.append(f"It cannot be installed: {error!r}.")
            there = set[str]()
        finally:
            with suppress(Exception):
                instrumentor.uninstall()
    if modules and not there and one.version is None:
        one.state = "absent"  # packages beside a framework may make a folder of its name
        return
    one.found = sorted({*there, *wrapped})
    one.missing = [*_absent(modules, there), *(instrumentor.missing if ours else ())]
    one.complaints += [said for said in complaints if not said.startswith(_MISSING)]
    if one.missing or one.complaints:
        one.state = "broken"


def _import(module: str, one: Found) -> bool:
    # LiteLLM asks the network for its table of prices when it is imported: a look at what is installed must not.
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    try:
        import_module(module)
    except ImportError:
        return False
    except Exception as error:  # noqa: BLE001 - a framework may be broken in any way
        one.complaints.append(f"{module} cannot be imported: {error!r}.")
        return False
    return True


def _absent(modules: Sequence[str], there: set[str]) -> list[str]:
    """Return the modules that are not there and for which none of another release stands in; of several, the first.

    Those of a package that is not installed at all are not missed: a framework may come in several.
    """
    known = {_in_any_release(module) for module in there}
    absent = {_in_any_release(module): module for module in reversed(modules) if _in_any_release(module) not in known}
    return [module for module in reversed(absent.values()) if find_spec(module.partition(".")[0]) is not None]


def _in_any_release(module: str) -> str:
    """Return what names of a module have in common that differ from release to release."""
    return module.replace("._", ".").removesuffix(".main")


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", release)[:3])


@contextmanager
def _heard() -> Generator[list[str]]:
    """Give a list that afterwards holds our own warnings; nothing else is said meanwhile."""
    said: list[str] = []
    text = StringIO()
    with redirect_stderr(text), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield said
    lines = text.getvalue().splitlines()
    said += [line.removeprefix(_WARNING) for line in lines if line.startswith(_WARNING)]
