"""Imports that the linter of imports cannot see: modules of ours that are named in a text."""

import ast
import re
from pathlib import Path

import pytest

GRADIENT = Path(__file__).parents[2] / "gradient"
LAYERS = (("cli",), ("ui", "testing"), ("export", "ingest", "sdk", "instrumentors"), ("analysis", "runtime", "store"),
          ("documents",), ("journal", "redaction", "plugins"))  # fmt: skip
HEIGHTS = {room: -height for height, rooms in enumerate(LAYERS) for room in rooms}
NAMED = re.compile(r"gradient\.([a-z]+)(\.[a-z_]+)+")
ALLOWED = {
    "runtime/langgraph_instrumentor.py",  # a place that was there first, and stays
    "runtime/settings/fields.py",  # names of settings in messages
}


def texts_of(path):
    """Return the texts of a module that are no docstrings."""
    tree = ast.parse(path.read_text())
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told
    ]


def named_above(path):
    """Return the modules in rooms above its own that a module names in a text."""
    own = HEIGHTS[path.relative_to(GRADIENT).parts[0]]
    found = [NAMED.fullmatch(text.partition(":")[0]) for text in texts_of(path)]
    return [match[0] for match in found if match and HEIGHTS.get(match[1], own) > own and module_at(match[0])]


def module_at(name):
    path = GRADIENT.parent.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def folders_above(path):
    """Return the rooms above its own whose folder a module walks to from its own file."""
    own = HEIGHTS[path.relative_to(GRADIENT).parts[0]]
    walks = "__file__" in path.read_text()
    return [text for text in texts_of(path) if walks and HEIGHTS.get(text, own) > own]


@pytest.mark.parametrize("room", sorted(HEIGHTS))
def test_no_module_names_one_above_it_in_a_text(room):
    above = {
        str(path.relative_to(GRADIENT)): named_above(path) + folders_above(path)
        for path in sorted((GRADIENT / room).rglob("*.py"))
        if str(path.relative_to(GRADIENT)) not in ALLOWED
    }

    assert {path: names for path, names in above.items() if names} == {}


def test_a_module_that_names_one_above_it_would_be_noticed():
    assert named_above(GRADIENT / "runtime" / "langgraph_instrumentor.py") == [
        "gradient.instrumentors.langgraph.instrumentor"
    ]
