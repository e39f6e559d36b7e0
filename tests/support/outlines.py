"""Runs as text, so that a test shows the tree it expects."""


def outline(run, *, by_name=False):
    """Return a run document as an indented tree: a line for each execution, what is not `completed` in brackets.

    Args:
        run: The document.
        by_name: Order siblings by name: what runs at the same time starts in no order.
    """
    known = {execution["execution_id"] for execution in run["executions"]}
    children = {}
    for execution in run["executions"]:
        assert execution["parent_id"] is None or execution["parent_id"] in known, f"lost parent of {execution['name']}"
        children.setdefault(execution["parent_id"], []).append(execution)
    lines = [_line(run, "request", run["entrypoint"])]
    _add(lines, children, None, 1, by_name=by_name)
    return "\n".join(lines)


def _add(lines, children, parent_id, depth, *, by_name):
    siblings = children.get(parent_id, [])
    for execution in sorted(siblings, key=lambda one: one["name"]) if by_name else siblings:
        lines.append("  " * depth + _line(execution, execution["kind"], execution["name"]))
        _add(lines, children, execution["execution_id"], depth + 1, by_name=by_name)


def _line(document, kind, name):
    marks = [] if document["status"] == "completed" else [document["status"]]
    marks += ["cached"] if document.get("cached") else []
    marks += ["restored"] if document["metadata"].get("restored") else []
    marks += [f"attempt {document['attempt']}"] if document.get("attempt") else []
    return f"{kind} {name}" + (f" [{', '.join(marks)}]" if marks else "")


def tree(text):
    """Return an expected tree that is written as an indented block in a test."""
    lines = text.strip("\n").split("\n")
    margin = len(lines[0]) - len(lines[0].lstrip())
    return "\n".join(line[margin:] for line in lines).rstrip()


def found(run, name):
    """Return the one execution of a run that has this name."""
    (execution,) = [execution for execution in run["executions"] if execution["name"] == name]
    return execution
