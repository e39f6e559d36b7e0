"""How messages are looked at: compiled where that could be built, else in plain Python, with the same results.

freeze      a snapshot of a message
common      how many messages at the start of a list are what snapshots say
signature   a number that equal beginnings share
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradient.runtime.values.conversations.plain_looking import Unfreezable, common, freeze, signature
else:
    try:
        from gradient.runtime.values.conversations._looking import Unfreezable, common, freeze, signature
    except ImportError:
        from gradient.runtime.values.conversations.plain_looking import Unfreezable, common, freeze, signature

__all__ = ["Unfreezable", "common", "freeze", "signature"]
