"""The variables that programs need on this machine, whatever else a test keeps from them."""

import os

# The last three are where and when the machine is: `.ci/run` sets the clock ahead with them.
_NAMES = ("PATH", "SYSTEMROOT", "TZ", "LD_PRELOAD", "AHEAD_S")


def variables():
    """Return those that are set."""
    return {name: os.environ[name] for name in _NAMES if name in os.environ}
