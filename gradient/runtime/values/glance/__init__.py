"""A glance at values, and at their JSON: most are plain, and are recorded as they stand.

Compiled where that could be built, else in plain Python, with the same results.

is_plain        whether a value may be encoded as it stands
may_be_base64   whether a text begins as a file does, or has a long run of base64
names_media     whether JSON has a field that may hold a medium
"""

from typing import TYPE_CHECKING

from gradient.runtime.values.glance.plain_glance import BEGINNINGS, FEWEST_CHARS

if TYPE_CHECKING:
    from gradient.runtime.values.glance.plain_glance import is_plain, may_be_base64, names_media
else:
    try:
        from gradient.runtime.values.glance._glance import is_plain, may_be_base64, names_media
    except ImportError:
        from gradient.runtime.values.glance.plain_glance import is_plain, may_be_base64, names_media

__all__ = ["BEGINNINGS", "FEWEST_CHARS", "is_plain", "may_be_base64", "names_media"]
