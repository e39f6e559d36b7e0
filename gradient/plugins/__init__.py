"""Parts that are found by their names: entry points, each in a group, of ours and of any other distribution.

So a room can use what lies above it, and a user can add to what there is, without an import that points up.

    gradient.instrumentors   a class of an instrumentor, made without arguments
    gradient.exporters       what sends runs while they are recorded: `background`, `live`
    gradient.formats         what writes documents as a file: `html`
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.metadata import EntryPoint


class PluginMissing(ImportError):
    """Nothing is registered under a name, or it cannot be imported."""


def points(group: str) -> Iterable[EntryPoint]:
    """Return what is registered in a group."""
    from importlib.metadata import entry_points  # here, because most programs need none

    return entry_points(group=group)


def load(group: str, name: str) -> Any:
    """Import what is registered under a name in a group.

    Raises:
        PluginMissing: There is no such name. That of ours are there wherever the metadata of gradient-runtime is.
        ImportError: It, or what it imports, is not there.
    """
    for point in points(group):
        if point.name == name:
            return point.load()
    raise PluginMissing(f"nothing is registered as {name!r} in {group}: the metadata of gradient-runtime is not there")
