"""Runs as text, one line each execution, which is how scenarios are compared:

    request agent: completed
      step plan: completed

Siblings stand in alphabetical order, because what runs side by side begins in any order.
"""

from textwrap import dedent, indent


def trees_of(runs):
    """Draw the trees of `gradient.run/1` documents."""
    return draw(("request", run["entrypoint"], run["status"], _children(run["executions"], None)) for run in runs)


def draw(forest):
    """Draw trees of (kind, name, status, children)."""
    drawn = (f"{kind} {name}: {status}\n{indent(draw(children), '  ')}" for kind, name, status, children in forest)
    return "".join(sorted(drawn))


def expected_trees(text):
    """Return trees as they are written in a test, indented like its code, as `draw` draws them."""
    return dedent(text.lstrip("\n")).rstrip(" ")


def _children(executions, parent_id):
    return [
        (execution["kind"], execution["name"], execution["status"], _children(executions, execution["execution_id"]))
        for execution in executions
        if execution["parent_id"] == parent_id
    ]
