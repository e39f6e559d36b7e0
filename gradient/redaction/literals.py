"""How literals are searched for: compiled where that could be built, else in plain Python, with the same results.

search_for   returns what tells whether any of some literals stands in bytes, and what tells where and which
"""

from typing import TYPE_CHECKING

from gradient.redaction import plain_literals
from gradient.redaction.plain_literals import Quick

if TYPE_CHECKING:
    compiled = plain_literals
else:
    try:
        from gradient.redaction import _literals as compiled
    except ImportError:
        compiled = plain_literals

_SHORTEST = 3  # bytes: what is compiled looks at no fewer at once


def search_for(wanted: tuple[bytes, ...], harmless: tuple[bytes, ...], beside_at: tuple[bytes, ...]) -> Quick:
    """Return both, as `plain_literals` tells."""
    is_long = min(map(len, (*wanted, *harmless, *beside_at))) >= _SHORTEST
    made: Quick = (compiled if is_long else plain_literals).search_for(wanted, harmless, beside_at)
    return made
