"""Whose work is in which run: entrypoints and steps of these tests are given `who` asked."""


def whose(runs):
    """Return for each run who asked for it, and who asked for each of its steps."""
    return sorted((run["inputs"]["who"], [e["inputs"]["who"] for e in run["executions"]]) for run in runs)
