"""The usage of one call, and the sums of a run, as documents have them: what a test does not name is unknown."""

_SUMS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens", "cost_usd")
_OF_A_CALL = ("cache_write_1h_tokens", "audio_input_tokens", "audio_output_tokens", "tier")


def summed(**known):
    """Return the usage of a run."""
    return {**dict.fromkeys((*_SUMS, "missing")), **known}


def used(**known):
    """Return the usage of an execution."""
    return {**dict.fromkeys((*_SUMS, *_OF_A_CALL, "missing")), **known}


def unpriced(why, tokens=0):
    """Return what a call tells whose cost is not known."""
    return {"tokens": tokens, "cost": 1, "why": why}


def lacking(tokens=0, cost=0):
    """Return what a run tells whose sums lack calls."""
    return {"tokens": tokens, "cost": cost}
